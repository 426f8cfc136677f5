"""Stored rows as lines of the tables on a man's page. No queries: whatever a line needs is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tracking.admin import phrases
from tracking.domain.history import Origin
from tracking.domain.reported import Assay, Method, MethodEvidence, Moment, Precision, Value
from tracking.domain.rulebook import RuleBook
from tracking.domain.schedule import parse_schedule
from tracking.models import DexaScan, DexaSite, DoseEvent, DueItem, LabResult, Regimen
from tracking.models.base import Record

__all__ = ["EVIDENCE", "KINDS", "Names", "assay_of", "dose_line", "due_line", "lab_line", "regimen_line", "scan_line"]

Names = Callable[[str], str]

KINDS = {"lab_e2_t": "Estradiol and testosterone", "dexa": "DXA scan"}
EVIDENCE = {
    MethodEvidence.LAB_MESSAGE: "stated in the laboratory's message",
    MethodEvidence.LAB_TEST_CODE: "known from the laboratory's test code",
    MethodEvidence.STAFF_VERIFIED: "read on the report by staff",
    MethodEvidence.SOURCE_DOCUMENTED: "documented by the source",
    MethodEvidence.SELF_DECLARED: "declared by the man, not shown",
    MethodEvidence.NONE: "",
}


@dataclass(frozen=True, slots=True)
class Entered:
    """Who entered a row, when, and what was said about it then."""

    at: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class LabLine:
    collected: str
    zone: str
    analyte: str
    value: Value
    assay: str
    evidence: str
    range: str
    lloq: str
    laboratory: str
    tier: str
    at_boundary: bool
    entered: Entered

    @property
    def tier_words(self) -> str:
        return phrases.spaced(self.tier)


@dataclass(frozen=True, slots=True)
class RegimenLine:
    uid: str
    drug: str
    dose: str
    schedule: str
    starts_on: date
    ends_on: date | None
    is_planned: bool
    is_open: bool
    is_prescribed: bool
    reason: str
    end_reason: str
    review_on: date | None
    entered: Entered


@dataclass(frozen=True, slots=True)
class DoseLine:
    taken: str
    zone: str
    drug: str
    kind: str
    amount: str
    site: str
    entered: Entered


@dataclass(frozen=True, slots=True)
class SiteLine:
    region: str
    where: str
    bmd: str
    t_score: str
    z_score: str
    lsc: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScanLine:
    on: date
    facility: str
    device: str
    reference: str
    reading: str
    sites: tuple[SiteLine, ...]
    entered: Entered


@dataclass(frozen=True, slots=True)
class DueLine:
    kind: str
    item: DueItem
    phase: str

    @property
    def is_open(self) -> bool:
        return self.item.state == DueItem.State.OPEN


def assay_of(stored: Mapping[str, str]) -> str:
    """The assay of a stored basis in words."""
    return str(Assay(Method(stored["method"]), MethodEvidence(stored["evidence"])))


def lab_line(row: LabResult, results: Mapping[str, Any], rulebook: RuleBook, names: Names, zone: str) -> LabLine:
    """One result as reported; its tier is the one that the standing evaluation gave it."""
    reported = row.reported
    placed = results.get(str(row.uid), {})
    return LabLine(
        collected=_moment(reported.collected),
        zone=reported.collected.zone,
        analyte=rulebook.analytes[row.analyte].name if row.analyte in rulebook.analytes else row.analyte,
        value=reported.value,
        assay=str(reported.assay),
        evidence=EVIDENCE[reported.assay.evidence],
        range=_range(row),
        lloq=row.lloq,
        laboratory=row.laboratory,
        tier=placed.get("tier", ""),
        at_boundary=placed.get("at_boundary", False),
        entered=_entered(row, names, zone, row.confirmed_reason),
    )


def _range(row: LabResult) -> str:
    if row.range_high:
        return f"{row.range_low} to {row.range_high}" if row.range_low else f"up to {row.range_high}"
    return f"from {row.range_low}" if row.range_low else ""


def regimen_line(row: Regimen, rulebook: RuleBook, names: Names, today: date) -> RegimenLine:
    has_ended = row.ends_on is not None and row.ends_on <= today
    return RegimenLine(
        uid=str(row.uid),
        drug=_drug(row.drug, rulebook),
        dose=f"{row.dose_digits} mg",
        schedule=str(parse_schedule(row.schedule)),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_planned=row.starts_on > today,
        is_open=not has_ended,
        is_prescribed=row.origin == Origin.PRESCRIBED,
        reason=row.reason,
        end_reason=row.end_reason,
        review_on=row.review_on,
        entered=_entered(row, names, row.zone, row.confirmed_reason),
    )


def dose_line(row: DoseEvent, rulebook: RuleBook, names: Names, zone: str) -> DoseLine:
    moment = Moment(row.at, Precision(row.precision), row.zone)
    return DoseLine(
        taken=_moment(moment),
        zone=row.zone,
        drug=_drug(row.drug, rulebook),
        kind=row.kind,
        amount=f"{row.amount_digits} mg" if row.amount_digits else "–",
        site=row.site,
        entered=_entered(row, names, zone, row.confirmed_reason),
    )


def scan_line(row: DexaScan, bone: Mapping[str, Any], rulebook: RuleBook, names: Names, zone: str) -> ScanLine:
    """One scan with its regions. What it means and how it changed is what the standing evaluation says."""
    read = next((scan for scan in bone.get("scans", ()) if scan["key"] == str(row.uid)), None)
    changes = [change for change in bone.get("changes", ()) if change["to_key"] == str(row.uid)]
    sites = sorted(row.sites.all(), key=lambda site: site.pk)
    return ScanLine(
        on=row.scanned_on,
        facility=row.facility,
        device=row.device,
        reference=row.reference,
        reading=_reading(read, rulebook) if read else "not evaluated",
        sites=tuple(_site_line(site, changes, rulebook) for site in sites),
        entered=_entered(row, names, zone, row.confirmed_reason),
    )


def due_line(item: DueItem, today: date) -> DueLine:
    """``waiting``, ``open``, ``due`` or ``overdue`` by his local day."""
    reached = ((item.overdue_on, "overdue"), (item.due_on, "due"), (item.opens_on, "open"))
    phase = next((name for on, name in reached if today >= on), "waiting")
    if item.state != DueItem.State.OPEN:
        phase = phrases.spaced(item.state)
    return DueLine(KINDS.get(item.kind, item.kind), item, phase)


def _site_line(site: DexaSite, changes: Sequence[Mapping[str, Any]], rulebook: RuleBook) -> SiteLine:
    place = (site.region, site.side, site.vertebrae)
    said = [_change(change, rulebook) for change in changes if (change["region"], change["side"], change["vertebrae"]) == place]
    return SiteLine(
        region=rulebook.bone.regions[site.region].name if site.region in rulebook.bone.regions else site.region,
        where=" ".join(part for part in (site.side, site.vertebrae) if part),
        bmd=f"{site.bmd_digits} {site.bmd_unit}",
        t_score=_score(site.t_score),
        z_score=_score(site.z_score),
        lsc=f"{site.lsc_digits} g/cm2" if site.lsc_digits else "not recorded",
        changes=tuple(said),
    )


def _change(change: Mapping[str, Any], rulebook: RuleBook) -> str:
    """``since 4 May 2025: -3.1 %, within the error of measurement (LSC 0.03 g/cm2, the facility's)``."""
    percent = f"{change['percent']} %"
    sentence = rulebook.words.bone[change["verdict"]].format_map({"percent": change["percent"]})
    said = sentence if percent in sentence else f"{percent}, {sentence}"
    error = f" (LSC {change['lsc']}, {_WHOSE[change['lsc_from']]})" if change["lsc"] else ""
    return f"since {phrases.day(date.fromisoformat(change['from_on']))}: {said}{error}"


_WHOSE = {"facility": "the facility's", "default": "a cautious default"}


def _reading(read: Mapping[str, Any], rulebook: RuleBook) -> str:
    score = f"{read['scale']}-score {read['score']}" if read["score"] is not None else ""
    words = rulebook.words.bone[read["bone_class"]].format_map({"score": score})
    return words if not score or score in words else f"{words}, {score}"


def _score(score: Decimal | None) -> str:
    """With one decimal, as laboratories print it, unless there were two."""
    return "" if score is None else f"{score:+.1f}" if score == round(score, 1) else f"{score:+}"


def _drug(code: str, rulebook: RuleBook) -> str:
    return rulebook.drugs[code].name if code in rulebook.drugs else code


def _moment(moment: Moment) -> str:
    """Without the zone, which has a place of its own."""
    printed = str(moment)
    return printed.removesuffix(f" {moment.zone}")


def _entered(row: Record, names: Names, zone: str, note: str) -> Entered:
    source = f" from {row.source_system}" if row.source_system else ""
    return Entered(at=_short(row.recorded_at, zone), by=f"{names(row.recorded_by)}{source}", note=note)


def _short(at: datetime, zone: str) -> str:
    return phrases.day(at.astimezone(ZoneInfo(zone)).date())
