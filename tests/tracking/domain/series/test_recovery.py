"""When a low ends, and why it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, dose, lab, man
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.reported import Precision
from tracking.domain.series import LowState
from tracking.domain.series.recovery import low_state_of
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_AI = [anastrozole(day(800), key="ai"), cypionate(day(900), key="t")]
LOW = lab("12.0", day(100), key="low")


def low(*labs: Any, regimens: Any = ON_AI, **rows: Any) -> LowState | None:
    return gather(man(labs=labs, regimens=regimens, **rows), RULEBOOK, NOW).series.low


def reasons(*labs: Any, **rows: Any) -> tuple[str, ...] | None:
    state = low(*labs, **rows)
    return None if state is None else state.reasons


def test_nothing_low_is_no_low() -> None:
    assert low() is None
    assert low(lab("26.0", day(5))) is None


def test_a_low_begins_a_state_which_says_since_when_and_by_what() -> None:
    assert low(LOW, lab("9.0", day(50), key="worse"), lab("13.0", day(5), key="last")) == LowState(
        day(100), "low", "worse", "last", "last", "mass_spectrometry"
    )


def test_a_plain_result_at_steady_state_by_the_same_method_ends_it() -> None:
    assert low(LOW, lab("26.0", day(5))) is None
    assert low(LOW, lab("17.0", day(5))) is None


def test_a_result_that_by_its_rounding_may_be_low_does_not_end_it() -> None:
    assert low(LOW, lab("16.0", day(5), key="edge")) is not None


@pytest.mark.parametrize(
    ("then", "why"),
    [
        (lab("<18", day(5)), ("indeterminate",)),
        (lab(">42", day(5)), ("censored",)),
        (lab("31", day(5), method="immunoassay"), ("less_specific",)),
        (lab("31", day(5), evidence="self_declared"), ("less_specific",)),
        (lab("26.0", day(5), precision=Precision.MONTH), ("date_unknown",)),
        (lab("<24", day(5), method="immunoassay"), ("indeterminate", "less_specific")),
        (lab("0.06", day(5), unit="nmol/L"), ("indeterminate",)),
    ],
)
def test_what_does_not_end_it(then: Any, why: tuple[str, ...]) -> None:
    state = low(LOW, replace(then, key="then"))
    assert state is not None
    assert (state.attempt, state.reasons, state.stands) == ("then", why, "low")


def test_a_more_specific_method_ends_what_a_less_specific_one_began() -> None:
    assert low(replace(LOW, key="x"), lab("26.0", day(5))) is None
    assert low(lab("12.0", day(100), method="unknown"), lab("31.0", day(5), method="immunoassay")) is None


def test_the_most_specific_method_that_found_him_low_is_the_one_that_counts() -> None:
    labs = [LOW, lab("15.0", day(60), method="immunoassay", key="b"), lab("31.0", day(5), method="immunoassay", key="c")]
    state = low(*labs)
    assert state is not None
    assert (state.assay, state.reasons, state.stands) == ("mass_spectrometry", ("less_specific",), "low")


def test_a_contradicted_result_does_not_end_it() -> None:
    assert reasons(lab("12.0", day(25)), lab("26.0", day(5))) == ("disputed",)
    assert low(lab("12.0", day(25)), lab("26.0", day(5)), lab("25.0", day(1))) is None


def test_an_assay_that_biotin_or_inflammation_disturbs_does_not_end_it() -> None:
    began = lab("12.0", day(100), method="immunoassay", key="low")
    then = lab("31.0", day(5), method="immunoassay", key="then")
    crp = lab("25", day(5), analyte="crp", unit="mg/L")
    for labs in ((began, replace(then, biotin=True)), (began, then, crp)):
        assert reasons(*labs) == ("disturbed",)
        said = evaluate(man(labs=labs, regimens=ON_AI), RULEBOOK, NOW)
        assert (said.word, said.priority) == ("cannot say", "P1")
    assert low(began, then) is None
    assert low(LOW, lab("31.0", day(5), biotin=True)) is None


def test_a_draw_before_a_change_has_settled_does_not_end_it() -> None:
    rows = [anastrozole(day(800), day(15)), anastrozole(day(15), dose="0.25")]
    assert reasons(LOW, lab("26.0", day(5)), regimens=rows) == ("not_settled",)
    settled = [anastrozole(day(800), day(60)), anastrozole(day(60), dose="0.25")]
    assert low(LOW, lab("26.0", day(5)), regimens=settled) is None


def test_what_the_draw_timing_says_of_steady_state_counts() -> None:
    facts = gather(man(labs=[LOW, lab("26.0", day(5), key="then")], regimens=ON_AI), RULEBOOK, NOW)
    timing = facts.timings["then"]
    for settled, ends in ((False, False), (True, True), (None, True)):
        timings = {**facts.timings, "then": structs.replace(timing, ai=structs.replace(timing.ai, settled=settled))}
        assert (low_state_of(facts.timeline, facts.readings, timings, (), RULEBOOK) is None) is ends


@pytest.mark.parametrize(("before", "why"), [(0, ("doses_missed",)), (6, ("doses_missed",)), (8, None)])
def test_an_ai_dose_missed_in_the_seven_days_before_keeps_it_from_ending(before: int, why: tuple[str, ...] | None) -> None:
    missed = [dose("anastrozole", day(5) - timedelta(days=before), None, kind="skipped")]
    assert reasons(LOW, lab("26.0", day(5)), doses=missed) == why


def test_a_missed_dose_of_testosterone_does_not() -> None:
    assert low(LOW, lab("26.0", day(5)), doses=[dose("testosterone_cypionate", day(6), None, kind="skipped")]) is None


def test_a_superseded_low_keeps_it_open() -> None:
    changed = [anastrozole(day(800), day(50)), anastrozole(day(50), dose="0.25")]
    assert low(LOW, regimens=changed) is not None


def test_a_result_before_the_low_ends_nothing() -> None:
    state = low(lab("26.0", day(200), key="before"), LOW)
    assert state is not None
    assert (state.since, state.attempt) == (day(100), "")


def test_of_one_day_the_low_one_counts() -> None:
    assert low(lab("12.0", day(5), at="07:00"), lab("26.0", day(5), at="19:00", key="later")) is not None


def test_after_it_ended_a_new_low_begins_anew() -> None:
    state = low(LOW, lab("26.0", day(50)), lab("12.0", day(5), key="new"))
    assert state is not None
    assert (state.since, state.began) == (day(5), "new")


def test_a_low_whose_day_is_not_known_is_ended_only_by_what_surely_came_later() -> None:
    undated = lab("12.0", day(50), precision=Precision.UNKNOWN, key="undated")  # no later than 50 days ago
    assert low(undated, lab("26.0", day(60))) is not None
    assert low(undated, lab("26.0", day(40))) is None
    month = lab("12.0", day(60), precision=Precision.MONTH, key="month")  # within a month from 60 days ago
    assert low(month, lab("26.0", day(40))) is not None
    assert low(month, lab("26.0", day(20))) is None


def test_a_less_specific_low_does_not_make_a_worse_one_less_urgent() -> None:
    state = low(lab("8.0", day(100), key="ms"), lab("15.0", day(5), method="immunoassay", key="ia"))
    assert state is not None
    assert (state.stands, state.last) == ("ms", "ia")
    state = low(lab("15.0", day(100), key="ms"), lab("8.0", day(5), method="immunoassay", key="ia"))
    assert state is not None
    assert state.stands == "ia"
