"""Which result speaks: the latest that says so, unless a surely later one takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, day, lab, man
from tracking.domain.evaluate import Finding, evaluate
from tracking.domain.findings.results import either
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def hct(text: str, ago: int, **more: Any) -> Any:
    return lab(text, day(ago), analyte="hematocrit", unit="%", key=f"{text}@{ago}{more.get('at', '')}", **more)


def high(*labs: Any) -> Finding | None:
    found = {f.code: f for f in evaluate(man(labs=labs), RULEBOOK, NOW).findings}
    return found.get("hematocrit_high")


def test_a_newer_one_takes_it_back() -> None:
    assert high(hct("55", 30)) is not None
    assert high(hct("55", 30), hct("50", 5)) is None


def test_a_newer_one_that_does_not_say_takes_nothing_back() -> None:
    finding = high(hct("55", 30), hct(">50", 5))
    assert finding is not None
    assert finding.inputs == ("55@30",)


def test_of_two_on_one_day_only_a_later_hour_takes_back() -> None:
    assert high(hct("55", 5, at="08:00"), hct("50", 5, at="16:00")) is None
    assert high(hct("50", 5, at="08:00"), hct("55", 5, at="16:00")) is not None
    assert high(hct("55", 5, precision=Precision.DAY), hct("50", 5, at="16:00")) is not None
    assert high(hct("55", 5, at="08:00"), hct("50", 5, precision=Precision.DAY)) is not None


def test_a_date_that_is_not_known_takes_nothing_back() -> None:
    finding = high(hct("55", 30), hct("50", 5, precision=Precision.UNKNOWN))
    assert finding is not None
    undated = high(hct("55", 5, precision=Precision.UNKNOWN))
    assert undated is not None
    assert undated.note_codes == ("result_undated",)
    assert undated.notes == ("When it was drawn is not known.",)
    assert high(hct("55", 30, precision=Precision.UNKNOWN), hct("50", 5)) is None  # it was known by then


def test_some_time_in_a_year_can_be_later_than_a_day_in_it() -> None:
    assert high(hct("55", 200, precision=Precision.YEAR), hct("50", 100)) is not None
    assert high(hct("55", 500, precision=Precision.YEAR), hct("50", 100)) is None


def test_an_old_one_is_said_to_be_old_and_stays_as_urgent() -> None:
    finding = high(hct("61", 730))
    assert finding is not None
    assert (finding.priority, finding.note_codes) == ("P0", ("result_old",))
    assert "may not be that of today" in finding.notes[0]


def test_the_day_on_which_it_grows_old_is_known_ahead() -> None:
    said = evaluate(man(labs=[hct("55", 360)]), RULEBOOK, NOW)
    assert said.next_change_at is not None
    assert said.next_change_at.date() == day(360 - 365)
    later = evaluate(man(labs=[hct("55", 360)]), RULEBOOK, said.next_change_at)
    assert later.findings[0].note_codes == ("result_old",)
    assert later.outcome_digest != said.outcome_digest


@pytest.mark.parametrize(
    ("answers", "all_of_them"),
    [((True, None), True), ((False, True), True), ((False, False), False), ((False, None), None)],
)
def test_either(answers: tuple[bool | None, ...], all_of_them: bool | None) -> None:
    assert either(*answers) is all_of_them


@given(st.lists(st.tuples(st.integers(30, 60), st.integers(0, 300), st.sampled_from(list(Precision))), max_size=6))
def test_more_rows_that_are_undated_or_older_never_take_a_high_one_back(rows: list[tuple[int, int, Precision]]) -> None:
    latest = hct("56", 0, at="07:00")
    others = [
        lab(str(value), day(ago + 366), analyte="hematocrit", unit="%", key=str(number), precision=precision)
        for number, (value, ago, precision) in enumerate(rows)
    ]
    assert high(latest, *others) is not None
