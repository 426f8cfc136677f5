"""What is left, in whole doses, and for how long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.test_expected import plan
from tracking.domain.expected import expected
from tracking.domain.inventory import Counted, StockKind, Used, doses_left, stock_of, supply_of
from tracking.evidence import load_rulebook

RULES = load_rulebook().dosing
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TODAY = date(2026, 3, 1)


def at(days):
    return START + timedelta(days=days)


def counted(units, days=0, *, kind=StockKind.COUNT, content="1", form="tablet"):
    return Counted(kind, form, Decimal(content), Decimal(units), at(days))


def used(amount, days, strength=None):
    return Used(Decimal(amount), at(days), None if strength is None else Decimal(strength))


def left(counts, uses=()):
    return {one.content: one.left for one in stock_of(counts, uses, RULES.forms)}


def test_doses_take_quarters_of_tablets_away():
    assert left([counted(10)], [used("0.25", 1), used("0.5", 2)]) == {1: Fraction(37, 4)}


def test_a_count_replaces_and_a_refill_adds():
    assert left([counted(10), counted(30, 2, kind=StockKind.REFILL)], [used("1", 1)]) == {1: 39}
    assert left([counted(10), counted(4, 2)], [used("1", 1), used("1", 3)]) == {1: 3}


def test_what_was_taken_before_the_first_count_is_in_it():
    assert left([counted(10, 5)], [used("1", 1)]) == {1: 10}


def test_at_one_instant_the_count_comes_before_the_dose():
    assert left([counted(10)], [used("1", 0)]) == {1: 9}


def test_more_logged_than_counted_asks_for_a_count_and_never_goes_below_nothing():
    (short,) = stock_of([counted(1)], [used("1", 1), used("1", 2)], RULES.forms)
    assert (short.left, short.short) == (0, True)
    (again,) = stock_of([counted(1), counted(30, 3)], [used("1", 1), used("1", 2)], RULES.forms)
    assert (again.left, again.short) == (30, False)


def test_a_dose_comes_from_the_strength_that_its_regimen_states_else_from_the_newest():
    both = [counted(10, content="1"), counted(20, 1, content="0.25")]
    assert left(both, [used("0.25", 2, strength="1")]) == {1: Fraction(39, 4), Decimal("0.25"): 20}
    assert left(both, [used("0.25", 2)]) == {1: 10, Decimal("0.25"): 19}


def test_what_is_single_use_is_used_up_whole():
    assert left([counted(4, content="75", form="single_use")], [used("50", 1)]) == {75: 3}


def test_whole_doses_leave_out_a_remainder():
    stock = stock_of([counted("2.25")], [], RULES.forms)
    assert doses_left(stock, Decimal("0.5"), RULES.forms) == 4
    vial = stock_of([counted("10", content="200", form="ml")], [], RULES.forms)
    assert doses_left(vial, Decimal(70), RULES.forms) == 28


def test_days_of_supply_end_at_the_first_dose_that_is_not_there():
    stock = stock_of([counted(3)], [], RULES.forms)
    slots = expected(plan({"kind": "every", "days": "3.5"}, "UTC", TODAY), TODAY, date(2027, 3, 1), (), RULES.usual_times)
    supply = supply_of(stock, _of("0.5", slots), TODAY, rules=RULES)
    # Six doses: on days 0, 3, 7, 10, 14 and 17; the seventh is missing on day 21.
    assert (supply.covered, supply.days) == (6, 21)
    assert (supply.runs_out_on, supply.refill_on) == (date(2026, 3, 22), date(2026, 3, 15))


def test_a_regimen_that_ends_before_the_stock_needs_no_refill():
    ends = plan({"kind": "daily", "times": 1}, "UTC", TODAY, date(2026, 3, 5))
    stock = stock_of([counted(300)], [], RULES.forms)
    supply = supply_of(stock, _of("1", expected(ends, TODAY, date(2027, 3, 1), (), RULES.usual_times)), TODAY, rules=RULES)
    assert (supply.covered, supply.runs_out_on, supply.refill_on) == (4, None, None)


def test_nothing_left_is_due_today():
    stock = stock_of([counted(0)], [], RULES.forms)
    daily = plan({"kind": "daily", "times": 1}, "UTC", TODAY)
    supply = supply_of(stock, _of("1", expected(daily, TODAY, date(2026, 4, 1), (), RULES.usual_times)), TODAY, rules=RULES)
    assert (supply.days, supply.runs_out_on, supply.refill_on) == (0, TODAY, TODAY - timedelta(days=7))


def _of(amount, slots):
    from dataclasses import replace

    return [replace(slot, amount=Decimal(amount)) for slot in slots]


@given(st.integers(0, 40), st.lists(st.sampled_from(["0.25", "0.5", "1"]), max_size=30))
def test_what_is_left_and_what_was_taken_are_what_was_counted(units, amounts):
    (stock,) = stock_of([counted(units)], [used(amount, number + 1) for number, amount in enumerate(amounts)], RULES.forms)
    assert stock.left == max(Fraction(), units - sum(map(Fraction, amounts))) or stock.short
    assert stock.left >= 0
