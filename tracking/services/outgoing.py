"""Rows of a record as the items that writers of ``tracking.exchange`` take: what went in as an item comes out as the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tracking.domain.history import Origin
from tracking.domain.reported import Precision
from tracking.exchange.incoming import DoseItem, LabItem, RegimenItem, ScanItem, ScanSite
from tracking.models import DexaScan, DexaSite, DoseEvent, LabResult, Regimen

__all__ = ["dose_item", "lab_item", "regimen_item", "scan_item", "site_item"]

_LENGTHS = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


def lab_item(row: LabResult) -> LabItem:
    reported = row.reported
    return LabItem(
        test=row.analyte,
        analyte=row.analyte,
        value=reported.value.text,
        unit=row.unit,
        collected_at=_moment(row.at, row.precision, row.zone),
        zone=row.zone,
        precision=row.precision if row.precision == Precision.UNKNOWN else "",
        method=row.method,
        method_evidence=row.method_evidence,
        laboratory=row.laboratory,
        range_low=row.range_low,
        range_high=row.range_high,
        lloq=row.lloq,
        fasting=row.fasting,
    )


def dose_item(row: DoseEvent) -> DoseItem:
    unit = {"unit": row.amount_unit} if row.amount_digits else {}
    return DoseItem(
        product=row.drug,
        drug=row.drug,
        kind=row.kind,
        taken_at=_moment(row.at, row.precision, row.zone),
        amount=row.amount_digits,
        zone=row.zone,
        precision=row.precision if row.precision == Precision.UNKNOWN else "",
        site=row.site,
        **unit,
    )


def regimen_item(row: Regimen) -> RegimenItem:
    """Its last day is the day before it ends; one that ended on the day it began has none, and is no plan at all."""
    return RegimenItem(
        product=row.drug,
        drug=row.drug,
        dose=row.dose_digits,
        unit=row.dose_unit,
        strength=row.strength_digits,
        schedule=row.schedule,
        starts_on=row.starts_on.isoformat(),
        last_day=(row.ends_on - timedelta(days=1)).isoformat() if row.ends_on else "",
        prescribed=row.origin == Origin.PRESCRIBED,
        reason=row.reason,
        zone=row.zone,
    )


def scan_item(scan: DexaScan, sites: Iterable[DexaSite]) -> ScanItem:
    return ScanItem(
        scanned_on=scan.scanned_on.isoformat(),
        sites=tuple(map(site_item, sites)),
        facility=scan.facility,
        device=scan.device,
        reference=scan.reference,
        scanner_changed=scan.scanner_changed,
    )


def site_item(site: DexaSite) -> ScanSite:
    return ScanSite(
        measured=site.region,
        region=site.region,
        side=site.side,
        vertebrae=site.vertebrae,
        bmd=site.bmd_digits,
        unit=site.bmd_unit,
        t_score=site.t_score,
        z_score=site.z_score,
        lsc=site.lsc_digits,
    )


def _moment(at: datetime, precision: str, zone: str) -> str:
    """As it is reported: an instant with its offset where he was, or a day, month or year there."""
    local = at.astimezone(ZoneInfo(zone)).isoformat()
    return local[: _LENGTHS.get(Precision(precision), len(local))]
