"""A paused regimen is not in force: nothing is expected of it, and the evaluation knows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.accounts import make_man
from tests.conftest import NOW
from tests.tracking.services.test_regimens import AI, refusals
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import RegimenPause
from tracking.services import evaluations, intake, pauses, regimens
from tracking.services.access import acting_as
from tracking.services.history import history_of

TODAY = NOW.date()


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def write(adam, himself):
    return lambda verb, **sent: verb(patient=adam, by=himself, now=NOW, origin=Origin.SELF, **sent)


@pytest.fixture
def on_ai(write):
    return write(regimens.start, **AI)


def in_force(man, by):
    with acting_as(by):
        return [drug["drug"] for drug in evaluations.of(man).basis["context"]["now"]["ai"]]


def test_a_paused_ai_is_not_in_force_until_he_resumes(write, on_ai, adam, himself):
    assert in_force(adam, himself) == ["anastrozole"]
    write(pauses.pause, key=on_ai.client_id, from_date=TODAY - timedelta(days=20), reason="surgery")
    assert in_force(adam, himself) == []
    write(pauses.resume, key=on_ai.client_id, on=TODAY)
    assert in_force(adam, himself) == ["anastrozole"]


def test_the_history_has_one_record_for_each_stretch_and_each_has_its_own_key(write, on_ai, adam, himself):
    write(pauses.pause, key=on_ai.client_id, from_date=date(2026, 8, 1), until=date(2026, 9, 1))
    with acting_as(himself):
        records = sorted(history_of(adam).regimens, key=lambda record: record.starts_on)
        pause = RegimenPause.objects.get(patient=adam)
    assert [(r.starts_on, r.ends_on, r.key) for r in records] == [
        (date(2026, 6, 1), date(2026, 8, 1), str(on_ai.uid)),
        (date(2026, 9, 1), None, str(pause.uid)),
    ]


def test_nothing_is_expected_during_a_pause(write, on_ai, adam, himself):
    write(pauses.pause, key=on_ai.client_id, from_date=date(2026, 10, 5), until=date(2026, 10, 20))
    with acting_as(himself):
        days = [one.slot.day for one in intake.expected_of(adam, date(2026, 10, 1), date(2026, 10, 31))]
    assert days
    assert not [day for day in days if date(2026, 10, 5) <= day < date(2026, 10, 20)]


def test_a_pause_can_be_planned_and_taken_back_on_its_first_day(write, on_ai, adam, himself):
    ahead = TODAY + timedelta(days=5)
    write(pauses.pause, key=on_ai.client_id, from_date=ahead, until=ahead + timedelta(days=7))
    write(pauses.resume, key=on_ai.client_id, on=ahead)
    with acting_as(himself):
        assert len(history_of(adam).regimens) == 1


@pytest.mark.parametrize(
    ("sent", "issues"),
    [
        ({"from_date": date(2026, 5, 31)}, {"/from_date": "pause-outside"}),
        ({"from_date": date(2026, 9, 1), "until": date(2026, 9, 1)}, {"/until": "ends-before-start"}),
        ({"from_date": date(2026, 9, 1), "until": date(2026, 8, 1)}, {"/until": "ends-before-start"}),
        ({"from_date": date(2026, 7, 20), "until": date(2026, 8, 2)}, {"/from_date": "pause-overlap"}),
        ({"from_date": date(2026, 8, 9)}, {"/from_date": "pause-overlap"}),
    ],
)
def test_what_is_no_pause_is_refused_by_field(write, on_ai, sent, issues):
    write(pauses.pause, key=on_ai.client_id, from_date=date(2026, 8, 1), until=date(2026, 8, 10))
    assert refusals(lambda: write(pauses.pause, key=on_ai.client_id, **sent)) == issues


def test_only_what_is_paused_is_resumed(write, on_ai):
    assert refusals(lambda: write(pauses.resume, key=on_ai.client_id, on=TODAY)) == {"/on": "not-paused"}
    write(pauses.pause, key=on_ai.client_id, from_date=date(2026, 8, 1), until=date(2026, 8, 10))
    assert refusals(lambda: write(pauses.resume, key=on_ai.client_id, on=date(2026, 8, 11))) == {"/on": "not-paused"}


def test_the_other_sides_regimen_is_not_his_to_pause(write, adam, in_care, dr_bell):
    bell = Actor.user(dr_bell.pk)
    row = regimens.start(patient=adam, by=bell, now=NOW, origin=Origin.PRESCRIBED, **AI)
    assert refusals(lambda: write(pauses.pause, key=row.client_id, from_date=TODAY)) == {"": "other-origin"}


def test_a_correction_of_the_regimen_keeps_its_pauses(write, on_ai, adam, himself):
    write(pauses.pause, key=on_ai.client_id, from_date=date(2026, 8, 1), until=date(2026, 8, 10))
    write(regimens.correct, key=on_ai.client_id, **(AI | {"dose_mg": "0.25"}))
    with acting_as(himself):
        assert len(history_of(adam).regimens) == 2


def test_a_pause_is_a_new_revision_of_its_regimen(committed):
    """Numbers rise with transactions, so that this one really commits."""
    man = make_man(now=NOW)
    who = {"patient": man, "by": Actor.user(man.user_id), "now": NOW, "origin": Origin.SELF}
    started = regimens.start(**who, **AI)
    with acting_as(who["by"]):
        started.refresh_from_db(fields=["revision"])
    assert pauses.pause(**who, key=started.client_id, from_date=TODAY).revision > started.revision
