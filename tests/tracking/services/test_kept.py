"""A statement that is composed once reads what its queryset reads, of each man his own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, OuterRef, TextField
from django.db.models.functions import Cast, JSONObject
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import Evaluation, Finding, LabResult, Patient
from tracking.services import home, labs
from tracking.services.access import acting_as
from tracking.services.kept import Kept

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def told(adam: Any, carl: Any) -> None:
    for man, value in ((adam, "9.0"), (carl, "24.10")):
        stated = {"analyte": "estradiol", "value": value, "unit": "pg/mL", "collected_at": "2026-10-01"}
        labs.record(patient=man, by=Actor.user(man.user_id), now=NOW, **stated)


def of_a_man(patient_id: int) -> Any:
    """Evaluations without their basis, with a member of it, a whole part of it, and rows of another table."""
    found = Finding.objects.filter(evaluation=OuterRef("pk")).order_by("pk").values(row=JSONObject(code="code"))
    beside = {"word_of_basis": F("basis__verdict__word"), "result": F("basis__result"), "found": ArraySubquery(found)}
    return Evaluation.objects.filter(patient=patient_id).defer("basis").annotate(**beside).order_by("pk")[:5]


def test_it_reads_what_the_queryset_reads_of_each_man_his_own(adam: Any, carl: Any) -> None:
    kept = Kept(of_a_man)
    with acting_as(Actor.system("test")):
        for man in (adam, carl, adam):
            rows, whole = kept.of(man.pk), list(of_a_man(man.pk))
            assert rows == whole != []
            assert [row.__dict__ | {"_state": None} for row in rows] == [row.__dict__ | {"_state": None} for row in whole]
            assert rows[0].get_deferred_fields() == {"basis"}
            assert rows[-1].result["key"] in {
                str(uid) for uid in LabResult.objects.filter(patient=man).values_list("uid", flat=True)
            }
        assert kept.of(0) == []


def test_it_is_composed_once_and_asked_each_time(adam: Any) -> None:
    composed = []

    def rows(patient_id: int) -> Any:
        composed.append(patient_id)
        return LabResult.objects.filter(patient=patient_id)

    kept = Kept(rows)
    with acting_as(Actor.system("test")):
        assert [row.digits for row in kept.of(adam.pk)] == ["9.0"]
        LabResult.objects.filter(patient=adam).update(withdrawn_reason="Invented")
        with CaptureQueriesContext(connection) as sent:
            assert [row.withdrawn_reason for row in kept.of(adam.pk)] == ["Invented"]
    assert (len(composed), len(sent)) == (1, 1)


def test_another_mans_rows_are_hidden_by_the_database_as_ever(adam: Any, carl: Any) -> None:
    with acting_as(Actor.user(carl.user_id)):
        assert Kept(of_a_man).of(adam.pk) == []
        assert home.chart_of(adam) == ([], False)


def test_rows_of_related_tables_come_with_it(adam: Any) -> None:
    kept = Kept(lambda patient_id: Evaluation.objects.filter(patient=patient_id).select_related("patient__user").defer("basis"))
    with acting_as(Actor.system("test")), CaptureQueriesContext(connection) as sent:
        assert {row.patient.user.pk for row in kept.of(adam.pk)} == {adam.user_id}
    assert len(sent) == 1


def test_columns_of_several_men_are_read_by_several_values(adam: Any, carl: Any) -> None:
    drawn = date(2026, 9, 30)  # in UTC, where it was the day after

    def rows(men: Any, analyte: Any, day: Any) -> Any:
        columns = LabResult.objects.filter(patient__in=men, analyte=analyte, at__date=day).order_by("-digits")
        return columns.annotate(key=Cast("uid", TextField())).values_list("key", "at", "digits")

    kept = Kept(rows, [int], str, date)
    with acting_as(Actor.system("test")):
        both = [adam.pk, carl.pk]
        assert kept.of(both, "estradiol", drawn) == list(rows(both, "estradiol", drawn)) != []
        assert [digits for _, _, digits in kept.of(both, "estradiol", drawn)] == ["9.0", "24.10"]
        assert [digits for _, _, digits in kept.of([adam.pk], "estradiol", drawn)] == ["9.0"]
        assert kept.of([], "estradiol", drawn) == kept.of(both, "psa", drawn) == kept.of(both, "estradiol", NOW.date()) == []


def test_a_list_is_kept_only_where_one_of_it_is_asked_for(adam: Any) -> None:
    with pytest.raises(ValueError, match="where one of it"):
        Kept(lambda men: Patient.objects.filter(pk=men[0]), [int]).of([adam.pk])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lambda patient_id: Patient.objects.filter(pk=patient_id).prefetch_related("labresult_rows"), "prefetched rows"),
        (lambda _: Patient.objects.all(), "does not ask for every value"),
        (lambda patient_id: Patient.objects.filter(pk=patient_id).values("name"), "only objects and values_list"),
    ],
)
def test_what_cannot_be_kept_is_refused(rows: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Kept(rows).of(1)
