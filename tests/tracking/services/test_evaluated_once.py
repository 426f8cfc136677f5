"""Several writes to one man's record, and one evaluation of what they come to."""

from __future__ import annotations

from datetime import date

import pytest

from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import DueItem, Evaluation, LabResult
from tracking.services import accounts, labs, regimens
from tracking.services.access import acting_as, lock_patient
from tracking.services.evaluations import evaluated_once, of

PLAN = {
    "drug": "anastrozole",
    "dose_mg": "0.5",
    "schedule": {"kind": "every", "days": "3.5"},
    "starts_on": date(2026, 5, 1),
    "reason": "breast tenderness",
}
LAB = {"analyte": "estradiol", "unit": "pg/mL", "collected_at": "2026-10-01T08:00:00+02:00"}


def count(man):
    return Evaluation.objects.filter(patient=man).count()


def test_three_writes_make_one_evaluation_and_each_answers_with_what_stood_before(adam, now):
    himself = Actor.user(adam.user_id)
    with acting_as(himself):
        man = lock_patient(adam)
        before, stood = count(adam), of(man)
        with evaluated_once(man, now=now):
            for value in ("24", "25", "26"):
                assert labs.record(patient=man, by=himself, now=now, value=value, **LAB).current == stood
            assert count(adam) == before
        assert count(adam) == before + 1
        assert of(man).placed.content["results"].keys() == {str(row.uid) for row in LabResult.objects.filter(patient=man)}


def test_it_is_evaluated_as_he_is_after_the_writes(adam, now):
    himself = Actor.user(adam.user_id)
    with acting_as(himself):
        man = lock_patient(adam)
        with evaluated_once(man, now=now):
            accounts.edit_profile(patient=man, by=himself, now=now, zone="Pacific/Kiritimati")
            labs.record(patient=man, by=himself, now=now, value="24", **LAB)
            regimens.start(patient=man, by=himself, now=now, origin=Origin.SELF, **PLAN)
        zones = set(DueItem.objects.filter(patient=man, state="open").values_list("zone", flat=True))
    assert zones == {"Pacific/Kiritimati"}


def test_nothing_written_nothing_evaluated_and_a_refusal_leaves_the_way_clear(adam, now):
    himself = Actor.user(adam.user_id)
    with acting_as(himself):
        man = lock_patient(adam)
        before = count(adam)
        with evaluated_once(man, now=now):
            pass
        with pytest.raises(Problem), evaluated_once(man, now=now):
            labs.record(patient=man, by=himself, now=now, value="5,1", **LAB)
        assert count(adam) == before
        labs.record(patient=man, by=himself, now=now, value="24", **LAB)
        assert count(adam) == before + 1


def test_another_man_is_evaluated_at_once(adam, carl, now):
    with acting_as(Actor.system("test")):
        man = lock_patient(adam)
        before = count(carl)
        with evaluated_once(man, now=now), evaluated_once(man, now=now):
            labs.record(patient=carl, by=Actor.system("test"), now=now, value="24", **LAB)
            assert count(carl) == before + 1
