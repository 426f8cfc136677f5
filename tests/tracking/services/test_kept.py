"""A statement that is composed once reads what its queryset reads, of each man his own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, models
from django.db.models import F, OuterRef, TextField, Value
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


def test_related_rows_come_along(adam: Any) -> None:
    def stated(patient_id: int) -> Any:
        return Evaluation.objects.filter(patient=patient_id).select_related("patient").prefetch_related("findings")

    kept = Kept(stated)
    with acting_as(Actor.system("test")):
        rows, whole = kept.of(adam.pk), list(stated(adam.pk))
        with CaptureQueriesContext(connection) as sent:
            assert [(row.patient, list(row.findings.all())) for row in rows] == [
                (row.patient, list(row.findings.all())) for row in whole
            ]
        assert (len(sent), rows[0].patient.__dict__.keys()) == (0, whole[0].patient.__dict__.keys())
        assert kept.of(0) == []


def test_several_values_change_each_in_its_place(adam: Any, carl: Any) -> None:
    def stated(patient_id: int, digits: str, before: datetime) -> Any:
        return LabResult.objects.filter(recorded_at__lt=before, digits=digits, patient=patient_id)

    kept = Kept(stated, int, str, datetime)
    later = NOW + timedelta(days=1)
    with acting_as(Actor.system("test")):
        found = [kept.of(man.pk, digits, by) for man in (adam, carl) for digits in ("9.0", "24.10") for by in (later, NOW)]
    assert [[row.digits for row in rows] for rows in found] == [["9.0"], [], [], [], [], [], ["24.10"], []]


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


def test_signs_of_the_statement_itself_stay_as_they_are(adam: Any, carl: Any) -> None:
    def rows(man: Any, name: Any) -> Any:
        percent = Value("100 %s of 5 %")
        return Patient.objects.filter(pk=man, name=name, zone__contains="/").annotate(said=percent).values_list("name", "said")

    kept = Kept(rows, int, str)
    with acting_as(Actor.system("test")):
        assert kept.of(adam.pk, adam.name) == list(rows(adam.pk, adam.name)) == [(adam.name, "100 %s of 5 %")]
        assert kept.of(carl.pk, adam.name) == []


def test_an_object_can_be_changed_and_stored_like_any_other(adam: Any) -> None:
    with acting_as(Actor.user(adam.user_id)):
        (man,) = Kept(lambda user_id: Patient.objects.filter(user=user_id)).of(adam.user_id)
        assert (man.user, man._state.adding) == (adam.user, False)
        man.name = "Adam Kept"
        man.save(update_fields=["name"])
        man.refresh_from_db()
    assert man.name == "Adam Kept"


def test_an_object_with_setters_of_its_own_is_refused() -> None:
    def heard(**_: Any) -> None:
        """What an image's field does: it adds something to each object that is made."""

    models.signals.post_init.connect(heard, sender=LabResult)
    try:
        with pytest.raises(ValueError, match="made in a way of their own"):
            Kept(lambda patient_id: LabResult.objects.filter(patient=patient_id)).of(1)
    finally:
        models.signals.post_init.disconnect(heard, sender=LabResult)


@pytest.mark.parametrize(
    ("rows", "kind", "words"),
    [
        (lambda _: Patient.objects.all(), int, "does not ask for the values"),
        (lambda patient_id: Patient.objects.filter(pk=patient_id).values("name"), int, "only objects and values_list"),
        (lambda men: Patient.objects.filter(pk=men[0]), [int], "where one of it"),
    ],
)
def test_what_cannot_be_kept_is_refused(rows: Any, kind: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Kept(rows, kind).of(1)
