"""A paused regimen is several stretches in force, and the evaluation reads each as a regimen."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, anastrozole, cypionate, man
from tracking.domain.evaluate import evaluate
from tracking.domain.pauses import Pause, stretches
from tracking.evidence import load_rulebook


def day(number):
    return date.fromordinal(date(2026, 3, 1).toordinal() + number)


def spans(ends, *pauses):
    found = stretches(
        day(0), None if ends is None else day(ends), [Pause(day(a), None if b is None else day(b), f"p{a}") for a, b in pauses]
    )
    return [((one.starts_on - day(0)).days, one.ends_on and (one.ends_on - day(0)).days, one.key) for one in found]


@pytest.mark.parametrize(
    ("ends", "pauses", "expected"),
    [
        (None, [], [(0, None, "")]),
        (0, [], [(0, 0, "")]),
        (None, [(5, 8)], [(0, 5, ""), (8, None, "p5")]),
        (None, [(5, None)], [(0, 5, "")]),
        (20, [(5, 8), (12, 14)], [(0, 5, ""), (8, 12, "p5"), (14, 20, "p12")]),
        (20, [(12, 14), (5, 8)], [(0, 5, ""), (8, 12, "p5"), (14, 20, "p12")]),
        (None, [(0, 8)], [(8, None, "")]),
        (None, [(0, None)], []),
        (20, [(5, 30)], [(0, 5, "")]),
        (20, [(25, 30)], [(0, 20, "")]),
        (None, [(5, 5)], [(0, None, "")]),
        (20, [(5, 8), (8, 12)], [(0, 5, ""), (12, 20, "p8")]),
    ],
)
def test_what_is_left_of_a_regimen(ends, pauses, expected):
    assert spans(ends, *pauses) == expected


@given(st.lists(st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(0, 40))), max_size=3), st.integers(0, 40))
def test_a_day_is_in_force_unless_a_pause_holds_it(pauses, looked_at):
    given_pauses = [Pause(day(a), None if b is None else day(a + b), "p") for a, b in pauses]
    in_force = any(
        s.starts_on <= day(looked_at) and (s.ends_on is None or day(looked_at) < s.ends_on)
        for s in stretches(day(0), None, given_pauses)
    )
    assert in_force == (not any(pause.holds(day(looked_at)) for pause in given_pauses))


def test_a_paused_testosterone_is_not_in_force_and_the_ai_beside_it_is_a_finding():
    """The records of a regimen that is paused today: it ended, as far as anybody reads it."""
    history = man(regimens=[cypionate(date(2025, 1, 1), date(2026, 10, 20)), anastrozole(date(2026, 3, 1))])
    said = evaluate(history, load_rulebook(), NOW)
    assert said.context.now.testosterone == ()
    assert "ai_without_testosterone" in {finding.code for finding in said.findings}
