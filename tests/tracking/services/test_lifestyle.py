"""Measures of his life: dated, in their own unit, taken over by a later day; nothing is made of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import Evaluation, Lifestyle, Tombstone
from tracking.services import lifestyle
from tracking.services.access import acting_as

SINCE = date(2026, 3, 1)


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def state(adam, himself, now):
    def record(value: str = "60", since: date = SINCE, **more: Any) -> tuple[Lifestyle, bool]:
        sent = {"code": "resistance", "unit": "min/week"} | more
        return lifestyle.record(patient=adam, by=himself, now=now, value=value, since=since, **sent)

    return record


def test_a_later_day_is_another_row_and_the_same_day_is_superseded(state, himself):
    state("60", client_id="a")
    state("120", date(2026, 6, 1))
    state("90", client_id="b")
    with acting_as(himself):
        standing = Lifestyle.objects.live().order_by("since").values_list("digits", "since", "client_id")
        assert [row[:2] for row in standing] == [("90", SINCE), ("120", date(2026, 6, 1))]
        assert list(Tombstone.objects.values_list("table", "client_id")) == [("lifestyle", "a")]
    repeated, is_new = state("60", client_id="a")
    assert (repeated.digits, is_new) == ("60", False)


def test_no_evaluation_follows_for_none_reads_it(state, himself):
    with acting_as(himself):
        before = list(Evaluation.objects.values_list("pk", flat=True))
    state()
    with acting_as(himself):
        assert list(Evaluation.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"code": "steps"}, "/code", "measure-unknown"),
        ({"unit": "h/week"}, "/unit", "unit-unknown"),
        ({"unit": ""}, "/unit", "unit-missing"),
        ({"value": "a lot"}, "/value", "value-unreadable"),
        ({"value": "901"}, "/value", "value-unusual"),
        ({"value": "3001"}, "/value", "value-out-of-limits"),
        ({"since": date(2026, 11, 3)}, "/since", "in-the-future"),
        ({"since": date(1979, 1, 1)}, "/since", "before-birth"),
    ],
)
def test_what_cannot_be_accepted_is_named(state, himself, changed, pointer, code):
    with pytest.raises(Problem) as refused:
        state(**changed)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [(pointer, code)]
    with acting_as(himself):
        assert not Lifestyle.objects.exists()


def test_what_began_in_his_youth_is_taken(state):
    assert state(since=date(1996, 1, 1))[0].since == date(1996, 1, 1)


def test_an_unusual_amount_is_taken_with_a_reason(state):
    row, _ = state("901", confirmed_reason="trains for a meet")
    assert (row.digits, row.confirmed_reason) == ("901", "trains for a meet")


def test_a_correction_cannot_become_what_is_there(state, adam, himself, now):
    state("60", client_id="a")
    state("120", date(2026, 6, 1), client_id="b")
    correct = {"patient": adam, "by": himself, "now": now, "code": "resistance", "unit": "min/week"}
    with pytest.raises(Problem) as refused:
        lifestyle.correct(key="b", value="120", since=SINCE, **correct)
    assert refused.value.issues[0].code == "measure-twice"
    assert lifestyle.correct(key="b", value="110", since=date(2026, 7, 1), **correct).digits == "110"
    lifestyle.withdraw(patient=adam, key="a", by=himself, now=now, reason="guessed")
    assert lifestyle.correct(key="b", value="110", since=SINCE, **correct).since == SINCE
