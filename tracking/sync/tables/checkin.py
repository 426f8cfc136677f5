"""What he says of himself: how he feels, how he lives, and what he uses without anybody knowing how much."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tracking.domain.reported import Precision
from tracking.models import DrugUse, Lifestyle, Patient, Symptom
from tracking.services import checkin, drug_uses, lifestyle
from tracking.sync.columns import AsText, Day, Instant, Text, Whole
from tracking.sync.table import DELETED_ON_PHONE, Act, RecordTable, day, local

__all__ = ["CoMedication", "LifestyleMeasures", "Symptoms"]


class Symptoms(RecordTable):
    """One item of a check-in, scored once a day and at most five of them: what is scored anew takes the place of the former."""

    model = Symptom
    columns = (
        Text("code", "see the rulebook", most=40, when_missing=""),
        Whole("score", "0 (none) to 10", required=True),
        Instant("felt_at", "RFC 3339 with an offset, or a date", when_missing=""),
        Text("precision", f"{Precision.MINUTE} or {Precision.DAY}", most=10),
        Text("zone", "IANA zone", most=64),
    )
    shown = (*RecordTable.shown, Day("felt_on", "the day where he was"))

    def render(self, row: Symptom, man: Patient) -> dict[str, Any]:
        return {
            **self.frame(row, man),
            "code": row.code,
            "score": row.score,
            "felt_at": local(row.at, row.zone),
            "precision": row.precision,
            "zone": row.zone,
            "felt_on": day(row.felt_on),
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        checkin.record(patient=act.man, by=act.by, now=act.now, client_id=key, **stated)

    def edit(self, act: Act, row: Symptom, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return checkin.correct(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated).pk != row.pk

    def remove(self, act: Act, row: Symptom) -> bool:
        checkin.withdraw(patient=act.man, key=row.client_id, by=act.by, now=act.now, reason=DELETED_ON_PHONE)
        return True


class LifestyleMeasures(RecordTable):
    """One measure of his life from a day on; the same day stated anew takes the place of the former."""

    model = Lifestyle
    columns = (
        Text("code", "see the rulebook", most=40, when_missing=""),
        AsText("value", "as typed", when_missing=None),
        Text("unit", most=20, when_missing=""),
        Day("since", "the first day of which it is true", required=True),
        Text("note", most=200),
        Text("confirmed_reason", "why an unusual amount is right", most=200),
    )

    def render(self, row: Lifestyle, man: Patient) -> dict[str, Any]:
        return {
            **self.frame(row, man),
            "code": row.code,
            "value": row.digits,
            "unit": row.unit,
            "since": day(row.since),
            "note": row.note,
            "confirmed_reason": row.confirmed_reason,
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        lifestyle.record(patient=act.man, by=act.by, now=act.now, client_id=key, **stated)

    def edit(self, act: Act, row: Lifestyle, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return lifestyle.correct(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated).pk != row.pk

    def remove(self, act: Act, row: Lifestyle) -> bool:
        lifestyle.withdraw(patient=act.man, key=row.client_id, by=act.by, now=act.now, reason=DELETED_ON_PHONE)
        return True


class CoMedication(RecordTable):
    """That he uses a drug, where nobody knows how much. Where that is known it is a regimen."""

    model = DrugUse
    columns = (
        Text("drug", most=40, when_missing=""),
        Day("since", "the first day that anybody is sure of"),
        Day("until", "the first day without it"),
        Text("note", most=200),
    )

    def render(self, row: DrugUse, man: Patient) -> dict[str, Any]:
        said = {"drug": row.drug, "since": day(row.since), "until": day(row.until), "note": row.note}
        return {**self.frame(row, man), **said}

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        drug_uses.record(patient=act.man, by=act.by, now=act.now, client_id=key, **stated)

    def edit(self, act: Act, row: DrugUse, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return drug_uses.correct(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated).pk != row.pk

    def remove(self, act: Act, row: DrugUse) -> bool:
        drug_uses.withdraw(patient=act.man, key=row.client_id, by=act.by, now=act.now, reason=DELETED_ON_PHONE)
        return True
