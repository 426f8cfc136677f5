"""What he is to take, or says that he takes. A change of dose is a new version; nothing here computes one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.fields import AsSent, Day, Input, Plan, Text
from tracking.api.paging import chosen
from tracking.api.records import (
    Correction,
    Framed,
    NounView,
    Reader,
    RecordInput,
    RowsView,
    RowView,
    Stored,
    correcting,
    day,
    listing,
)
from tracking.api.schema import Operation, Query
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.models import Patient
from tracking.models import Regimen as RegimenModel
from tracking.services import regimens

__all__ = ["Regimen", "RegimenChange", "RegimenEnd", "Regimens"]


class Terms(Input):
    """What a version may state besides drug and dose."""

    zone = Text(max_length=64, required=False, help_text="IANA zone; the man's own where it is not sent")
    reason = Text(max_length=200, required=False, allow_blank=True, help_text="why it was started or changed")
    review_on = Day(required=False, help_text="planned review")
    confirmed_reason = Text(max_length=200, required=False, allow_blank=True, help_text="why an unusual dose is right")


class RegimenCorrectionInput(Terms):
    """A version put right, all of it."""

    when_missing = {"drug": "", "dose_mg": None, "schedule": None}

    drug = Text(max_length=40, allow_blank=True)
    dose_mg = AsSent(max_length=60, help_text="text: one dose in mg of the product, as written")
    schedule = Plan(max_length=400)
    starts_on = Day()
    ends_on = Day(required=False, allow_null=True, help_text="the first day on which it no longer holds")


class RegimenInput(RegimenCorrectionInput, RecordInput):
    """A new regimen: what he is to take, or says that he takes."""


class RegimenChangeInput(Terms, RecordInput):
    """What is not sent stays as it was. The drug stays in any case."""

    from_date = Day(help_text="the day on which the new version begins and the old one no longer holds")
    dose_mg = AsSent(max_length=60, required=False)
    schedule = Plan(max_length=400, required=False)


class RegimenEndInput(Input):
    ends_on = Day(help_text="the first day on which it no longer holds")
    reason = Text(max_length=200, required=False, allow_blank=True)


class RegimenRow(Framed):
    """One version of one drug's plan."""

    drug = serializers.CharField()
    dose_mg = serializers.CharField()
    schedule = Plan(max_length=400)
    origin = serializers.ChoiceField(list(Origin), help_text="whose statement it is")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    zone = serializers.CharField()
    reason = serializers.CharField()
    end_reason = serializers.CharField()
    review_on = serializers.DateField(allow_null=True)
    previous = serializers.CharField(allow_null=True, help_text="id of the version that it changed")
    confirmed_reason = serializers.CharField()


class RegimenNoun(NounView):
    """What every view of regimens knows: a man's own are his statement, those of staff are prescribed."""

    what = "regimens"
    model = RegimenModel
    newest_by = "starts_on"

    @property
    def origin(self) -> Origin:
        return Origin.PRESCRIBED if self.is_staff_route else Origin.SELF

    def rows(self, man: Patient) -> QuerySet[Any]:
        return super().rows(man).select_related("previous")

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {
            **reader.frame(row),
            "drug": row.drug,
            "dose_mg": row.dose_digits,
            "schedule": row.schedule,
            "origin": row.origin,
            "starts_on": day(row.starts_on),
            "ends_on": day(row.ends_on),
            "zone": row.zone,
            "reason": row.reason,
            "end_reason": row.end_reason,
            "review_on": day(row.review_on),
            "previous": reader.id_of(row.previous) if row.previous else None,
            "confirmed_reason": row.confirmed_reason,
        }


class Regimens(RegimenNoun, RowsView):
    """His regimens, and a new one."""

    operations = listing(
        "regimens", RegimenRow, RegimenInput, filters=(Query("drug", "one drug only"), Query("origin", ", ".join(Origin)))
    )

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str], man: Patient) -> QuerySet[Any]:
        wanted = {"drug": chosen(query, "drug", load_rulebook().drugs), "origin": chosen(query, "origin", list(Origin))}
        return rows.filter(**{name: value for name, value in wanted.items() if value is not None})

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        return _stored(regimens.start(patient=man, by=self.actor, now=self.now, origin=self.origin, **sent))


class Regimen(RegimenNoun, Correction):
    """One version."""

    operations = correcting("regimens", RegimenRow, RegimenCorrectionInput)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        return Stored(regimens.correct(patient=man, key=key, by=self.actor, now=self.now, origin=self.origin, **sent))

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        regimens.withdraw(patient=man, key=key, by=self.actor, now=self.now, origin=self.origin, reason=reason)


class RegimenChange(RegimenNoun, RowView):
    """End one version and begin the next."""

    http_method_names = ["post"]
    operations = {
        "POST": Operation(
            "Change a regimen from a day on; whoever asks decided it",
            RegimenRow,
            RegimenChangeInput,
            status=(201, 200),
            etag=True,
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        key = self.standing(man).client_id
        sent = self.sent(RegimenChangeInput)
        with _said_of_from_date():
            row = regimens.change(patient=man, key=key, by=self.actor, now=self.now, origin=self.origin, **sent)
        stored = _stored(row)
        return self.answer(stored, man, status=201 if stored.is_new else 200)


class RegimenEnd(RegimenNoun, RowView):
    """The end of a regimen. Its dose events stay."""

    http_method_names = ["post"]
    operations = {"POST": Operation("End a regimen", RegimenRow, RegimenEndInput, etag=True)}

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        key = self.standing(man).client_id
        sent = self.sent(RegimenEndInput)
        row = regimens.end(patient=man, key=key, by=self.actor, now=self.now, origin=self.origin, **sent)
        return self.answer(Stored(row), man, status=200)


def _stored(row: RegimenModel) -> Stored:
    # The database gives a revision; a row that was just made does not know its own yet.
    return Stored(row, is_new=not row.revision)


@contextmanager
def _said_of_from_date() -> Iterator[None]:
    """A change has one date, the end of one version and the start of the next: a refusal of either names what was sent."""
    try:
        yield
    except Problem as refused:
        issues = (
            replace(issue, pointer="/from_date") if issue.pointer in ("/starts_on", "/ends_on") else issue
            for issue in refused.issues
        )
        raise Problem(*issues, kind=refused.kind) from None
