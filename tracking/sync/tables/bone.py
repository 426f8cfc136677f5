"""Scans, fractures, risk factors."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Prefetch

from tracking.domain.reported import Precision
from tracking.models import DexaScan, DexaSite, Fracture, Patient, RiskFactor
from tracking.services import bone
from tracking.sync.columns import AsText, Day, Flag, Instant, Parts, Text
from tracking.sync.table import DELETED_ON_PHONE, Act, RecordTable, day, local

__all__ = ["DexaScans", "Fractures", "RiskFactors"]

_SITE = (
    Text("region", most=20),
    Text("side", most=8),
    Text("vertebrae", most=20),
    AsText("bmd", "as reported"),
    Text("unit", "g/cm2 or mg/cm2", most=10),
    Text("t_score", most=8),
    Text("z_score", most=8),
    Text("lsc", "the facility's least significant change, g/cm2", most=24),
)


class DexaScans(RecordTable):
    """One visit to a scanner with its regions: one row, because a scan with half of another's regions was never measured."""

    model = DexaScan
    columns = (
        Day("scanned_on", required=True),
        Parts("sites", f"a list of objects: {', '.join(column.name for column in _SITE)}", of=_SITE, when_missing=()),
        Text("facility", most=120),
        Text("device", "model and serial number", most=120),
        Text("reference", "reference database behind the scores", most=120),
        Flag("scanner_changed", "the facility moved or replaced the scanner since the visit before"),
        Text("confirmed_reason", "why an unusual figure is right", most=200),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        return self._with_sites(super().changed(man, since))

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        return {row.client_id: row for row in self._with_sites(self._standing(man).filter(client_id__in=ids))}

    def render(self, row: DexaScan, man: Patient) -> dict[str, Any]:
        return {
            **self.frame(row, man),
            "scanned_on": day(row.scanned_on),
            "sites": json.dumps([_site(site) for site in row.sites.all()]),
            "facility": row.facility,
            "device": row.device,
            "reference": row.reference,
            "scanner_changed": row.scanner_changed,
            "confirmed_reason": row.confirmed_reason,
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        bone.record_scan(patient=act.man, by=act.by, now=act.now, client_id=key, **stated)

    def edit(self, act: Act, row: DexaScan, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return bone.correct_scan(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated)[1]

    def remove(self, act: Act, row: DexaScan) -> bool:
        return _withdraw(act, row)

    def _with_sites(self, rows: Any) -> Iterable[Any]:
        with_sites: Iterable[Any] = rows.prefetch_related(Prefetch("sites", DexaSite.objects.order_by("pk")))
        return with_sites


def _site(row: DexaSite) -> dict[str, str]:
    said = {
        "region": row.region,
        "side": row.side,
        "vertebrae": row.vertebrae,
        "bmd": row.bmd_digits,
        "unit": row.bmd_unit,
        "t_score": row.t_score,
        "z_score": row.z_score,
        "lsc": row.lsc_digits,
    }
    return {name: value for name, value in said.items() if value}


class Fractures(RecordTable):
    """Fractures as dated events."""

    model = Fracture
    columns = (
        Text("site", required=True, most=40),
        Instant("occurred_at", "RFC 3339 with an offset, or a date, month or year", when_missing=""),
        Text("precision", ", ".join(Precision), most=10),
        Text("zone", "IANA zone", most=64),
        Flag("fragility", "from standing height or less; null: not stated"),
    )

    def render(self, row: Fracture, man: Patient) -> dict[str, Any]:
        return {
            **self.frame(row, man),
            "site": row.site,
            "occurred_at": local(row.at, row.zone),
            "precision": row.precision,
            "zone": row.zone,
            "fragility": row.fragility,
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        bone.record_fracture(patient=act.man, by=act.by, now=act.now, client_id=key, **stated)

    def edit(self, act: Act, row: Fracture, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return bone.correct_fracture(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated)[1]

    def remove(self, act: Act, row: Fracture) -> bool:
        return _withdraw(act, row)


class RiskFactors(RecordTable):
    """Bone risk factors and since when."""

    model = RiskFactor
    columns = (
        Text("code", "see the rulebook", most=40, when_missing=""),
        Day("since"),
        Day("until"),
        Text("note", most=200),
    )

    def render(self, row: RiskFactor, man: Patient) -> dict[str, Any]:
        said = {"code": row.code, "since": day(row.since), "until": day(row.until), "note": row.note}
        return {**self.frame(row, man), **said}

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        bone.record_risk_factor(patient=act.man, by=act.by, now=act.now, client_id=key, **stated)

    def edit(self, act: Act, row: RiskFactor, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return bone.correct_risk_factor(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated)[1]

    def remove(self, act: Act, row: RiskFactor) -> bool:
        return _withdraw(act, row)


def _withdraw(act: Act, row: DexaScan | Fracture | RiskFactor) -> bool:
    bone.withdraw(patient=act.man, of=type(row), key=row.client_id, by=act.by, now=act.now, reason=DELETED_ON_PHONE)
    return True
