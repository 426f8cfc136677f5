"""Doses as they were taken, skipped, late or extra."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.fields import AsSent, Input, Output, Text
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
    instant,
    listing,
)
from tracking.api.schema import Operation, by_code
from tracking.domain.categories import Category
from tracking.domain.history import DoseKind
from tracking.domain.problems import Issue, raise_all
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook
from tracking.models import DoseEvent, Patient, Regimen
from tracking.services import doses

__all__ = ["Dose", "Doses", "DosesBulk"]

_MOST = 500
_MG = "mg"


class DoseCorrectionInput(Input):
    """A dose put right, all of it."""

    when_missing = {"drug": "", "taken_at": ""}

    drug = Text(max_length=40, allow_blank=True)
    kind = Text(max_length=8, required=False, help_text=", ".join(DoseKind))
    amount = AsSent(max_length=60, required=False, help_text="text with its unit: `0.5 mg`, `500 IU`; or `amount_mg`")
    amount_mg = AsSent(max_length=60, required=False, help_text="text, in mg; both are left out for a skipped dose")
    taken_at = AsSent(max_length=60, help_text="RFC 3339 with an offset, or a date, month or year where only that is known")
    zone = Text(max_length=64, required=False, help_text="IANA zone; the man's own where it is not sent")
    precision = Text(max_length=10, required=False, help_text=", ".join(Precision))
    site = Text(max_length=40, required=False, allow_blank=True)
    regimen = Text(max_length=36, required=False, help_text="id of the regimen that it belongs to")
    confirmed_reason = Text(max_length=200, required=False, allow_blank=True, help_text="why an unusual dose is right")


class DoseInput(DoseCorrectionInput, RecordInput):
    """A new dose, as it was."""


class DoseRow(Framed):
    drug = serializers.CharField()
    kind = serializers.ChoiceField(list(DoseKind))
    amount = serializers.CharField(help_text="as logged, with its unit; empty for a skipped dose")
    amount_mg = serializers.CharField(allow_null=True, help_text="the same where it is in mg, else null")
    taken_at = serializers.DateTimeField(help_text="in the offset of `zone`; with a coarser precision the start of that span")
    precision = serializers.ChoiceField(list(Precision))
    zone = serializers.CharField()
    site = serializers.CharField()
    regimen = serializers.CharField(allow_null=True)
    confirmed_reason = serializers.CharField()


class DoseRows(Output):
    results = DoseRow(many=True)


class DoseNoun(NounView):
    """What every view of doses knows."""

    category = Category.DOSES
    what = "doses"
    model = DoseEvent
    newest_by = "at"

    def every(self, man: Patient) -> QuerySet[Any]:
        return super().every(man).select_related("regimen")

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {
            **reader.frame(row),
            "drug": row.drug,
            "kind": row.kind,
            "amount": f"{row.amount_digits} {row.amount_unit}" if row.amount_digits else "",
            "amount_mg": row.amount_digits if row.amount_unit == _MG else None,
            "taken_at": instant(row.at.astimezone(ZoneInfo(row.zone))),
            "precision": row.precision,
            "zone": row.zone,
            "site": row.site,
            "regimen": self.id_of_standing(row.regimen, reader) if row.regimen else None,
            "confirmed_reason": row.confirmed_reason,
        }

    def with_regimens(self, man: Patient, events: list[dict[str, Any]], *, pointers: list[str]) -> list[dict[str, Any]]:
        """The events with their regimens by phone id, as the service knows them. One query; the unknown are named by field."""
        named = {sent["regimen"] for sent in events if "regimen" in sent}
        reader = self.reader(man)
        known = {reader.id_of(row): row.client_id for row in Regimen.objects.live().filter(patient=man)} if named else {}
        text = "There is no regimen '{received}' in this record. Name one by its id, or none."
        raise_all(
            Issue(f"{pointer}/regimen", "regimen-unknown", text, {"received": sent["regimen"]})
            for sent, pointer in zip(events, pointers, strict=True)
            if "regimen" in sent and sent["regimen"] not in known
        )
        return [{**sent, "regimen": known[sent["regimen"]]} if "regimen" in sent else sent for sent in events]


class Doses(DoseNoun, RowsView):
    """His dose log, and a new dose."""

    operations = listing("doses", DoseRow, DoseInput, filters=(by_code("drug", "drug"),))

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        drug = chosen(query, "drug", load_rulebook().drugs)
        return rows if drug is None else rows.filter(drug=drug)

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        (sent,) = self.with_regimens(man, [sent], pointers=[""])
        row, is_new = doses.log(patient=man, by=self.actor, now=self.now, staff=self.is_staff_route, **sent)
        return Stored(row, is_new)


class DosesBulk(DoseNoun):
    """Several doses at once: all of them, or none."""

    operations = {
        "POST": Operation(
            f"Log up to {_MOST} doses at once: all of them, or none",
            DoseRows,
            DoseInput(many=True),
            status=(201,),
            description="In one transaction. A refusal names the row by its place, `/3/amount`.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        events = self.sent(DoseInput, many=True, allow_empty=False, max_length=_MOST)
        events = self.with_regimens(man, events, pointers=[f"/{number}" for number in range(len(events))])
        made = doses.log_many(patient=man, by=self.actor, now=self.now, events=events, staff=self.is_staff_route)
        rows = DoseEvent.objects.select_related("regimen").in_bulk([row.pk for row in made])
        reader = self.reader(man)
        return Response({"results": [self.render(rows[row.pk], reader) for row in made]}, status=201)


class Dose(DoseNoun, Correction):
    """One dose."""

    operations = correcting("doses", DoseRow, DoseCorrectionInput)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        (sent,) = self.with_regimens(man, [sent], pointers=[""])
        return Stored(doses.correct(patient=man, key=key, by=self.actor, now=self.now, staff=self.is_staff_route, **sent))

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        doses.withdraw(patient=man, key=key, by=self.actor, now=self.now, reason=reason, staff=self.is_staff_route)
