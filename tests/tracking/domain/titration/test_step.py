"""One stated change: what it is called, whether it gives more of an AI, and what it comes to in a week."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.tracking.domain.build import TODAY, TWICE_WEEKLY, WEEKLY, anastrozole, cypionate, day, regimen
from tracking.domain.pauses import Pause
from tracking.domain.problems import Problem
from tracking.domain.schedule import Schedule
from tracking.domain.titration.states import Ask, Kind
from tracking.domain.titration.step import Step, check_typed_weekly, kind_of, named, shown_weekly, stated, weekly_text
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
HALF = anastrozole(day(90))
NEEDED = Schedule("as_needed")
START = Step(Kind.START, TODAY, None, HALF)
HCG = regimen("hcg", day(9), dose="500", schedule=Schedule("weekdays", weekdays=("mon", "thu")))


def changed(**more: Any) -> Any:
    return anastrozole(TODAY, **more)


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (changed(dose="0.25"), Kind.DOSE),
        (changed(dose="0.25", schedule=WEEKLY), Kind.DOSE),
        (changed(schedule=WEEKLY), Kind.SCHEDULE),
        (changed(schedule=NEEDED), Kind.SCHEDULE),
        (changed(schedule=Schedule("weekdays", weekdays=("mon", "thu"), amounts=("0.5", "0.25"))), Kind.DOSE),
    ],
)
def test_a_change_is_one_of_dose_or_of_interval(after: Any, kind: Kind) -> None:
    assert kind_of(Ask.CHANGE, HALF, after, RULEBOOK) is kind


def test_a_change_that_changes_nothing_is_none() -> None:
    with pytest.raises(Problem, match=r"This is 0\.5 mg every 3\.5 days already"):
        kind_of(Ask.CHANGE, HALF, changed(dose="0.50"), RULEBOOK)


@pytest.mark.parametrize(
    ("before", "after", "raises"),
    [
        (HALF, changed(dose="0.75"), True),
        (HALF, changed(dose="0.25"), False),
        (HALF, changed(dose="1", schedule=WEEKLY), False),
        (HALF, changed(dose="1.1", schedule=WEEKLY), True),
        (HALF, changed(schedule=NEEDED), True),
        (anastrozole(day(90), schedule=NEEDED), changed(schedule=NEEDED, dose="0.4"), False),
        (anastrozole(day(90), schedule=NEEDED), changed(schedule=NEEDED, dose="0.6"), True),
        (None, HALF, True),
        (regimen("letrozole", day(90)), HALF, True),
        (HALF, None, False),
        (cypionate(day(90)), cypionate(TODAY, dose="200"), False),
    ],
    ids=[
        "more",
        "less",
        "the same in a week",
        "a little more in a week",
        "a week that cannot be told",
        "as needed, less",
        "as needed, more",
        "the first",
        "another",
        "a stop",
        "testosterone",
    ],
)
def test_what_cannot_be_told_to_be_less_of_an_ai_counts_as_more(before: Any, after: Any, raises: bool) -> None:
    assert Step(Kind.DOSE, TODAY, before, after).raises_ai(RULEBOOK) is raises


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (HALF, "1"),
        (changed(dose="0.25", schedule=Schedule("every", days=Decimal(3))), "0.583"),
        (changed(dose="0.125", schedule=Schedule("weekdays", weekdays=("mon", "thu"))), "0.25"),
        (cypionate(day(9), dose="100"), "200"),
        (None, "0"),
        (changed(schedule=NEEDED), None),
    ],
)
def test_a_weekly_amount_is_shown_to_three_decimals(record: Any, shown: str | None) -> None:
    assert shown_weekly(record) == (None if shown is None else Decimal(shown))


@pytest.mark.parametrize("typed", ["1", "1.0", "1.000", " 1 ", "1 mg", "1.0mg"])
def test_the_amount_that_is_typed_counts_by_its_value(typed: str) -> None:
    assert check_typed_weekly(typed, START, RULEBOOK) == typed.removesuffix("mg").strip()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (None, "weekly-not-typed"),
        ("10", "weekly-differs"),
        ("0.1", "weekly-differs"),
        ("<1", "weekly-differs"),
        ("1 ug", "value-unreadable"),
        ("1,0", "value-comma"),
        ("one", "value-unreadable"),
        (1, "value-not-text"),
    ],
)
def test_a_slip_is_refused_and_named(typed: object, code: str) -> None:
    with pytest.raises(Problem) as refused:
        check_typed_weekly(typed, START, RULEBOOK)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [("/typed_weekly", code)]


def test_a_regimen_reads_as_the_evaluation_prints_it() -> None:
    assert stated(HALF, RULEBOOK) == "0.5 mg every 3.5 days"
    assert named(HALF, RULEBOOK) == "Anastrozole 0.5 mg every 3.5 days"
    assert HALF.schedule == TWICE_WEEKLY


def test_a_drug_dosed_in_units_is_stated_and_typed_in_units() -> None:
    assert (stated(HCG, RULEBOOK), weekly_text(HCG, "hcg", RULEBOOK)) == ("500 IU on Mon, Thu", "1000 IU")
    start = Step(Kind.START, TODAY, None, HCG)
    assert check_typed_weekly("1000 IU", start, RULEBOOK) == "1000"
    with pytest.raises(Problem, match="1 IU a week was typed, and the plan comes to 1000 IU a week"):
        check_typed_weekly("1", start, RULEBOOK)
    with pytest.raises(Problem):
        check_typed_weekly("1000 mg", start, RULEBOOK)


def test_nothing_stands_in_a_week_before_a_start_and_none_of_the_drug_after_a_stop() -> None:
    assert (weekly_text(None, "hcg", RULEBOOK), weekly_text(changed(schedule=NEEDED), "anastrozole", RULEBOOK)) == ("0 IU", "")


@pytest.mark.parametrize(
    ("pause", "raises", "ends"),
    [
        (Pause(day(30), None), True, True),
        (Pause(day(30), day(-5)), True, True),
        (Pause(day(-5), None), False, True),
        (Pause(day(30), TODAY), False, False),
    ],
    ids=["paused", "paused for a while", "a pause to come", "a pause that is over"],
)
def test_less_of_an_ai_that_is_paused_is_more_than_he_takes(pause: Pause, raises: bool, ends: bool) -> None:
    step = Step(Kind.DOSE, TODAY, HALF, changed(dose="0.25"), (pause,))
    assert (step.raises_ai(RULEBOOK), step.ended_pause is not None) == (raises, ends)
    assert Step(Kind.STOP, TODAY, HALF, None, (pause,)).ended_pause is None
