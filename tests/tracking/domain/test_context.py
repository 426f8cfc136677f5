"""What was in force at the draw and now, and whose word that is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, TODAY, anastrozole, cypionate, day, dose, lab, man, regimen
from tracking.domain.context import Context
from tracking.domain.evaluate import evaluate
from tracking.domain.history import Origin
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_BOTH = [anastrozole(day(400), key="ai"), cypionate(day(500), key="t")]


def context(**rows: Any) -> Context:
    return evaluate(man(**{"labs": [lab("26", day(5), at="08:00")], "regimens": ON_BOTH, **rows}), RULEBOOK, NOW).context


def test_regimens_give_drug_weekly_dose_and_basis() -> None:
    at_draw = context().at_draw
    assert at_draw is not None
    ((ai,), (t,)) = at_draw.ai, at_draw.testosterone
    assert (ai.name, ai.weekly_mg, ai.basis, ai.keys) == ("Anastrozole", Decimal(1), "prescribed", ("ai",))
    assert (t.weekly_mg, t.text) == (Decimal(160), "testosterone_cypionate 80 mg every 3.5 days")


def test_his_own_statement_comes_before_the_prescription() -> None:
    (ai,) = context(regimens=[*ON_BOTH, anastrozole(day(300), dose="1", origin=Origin.SELF)]).now.ai
    assert (ai.basis, ai.weekly_mg) == ("self", Decimal(2))


def test_a_full_log_comes_before_both() -> None:
    doses = [dose("anastrozole", day(ago), "0.25") for ago in range(0, 60, 7)]
    (ai,) = context(doses=doses).now.ai
    assert (ai.basis, ai.weekly_mg) == ("logged", Decimal("0.25"))


def test_a_log_that_does_not_reach_back_over_the_window_leaves_the_regimen_its_word() -> None:
    (ai,) = context(doses=[dose("anastrozole", day(ago)) for ago in (1, 8)]).now.ai
    assert (ai.basis, ai.weekly_mg) == ("prescribed", Decimal(1))


def test_as_needed_has_no_weekly_dose() -> None:
    (ai,) = context(regimens=[anastrozole(day(400), schedule=Schedule("as_needed"))]).now.ai
    assert ai.weekly_mg is None


def test_hours_since_the_last_dose_come_from_the_log() -> None:
    doses = [dose("anastrozole", day(7), at="20:00"), dose("testosterone_cypionate", day(6), "80", at="07:30")]
    at_draw = context(doses=doses).at_draw
    assert at_draw is not None
    assert (at_draw.hours_since_ai, at_draw.hours_since_testosterone) == (Decimal("36.0"), Decimal("24.5"))


def test_hours_across_the_change_of_the_clock_are_hours_lived() -> None:
    """New York set its clocks back on 1 November 2026: from the evening before to the next morning there is an hour more."""
    labs = [lab("26", date(2026, 11, 1), at="08:00")]
    at_draw = context(labs=labs, doses=[dose("anastrozole", date(2026, 10, 31), at="20:00")]).at_draw
    assert at_draw is not None
    assert at_draw.hours_since_ai == Decimal("13.0")


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"doses": [dose("anastrozole", day(6), precision=Precision.DAY)]},
        {"doses": [dose("anastrozole", day(6), None, kind="skipped")]},
        {"doses": [dose("anastrozole", day(4))]},
        {"doses": [dose("anastrozole", day(40))]},
        {"doses": [dose("anastrozole", day(6))], "labs": [lab("26", day(5), precision=Precision.DAY)]},
    ],
    ids=["nothing logged", "no time of dose", "skipped", "after the draw", "too long ago", "no time of draw"],
)
def test_hours_are_unknown_where_nobody_knows(rows: dict[str, Any]) -> None:
    at_draw = context(**rows).at_draw
    assert at_draw is not None
    assert at_draw.hours_since_ai is None


def test_months_on_an_ai_run_through_a_switch() -> None:
    found = context(regimens=[anastrozole(date(2025, 5, 2), day(100)), regimen("letrozole", day(100), dose="2.5")])
    assert (found.ai_since, found.months_on_ai) == (date(2025, 5, 2), 18)


def test_without_an_ai_there_are_no_months() -> None:
    found = context(regimens=[cypionate(day(500))])
    assert (found.ai_since, found.months_on_ai) == (None, None)


def test_a_draw_of_unknown_date_has_no_context() -> None:
    assert context(labs=[lab("26", day(5), precision=Precision.UNKNOWN)]).at_draw is None


def test_the_last_change_is_named() -> None:
    change = context().last_change
    assert change is not None
    assert (change.kind, change.on) == ("start", day(400))
    assert change.on < TODAY
