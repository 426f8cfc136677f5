"""Check-ins: a few items of how he feels, each scored from 0 to 10."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.fields import AsSent, Input, Output, Text, Whole
from tracking.api.paging import chosen
from tracking.api.records import (
    Correction,
    Framed,
    NounView,
    Reader,
    RecordInput,
    RowsView,
    Stored,
    correcting,
    day,
    instant,
    listing,
)
from tracking.api.schema import Operation, by_code
from tracking.domain.categories import Category
from tracking.domain.checkin import LEAST_SCORE, MOST_A_DAY, MOST_SCORE
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook
from tracking.models import Patient
from tracking.models import Symptom as SymptomModel
from tracking.services import checkin

__all__ = ["CheckIn", "Symptom", "Symptoms"]

_KNOWN_TO_THE_DAY = (Precision.MINUTE, Precision.DAY)


class SymptomCorrectionInput(Input):
    """One item put right, all of it."""

    when_missing = {"code": "", "felt_at": ""}

    code = Text(max_length=40, allow_blank=True, help_text="an item of the check-in; see the rulebook")
    score = Whole(help_text=f"{LEAST_SCORE} (none) to {MOST_SCORE}")
    felt_at = AsSent(max_length=60, help_text="RFC 3339 with an offset, or a day")
    zone = Text(max_length=64, required=False, help_text="IANA zone of the place where he was; his own where it is not sent")
    precision = Text(max_length=10, required=False, help_text=", ".join(_KNOWN_TO_THE_DAY))


class SymptomInput(SymptomCorrectionInput, RecordInput):
    """One item of a check-in. The same item of the same day is superseded by it."""


class SymptomRow(Framed):
    code = serializers.CharField()
    score = serializers.IntegerField(min_value=LEAST_SCORE, max_value=MOST_SCORE)
    felt_at = serializers.DateTimeField(help_text="in the offset of `zone`; of a day its start")
    felt_on = serializers.DateField(help_text="the day of the calendar where he was")
    precision = serializers.ChoiceField(list(Precision))
    zone = serializers.CharField()


class SymptomRows(Output):
    results = SymptomRow(many=True)


class SymptomNoun(NounView):
    """What every view of symptoms knows."""

    category = Category.SYMPTOMS
    what = "symptoms"
    model = SymptomModel
    newest_by = "at"
    dated_by = "felt_on"

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {
            **reader.frame(row),
            "code": row.code,
            "score": row.score,
            "felt_at": instant(row.at.astimezone(ZoneInfo(row.zone))),
            "felt_on": day(row.felt_on),
            "precision": row.precision,
            "zone": row.zone,
        }


class Symptoms(SymptomNoun, RowsView):
    """How he felt, and one item more."""

    operations = listing("symptoms", SymptomRow, SymptomInput, filters=(by_code("code", "item"),))

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        code = chosen(query, "code", load_rulebook().checkin.form.items)
        return rows if code is None else rows.filter(code=code)

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        return Stored(*checkin.record(patient=man, by=self.actor, now=self.now, **sent))


class CheckIn(SymptomNoun):
    """Several items at once: all of them, or none."""

    operations = {
        "POST": Operation(
            f"Check in with up to {MOST_A_DAY} items at once: all of them, or none",
            SymptomRows,
            SymptomInput(many=True),
            status=(201,),
            description="Each item scored from 0 to 10. A refusal names the row by its place, `/1/score`.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        items = self.sent(SymptomInput, many=True, allow_empty=False, max_length=MOST_A_DAY)
        made = checkin.record_many(patient=man, by=self.actor, now=self.now, items=items)
        rows = SymptomModel.objects.in_bulk([row.pk for row in made])
        reader = self.reader(man)
        return Response({"results": [self.render(rows[row.pk], reader) for row in made]}, status=201)


class Symptom(SymptomNoun, Correction):
    """One item of one day."""

    operations = correcting("symptoms", SymptomRow, SymptomCorrectionInput)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        return Stored(checkin.correct(patient=man, key=key, by=self.actor, now=self.now, staff=self.is_staff_route, **sent))

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        checkin.withdraw(patient=man, key=key, by=self.actor, now=self.now, reason=reason, staff=self.is_staff_route)
