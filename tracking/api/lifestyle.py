"""How he lives, as far as the sources name it: one amount of one measure from a day on."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework import serializers

from tracking.api.fields import AsSent, Day, Input, Text
from tracking.api.paging import ON_DAY, chosen, day_of
from tracking.api.records import Correction, Framed, NounView, Reader, RecordInput, RowsView, Stored, correcting, day, listing
from tracking.api.schema import by_code
from tracking.domain.categories import Category
from tracking.evidence import load_rulebook
from tracking.models import Lifestyle, Patient
from tracking.services import lifestyle

__all__ = ["Measure", "Measures"]


class MeasureCorrectionInput(Input):
    """A measure put right, all of it."""

    when_missing = {"code": "", "value": None, "unit": ""}

    code = Text(max_length=40, allow_blank=True, help_text="a measure; see the rulebook")
    value = AsSent(max_length=60, help_text="text, digit for digit")
    unit = Text(max_length=20, allow_blank=True, help_text="the unit of the measure; see the rulebook")
    since = Day(help_text="the first day of which it is true")
    note = Text(max_length=200, required=False, allow_blank=True)
    confirmed_reason = Text(max_length=200, required=False, allow_blank=True, help_text="why an unusual amount is right")


class MeasureInput(MeasureCorrectionInput, RecordInput):
    """A measure from a day on. What states the same measure from the same day is superseded by it."""


class MeasureRow(Framed):
    code = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField()
    since = serializers.DateField()
    note = serializers.CharField()
    confirmed_reason = serializers.CharField()


class MeasureNoun(NounView):
    """What every view of lifestyle measures knows."""

    category = Category.SYMPTOMS
    what = "lifestyle"
    model = Lifestyle
    newest_by = "since"

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {
            **reader.frame(row),
            "code": row.code,
            "value": row.digits,
            "unit": row.unit,
            "since": day(row.since),
            "note": row.note,
            "confirmed_reason": row.confirmed_reason,
        }


class Measures(MeasureNoun, RowsView):
    """How he lived and lives, and a new statement."""

    operations = listing("lifestyle measures", MeasureRow, MeasureInput, filters=(by_code("code", "measure"), ON_DAY))

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        code = chosen(query, "code", load_rulebook().checkin.lifestyle)
        rows = rows if code is None else rows.filter(code=code)
        on = day_of(query, "on")
        if on is None:
            return rows
        begun = rows.filter(since__lte=on)
        later = begun.filter(code=OuterRef("code"), since__gt=OuterRef("since"))
        return begun.filter(~Exists(later))

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        return Stored(*lifestyle.record(patient=man, by=self.actor, now=self.now, **sent))


class Measure(MeasureNoun, Correction):
    """One statement of one measure."""

    operations = correcting("lifestyle measures", MeasureRow, MeasureCorrectionInput)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        row = lifestyle.correct(patient=man, key=key, by=self.actor, now=self.now, staff=self.is_staff_route, **sent)
        return Stored(row)

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        lifestyle.withdraw(patient=man, key=key, by=self.actor, now=self.now, reason=reason, staff=self.is_staff_route)
