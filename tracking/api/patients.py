"""The men in this prescriber's care."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.fields.json import KeyTextTransform, KeyTransform
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import Output
from tracking.api.paging import PAGE, page
from tracking.api.records import day, instant
from tracking.api.schema import Operation, page_of
from tracking.domain.categories import Category
from tracking.models import Evaluation, LabResult, Patient, Standing, User
from tracking.services.access import shared_with

__all__ = ["OnePatient", "Patients"]


class LastEstradiol(Output):
    value = serializers.CharField(help_text="comparator and digits as reported")
    unit = serializers.CharField()
    collected_at = serializers.DateTimeField()
    printed = serializers.CharField()


class PatientRow(Output):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField(help_text="of the whole record")
    name = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    birth_year = serializers.IntegerField(allow_null=True)
    zone = serializers.CharField()
    shared = serializers.ListField(
        child=serializers.CharField(), help_text="categories that he shares; without `conclusions` the verdict is not shown"
    )
    word = serializers.CharField(allow_null=True, help_text="of the verdict that stands now; null where it is not shared")
    state = serializers.CharField(allow_null=True)
    tier = serializers.CharField(allow_null=True)
    priority = serializers.IntegerField(allow_null=True, help_text="of the worst finding, 0 first")
    evaluated_at = serializers.DateTimeField(allow_null=True)
    last_estradiol = LastEstradiol(allow_null=True)


class Patients(RecordView):
    """The men who let a clinic of this account in. The list is a worklist: opening a man is what is noted as a visit."""

    category = Category.OWN  # whose account it is: no key reads it
    operations = {
        "GET": Operation(
            "List the men in this account's care, the newest first",
            page_of(PatientRow),
            query=PAGE,
            description="Those who let an active clinic of this account in. `shared` says which categories are open.",
        )
    }

    def get(self, request: Request) -> Response:
        men = Patient.objects.visible_to(self.user, Category.DOOR).exclude(user=self.user)
        found, following = page(men, request, self.query, by=None)
        return Response({"next": following, "results": patient_rows(found, self.user)})


class OnePatient(RecordView):
    """One man."""

    category = Category.DOOR
    what = "patient"
    operations = {
        "GET": Operation(
            "Read one man with his verdict in short",
            PatientRow,
            etag=True,
            description=(
                "`shared` says which categories are open; without `conclusions` the verdict is null: not shown, not absent."
            ),
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        man.refresh_from_db()
        return self.row(patient_rows([man], self.user)[0])


def patient_rows(men: Iterable[Patient], user: User) -> list[dict[str, Any]]:
    """What :class:`PatientRow` promises, in three queries for however many men. What is not shared, the database hides."""
    men = list(men)
    rows = Standing.objects.filter(patient__in=men).select_related("evaluation").defer("evaluation__basis")
    # The result that the verdict rests on: which one is the latest is decided there and nowhere else.
    rested_on = KeyTextTransform("reading", KeyTransform("verdict", "evaluation__basis"))
    standing: dict[int, Any] = {row.patient_id: row for row in rows.annotate(rested_on=rested_on)}
    uids = [row.rested_on for row in standing.values() if row.rested_on]
    last = {row.patient_id: row for row in LabResult.objects.filter(patient__in=men, uid__in=uids)}
    shared = shared_with(user, men)
    return [_row(man, shared.get(man.pk, []), standing.get(man.pk), last.get(man.pk)) for man in men]


def _row(man: Patient, shared: list[str], standing: Standing | None, last: LabResult | None) -> dict[str, Any]:
    evaluation: Evaluation | None = None if standing is None else standing.evaluation
    return {
        "id": str(man.uid),
        "uid": str(man.uid),
        "revision": man.revision,
        "name": man.name,
        "birth_date": day(man.birth_date),
        "birth_year": man.birth_year,
        "zone": man.zone,
        "shared": shared,
        "word": None if evaluation is None else evaluation.word,
        "state": None if evaluation is None else evaluation.state,
        "tier": (evaluation.tier or None) if evaluation else None,
        "priority": None if evaluation is None else evaluation.priority,
        "evaluated_at": None if standing is None else instant(standing.evaluated_at),
        "last_estradiol": None if last is None else _estradiol(last),
    }


def _estradiol(row: LabResult) -> dict[str, Any]:
    reported = row.reported
    return {
        "value": reported.value.text,
        "unit": row.unit,
        "collected_at": instant(reported.collected.local),
        "printed": str(reported),
    }
