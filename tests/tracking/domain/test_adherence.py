"""Adherence: what was logged of what was expected. Silence is neither 0 % nor 100 %."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.test_expected import plan
from tracking.domain.adherence import Adherence, Event, LogState, adherence, match
from tracking.domain.expected import expected
from tracking.domain.history import DoseKind
from tracking.evidence import load_rulebook

RULES = load_rulebook().dosing
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 11)
AFTER = datetime(2026, 4, 1, tzinfo=UTC)
DAILY = {"kind": "daily", "times": 1, "at": ["08:00"]}
MARGIN = timedelta(days=RULES.adherence.most_days + 1)


def slots(schedule=DAILY, **more):
    of = plan(schedule, "UTC", FIRST, **more)
    return list(expected(of, FIRST - MARGIN, LAST + MARGIN, (), RULES.usual_times))


def event(at, kind="taken", amount="60"):
    when = datetime.fromisoformat(at).replace(tzinfo=UTC)
    last = when + timedelta(days=1) - timedelta(microseconds=1) if len(at) == 10 else when
    given_amount = None if kind == "skipped" else Decimal(amount)
    return Event(f"{at}-{kind}", DoseKind(kind), given_amount, when, last, when.date())


def over(events, schedule=DAILY, now=AFTER, window=(FIRST, LAST)) -> Adherence:
    return adherence(slots(schedule), events, window, now, RULES.adherence)


def days(*numbers, at="T08:00", **more):
    return [event(f"{FIRST + timedelta(days=number)}{at}", **more) for number in numbers]


def test_every_dose_taken_is_a_hundred_percent():
    said = over(days(*range(10)))
    assert (said.state, said.expected, said.taken, said.not_logged) == (LogState.LOGGED, 10, 10, 0)
    assert said.percent == Decimal("100.0")


def test_skipped_and_not_logged_count_as_not_taken_and_are_told_apart():
    said = over([*days(0, 1, 2), *days(3, kind="skipped")])
    assert (said.expected, said.taken, said.skipped, said.not_logged, said.percent) == (10, 3, 1, 6, Decimal("30.0"))


def test_where_nothing_is_logged_there_is_no_figure():
    said = over([])
    assert (said.state, said.percent, said.by_log) == (LogState.NOT_LOGGED, None, None)
    assert (said.expected, said.not_logged) == (10, 10)
    assert said.by_regimen == 600


def test_only_skipped_doses_are_a_log_of_zero():
    said = over(days(0, kind="skipped"))
    assert (said.state, said.percent) == (LogState.LOGGED, Decimal("0.0"))


def test_where_nothing_is_expected_there_is_no_figure_either():
    said = adherence([], days(0), (FIRST, LAST), AFTER, RULES.adherence)
    assert (said.state, said.percent, said.unmatched, said.by_log) == (LogState.NOTHING_EXPECTED, None, 1, 60)


def test_extra_doses_are_counted_apart_and_in_the_sum():
    said = over([*days(*range(10)), event("2026-03-04T15:00", kind="extra", amount="30")])
    assert (said.percent, said.extra, said.by_log) == (Decimal("100.0"), 1, 630)


def test_a_late_dose_belongs_to_the_dose_before_it():
    said = over([event("2026-03-02T19:00", kind="late")])
    assert (said.late, said.taken, said.percent) == (1, 0, Decimal("10.0"))


def test_a_dose_logged_as_late_belongs_to_the_dose_before_it_up_to_the_next():
    thirteen_hours_late, on_time = event("2026-03-04T21:00", kind="late"), event("2026-03-05T08:00")
    found = match(slots(), [thirteen_hours_late, on_time], RULES.adherence)
    assert found == {2: thirteen_hours_late, 3: on_time}
    assert match(slots(), [event("2026-03-04T21:00")], RULES.adherence) != {2: event("2026-03-04T21:00")}


def test_a_dose_still_to_come_is_not_expected_and_one_taken_early_is():
    morning = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)
    assert over(days(0, 1), now=morning).percent == Decimal("100.0")
    assert over([*days(0, 1), event("2026-03-04T06:30")], now=morning).expected == 3


def test_a_day_without_a_stated_time_is_not_held_against_him_before_it_is_over():
    schedule = {"kind": "daily", "times": 1}
    assert over(days(0, 1), schedule, now=datetime(2026, 3, 4, 23, 59, tzinfo=UTC)).expected == 2
    assert over(days(0, 1), schedule, now=datetime(2026, 3, 5, 0, 0, tzinfo=UTC)).expected == 3


def test_a_dose_known_to_the_day_belongs_to_a_dose_of_that_day():
    schedule = {"kind": "daily", "times": 2, "at": ["08:00", "20:00"]}
    twice = [event("2026-03-04"), Event("second", DoseKind.TAKEN, Decimal(60), *_whole(date(2026, 3, 4)), date(2026, 3, 4))]
    assert sorted(match(slots(schedule), twice, RULES.adherence)) == [4, 5]


def _whole(on):
    start = datetime(on.year, on.month, on.day, tzinfo=UTC)
    return start, start + timedelta(days=1) - timedelta(microseconds=1)


def test_a_dose_known_to_the_minute_is_placed_before_one_known_to_the_day():
    """Two doses of one day, both taken: the one without a time does not push the other out of its place."""
    schedule = {"kind": "daily", "times": 2, "at": ["08:00", "20:00"]}
    for exact, places in (("08:10", (4, 5)), ("20:10", (5, 4))):
        timed, day_only = event(f"2026-03-04T{exact}"), event("2026-03-04")
        assert match(slots(schedule), [day_only, timed], RULES.adherence) == {places[0]: timed, places[1]: day_only}


def test_a_dose_of_the_very_day_is_nearer_than_one_of_another_day():
    weekly = {"kind": "every", "days": "7", "at": ["08:00"]}
    day_only, two_days_early = event("2026-03-09"), event("2026-03-07T08:00", kind="skipped")
    assert match(slots(weekly), [two_days_early, day_only], RULES.adherence) == {1: day_only}


def test_a_dose_that_is_not_known_to_the_day_belongs_to_none_and_makes_no_figure():
    """Which of the doses of a month it was nobody knows, and whether it was one of them."""
    of_march = replace(event("2026-03-04"), is_dated=False)
    assert match(slots(), [of_march], RULES.adherence) == {}
    said = over([of_march])
    assert (said.state, said.percent, said.taken, said.unmatched) == (LogState.NOT_LOGGED, None, 0, 1)
    assert over([of_march, *days(0, 1)]).percent == Decimal("20.0")


@pytest.mark.parametrize(("hours", "belongs"), [(-84, 0), (-83, 1), (84, 1), (85, 2), (0, 1)])
def test_half_an_interval_either_way(hours, belongs):
    weekly = slots({"kind": "every", "days": "7", "at": ["08:00"]})
    at = weekly[1].at + timedelta(hours=hours)
    assert list(match(weekly, [Event("e", DoseKind.TAKEN, Decimal(1), at, at, at.date())], RULES.adherence)) == [belongs]


def test_the_nearest_pair_goes_first():
    """One dose three hours early and one on time: the second is not pushed to another day by the first."""
    found = match(slots(), [event("2026-03-04T05:00"), event("2026-03-04T08:00")], RULES.adherence)
    assert found[2].first.hour == 8


def test_split_doses_sum_to_what_they_are():
    schedule = {"kind": "daily", "at": ["08:00", "20:00"], "amounts": ["60", "20"]}
    said = over(days(0, 1), schedule)
    assert (said.expected, said.by_regimen, said.by_log) == (20, 800, 120)


@given(
    st.lists(
        st.tuples(st.integers(0, 239), st.sampled_from(["taken", "late", "skipped", "extra"])),
        max_size=25,
        unique_by=lambda e: e[0],
    )
)
def test_the_parts_are_the_whole_and_the_percent_stays_within_bounds(logged):
    events = [
        event(f"{(datetime.combine(FIRST, datetime.min.time()) + timedelta(hours=h)).isoformat()}", kind=k) for h, k in logged
    ]
    said = over(events)
    assert said.expected == said.taken + said.late + said.skipped + said.not_logged == 10
    assert (said.percent is None) == (not events)
    assert said.percent is None or 0 <= said.percent <= 100


@given(st.sets(st.integers(0, 9)))
def test_windows_that_touch_add_up(taken):
    middle = date(2026, 3, 6)
    parts = [over(days(*taken), window=window) for window in ((FIRST, middle), (middle + timedelta(days=1), LAST))]
    whole = over(days(*taken))
    assert whole.taken == sum(part.taken for part in parts)
    assert whole.expected == sum(part.expected for part in parts)
