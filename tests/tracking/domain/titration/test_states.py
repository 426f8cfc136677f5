"""Which steps a proposal takes, and until when it can be confirmed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.domain.titration.states import NEXT, OPEN, State, check_step, expires_at
from tracking.evidence import load_rulebook

LEGAL = {
    ("requested", "proposed"),
    ("requested", "declined"),
    ("requested", "withdrawn"),
    ("requested", "expired"),
    ("proposed", "confirmed"),
    ("proposed", "declined"),
    ("proposed", "withdrawn"),
    ("proposed", "expired"),
}


@pytest.mark.parametrize("after", State)
@pytest.mark.parametrize("before", State)
def test_a_step_is_legal_or_refused_with_what_is_accepted(before: State, after: State) -> None:
    if (before, after) in LEGAL:
        check_step(before, after)
        return
    with pytest.raises(Problem) as refused:
        check_step(before, after)
    assert (refused.value.kind, refused.value.issues[0].code) == ("conflict", "step-not-legal")
    assert all(state in str(refused.value) for state in NEXT[before])


def test_a_request_in_words_is_never_confirmed_as_it_stands() -> None:
    assert State.CONFIRMED not in NEXT[State.REQUESTED]


@given(st.lists(st.sampled_from(State), max_size=8))
def test_whatever_is_tried_a_ledger_line_takes_two_steps_at_most_and_a_decision_is_final(tried: list[State]) -> None:
    state, steps = State.REQUESTED, 0
    for wanted in tried:
        if wanted in NEXT[state]:
            assert state in OPEN
            state, steps = wanted, steps + 1
    assert steps <= 2


@pytest.mark.parametrize(
    ("zone", "made_on", "until"),
    [
        ("Europe/Berlin", date(2026, 11, 2), datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 11, 2), datetime(2026, 11, 30, 10, tzinfo=UTC)),
        ("America/New_York", date(2026, 10, 20), datetime(2026, 11, 18, 5, tzinfo=UTC)),
    ],
)
def test_the_days_of_the_rule_are_whole_days_where_he_lives(zone: str, made_on: date, until: datetime) -> None:
    assert expires_at(made_on, zone, load_rulebook()) == until
    assert load_rulebook().titration.expiry.days * timedelta(days=1) == timedelta(days=28)
