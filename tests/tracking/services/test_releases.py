"""Releasing to the man what waits for a prescriber."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.services import evaluations, labs, releases, shown
from tracking.services.access import acting_as


@pytest.fixture
def waiting(adam, in_care, settings):
    settings.FINDINGS_RELEASE = "reviewed"
    labs.record(
        patient=adam, by=Actor.user(adam.user_id), now=NOW, analyte="estradiol", value="8.0", unit="pg/mL", method="lcmsms",
        collected_at=(NOW - timedelta(days=3)).isoformat(),
    )  # fmt: skip
    return adam


def waits(man):
    with acting_as(Actor.system("test")):
        return shown.with_his_words(evaluations.of(man)).waits


def latest(man):
    with acting_as(Actor.system("test")):
        return evaluations.of(man).uid


def test_what_waits_is_released_once_by_a_prescriber_whom_he_lets_in(waiting, dr_bell):
    assert waits(waiting)
    bell = Actor.user(dr_bell.pk)
    assert releases.release(patient=waiting, by=bell, now=NOW, evaluation=latest(waiting)) > 0
    assert not waits(waiting)
    assert releases.release(patient=waiting, by=bell, now=NOW, evaluation=latest(waiting)) == 0


def test_what_was_found_since_she_looked_is_not_released_unseen(waiting, dr_bell):
    with pytest.raises(Problem, match="evaluated anew") as refused:
        releases.release(patient=waiting, by=Actor.user(dr_bell.pk), now=NOW, evaluation=uuid4())
    assert refused.value.kind == "conflict"
    assert waits(waiting)


def test_whether_it_still_waits_costs_no_more_statements_for_more_men(waiting, make_man):
    system = Actor.system("test")
    men = [make_man(name) for name in ("Bob", "Carl", "Dan")]
    for man in men:
        stated = {
            "analyte": "estradiol",
            "value": "8.0",
            "unit": "pg/mL",
            "collected_at": (NOW - timedelta(days=3)).isoformat(),
        }
        labs.record(patient=man, by=Actor.user(man.user_id), now=NOW, **stated)
    counts = []
    before = [latest(man) for man in men]
    for some in ([men[0].pk], [man.pk for man in men[1:]]):
        with CaptureQueriesContext(connection) as sent:
            evaluations.reevaluate_many(some, by=system, now=NOW + timedelta(days=500))
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert all(old != latest(man) for old, man in zip(before, men, strict=True))  # each was stored anew, and still waits
    assert all(waits(man) for man in men)


def test_nobody_releases_for_himself(waiting):
    with pytest.raises(Problem) as refused:
        releases.release(patient=waiting, by=Actor.user(waiting.user_id), now=NOW, evaluation=latest(waiting))
    assert refused.value.kind == "forbidden"
    assert waits(waiting)
