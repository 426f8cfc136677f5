"""When in a dosing interval a sample was drawn, and whether what he takes had settled."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tracking.domain.build import (
    NOW,
    TWICE_WEEKLY,
    WEEKLY,
    anastrozole,
    cypionate,
    day,
    dose,
    lab,
    man,
    regimen,
)
from tracking.domain.evaluate import gather
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.domain.timing import DrawTiming, DrugTiming, Phase, phase_at
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
DAY = Precision.DAY
ORDER = (Phase.EARLY, Phase.MID, Phase.LATE_INTERVAL, Phase.TROUGH, Phase.OVERDUE)
BIWEEKLY = Schedule("every", days=Decimal(14))
HOURS = st.decimals(min_value=0, max_value=20000, places=1)
INTERVALS = st.decimals(min_value=6, max_value=9600, places=1)


def timing(drawn: Any = None, **rows: Any) -> DrawTiming:
    """At the one draw, by default of five days ago at eight."""
    drawn = drawn or lab("24.0", day(5))
    return gather(man(labs=[drawn], **rows), RULEBOOK, NOW).timings[drawn.key]


def weekly(drawn: Any = None, *, doses: Any, schedule: Schedule = WEEKLY, **rows: Any) -> DrugTiming:
    rows.setdefault("regimens", [cypionate(day(300), schedule=schedule)])
    return timing(drawn, doses=doses, **rows).testosterone


def shot(ago: int, at: str = "08:00", **more: Any) -> Any:
    return dose("testosterone_cypionate", day(ago), "80", at=at, **more)


@pytest.mark.parametrize(
    ("interval", "hours", "phase"),
    [
        ("119.9", "10", Phase.FREQUENT),
        ("120", "10", Phase.EARLY),
        ("168", "0", Phase.EARLY),
        ("168", "67.1", Phase.EARLY),
        ("168", "67.2", Phase.MID),
        ("168", "100.8", Phase.MID),
        ("168", "100.9", Phase.LATE_INTERVAL),
        ("168", "143.9", Phase.LATE_INTERVAL),
        ("168", "144", Phase.TROUGH),
        ("168", "168", Phase.TROUGH),
        ("168", "168.1", Phase.OVERDUE),
    ],
)
def test_the_phases_of_an_interval_at_their_limits(interval: str, hours: str, phase: Phase) -> None:
    assert phase_at(Decimal(hours), Decimal(interval), RULEBOOK) is phase


@given(hours=HOURS, more=HOURS, interval=INTERVALS)
def test_every_hour_has_one_phase_and_a_later_one_is_never_of_an_earlier_phase(
    hours: Decimal, more: Decimal, interval: Decimal
) -> None:
    sooner, later = phase_at(hours, interval, RULEBOOK), phase_at(hours + more, interval, RULEBOOK)
    if interval < 120:
        assert sooner is later is Phase.FREQUENT
    else:
        assert ORDER.index(sooner) <= ORDER.index(later)


def test_hours_interval_and_share_are_told_beside_the_phase() -> None:
    found = weekly(doses=[shot(9, "08:00")])
    assert (found.phase, found.hours, found.interval_hours, found.share) == (Phase.MID, 96, 168, Decimal("57.2"))


def test_a_share_above_a_whole_percentage_stays_above_it() -> None:
    """100 h and 49 min of 168 h are 60.01 percent: late, and the share must not say 60.0."""
    found = weekly(lab("24.0", day(5), at="12:49"), doses=[shot(9, "08:00")])
    assert (found.phase, found.hours, found.share) == (Phase.LATE_INTERVAL, Decimal("100.8"), Decimal("60.1"))


def test_dosed_often_the_phase_is_not_distinguished_but_the_share_is_told() -> None:
    found = timing(regimens=[anastrozole(day(300))], doses=[dose("anastrozole", day(8), at="08:00")]).ai
    assert (found.phase, found.hours, found.share) == (Phase.FREQUENT, 72, Decimal("85.8"))
    assert not found.phase.is_known


def test_the_schedule_alone_never_tells_hours() -> None:
    found = weekly(doses=[])
    assert (found.phase, found.hours, found.share) == (Phase.UNKNOWN, None, None)


@pytest.mark.parametrize("kind", ["late", "extra"])
def test_late_and_extra_doses_count_as_doses(kind: str) -> None:
    found = weekly(doses=[shot(11), shot(6, kind=kind)])
    assert found.hours == 24


def test_a_skipped_dose_is_no_dose() -> None:
    found = weekly(doses=[shot(11), dose("testosterone_cypionate", day(6), None, kind="skipped")])
    assert found.hours == 144


def test_a_drug_that_is_not_in_force_has_no_phase() -> None:
    found = timing(regimens=[cypionate(day(300))])
    assert found.ai == DrugTiming(Phase.NOT_TAKEN)
    assert not found.ai.phase.is_known


def test_a_draw_of_unknown_date_has_no_phase() -> None:
    drawn = lab("24.0", day(5), precision=Precision.UNKNOWN)
    assert weekly(drawn, doses=[shot(9)]) == DrugTiming(Phase.UNKNOWN)


def test_as_needed_has_hours_but_no_phase() -> None:
    found = weekly(doses=[shot(9)], schedule=Schedule("as_needed"))
    assert (found.phase, found.hours, found.interval_hours) == (Phase.UNKNOWN, 96, None)


def test_a_log_without_a_regimen_has_hours_but_no_phase() -> None:
    found = weekly(doses=[shot(16), shot(9)], regimens=[])
    assert (found.phase, found.hours) == (Phase.UNKNOWN, 96)


def test_a_dose_of_the_product_before_does_not_open_an_interval_of_the_new_one() -> None:
    enanthate = regimen("testosterone_enanthate", day(7), dose="80", schedule=WEEKLY)
    found = weekly(doses=[shot(9)], regimens=[cypionate(day(300), day(7), schedule=WEEKLY), enanthate])
    assert (found.phase, found.hours) == (Phase.UNKNOWN, 96)


def test_two_products_at_once_have_no_one_interval() -> None:
    gel = regimen("testosterone_gel", day(300), dose="50", schedule=Schedule("daily", times=1))
    assert weekly(doses=[shot(9)], regimens=[cypionate(day(300), schedule=WEEKLY), gel]).phase is Phase.UNKNOWN
    assert weekly(doses=[shot(9)], regimens=[cypionate(day(300), schedule=TWICE_WEEKLY), gel]).phase is Phase.FREQUENT


def test_the_interval_is_that_of_the_schedule_in_force_at_the_draw() -> None:
    changed = [cypionate(day(300), day(7), schedule=WEEKLY), cypionate(day(7), schedule=BIWEEKLY)]
    assert weekly(doses=[shot(9)], regimens=changed).interval_hours == 336


class TestByDatesAlone:
    """Without a time of day, a phase is told only where every hour of the days gives the same one."""

    def test_three_days_before_in_a_week_may_be_early_or_in_the_middle(self) -> None:
        drawn = lab("24.0", day(5), precision=DAY)
        assert weekly(drawn, doses=[shot(8, precision=DAY)]).phase is Phase.UNKNOWN

    def test_two_days_before_in_two_weeks_is_surely_early(self) -> None:
        found = weekly(lab("24.0", day(5), precision=DAY), doses=[shot(7, precision=DAY)], schedule=BIWEEKLY)
        assert (found.phase, found.hours, found.share) == (Phase.EARLY, None, None)

    def test_a_timed_draw_narrows_it(self) -> None:
        found = weekly(lab("24.0", day(5), at="20:00"), doses=[shot(8, precision=DAY)])
        assert (found.phase, found.hours) == (Phase.MID, None)

    @pytest.mark.parametrize("at", ["07:00", "23:00"])
    def test_a_dose_on_the_day_of_the_draw_may_have_come_before_it_or_after(self, at: str) -> None:
        drawn = lab("24.0", day(5), precision=DAY)
        assert weekly(drawn, doses=[shot(12), shot(5, at)], schedule=BIWEEKLY).phase is Phase.UNKNOWN

    def test_a_month_is_too_coarse(self) -> None:
        drawn = lab("24.0", day(5), precision=Precision.MONTH)
        assert weekly(drawn, doses=[shot(40)], schedule=BIWEEKLY).phase is Phase.UNKNOWN

    @given(ago=st.integers(0, 20), at=st.times().map(lambda t: f"{t:%H:%M}"), taken=st.times().map(lambda t: f"{t:%H:%M}"))
    def test_what_dates_tell_the_hours_never_contradict(self, ago: int, at: str, taken: str) -> None:
        by_date = weekly(lab("24.0", day(5), precision=DAY), doses=[shot(5 + ago, precision=DAY)], schedule=BIWEEKLY).phase
        by_hour = weekly(lab("24.0", day(5), at=at), doses=[shot(5 + ago, taken)], schedule=BIWEEKLY).phase
        assert by_date in (Phase.UNKNOWN, by_hour)


class TestWeekdays:
    def test_the_gap_that_the_dose_opened_counts(self) -> None:
        """Monday and Tuesday: from Tuesday it is six days to the next dose. 2 November 2026 is a Monday."""
        schedule = Schedule("weekdays", weekdays=("mon", "tue"))
        after_tuesday = weekly(lab("24.0", day(3)), doses=[shot(7), shot(6)], schedule=schedule)
        assert (after_tuesday.phase, after_tuesday.interval_hours) == (Phase.MID, 144)
        after_monday = weekly(lab("24.0", day(7), at="20:00"), doses=[shot(7)], schedule=schedule)
        assert (after_monday.phase, after_monday.interval_hours) == (Phase.FREQUENT, 24)

    def test_without_a_log_only_short_gaps_are_surely_frequent(self) -> None:
        assert weekly(doses=[], schedule=Schedule("weekdays", weekdays=("mon", "thu"))).phase is Phase.FREQUENT
        assert weekly(doses=[], schedule=Schedule("weekdays", weekdays=("mon", "tue"))).phase is Phase.UNKNOWN

    def test_one_weekday_is_weekly(self) -> None:
        assert weekly(doses=[shot(9)], schedule=Schedule("weekdays", weekdays=("sat",))).interval_hours == 168


class TestTheChangeOfTheClock:
    """New York sets its clocks back on 1 November 2026 and forward on 8 March: weeks of 169 and of 167 hours."""

    @pytest.mark.parametrize(("last", "hours"), [(date(2026, 10, 26), 169), (date(2026, 3, 2), 167), (date(2026, 6, 1), 168)])
    def test_the_next_dose_is_due_by_the_clock_on_the_wall(self, last: date, hours: int) -> None:
        taken = dose("testosterone_cypionate", last, "80", at="08:00")
        due = last + timedelta(days=7)
        at_due, after = lab("24.0", due, at="08:00"), lab("24.0", due, at="08:01")
        for drawn, phase in ((at_due, Phase.TROUGH), (after, Phase.OVERDUE)):
            found = weekly(drawn, doses=[taken])
            assert (found.phase, found.hours, found.interval_hours) == (phase, hours, 168)
        assert weekly(at_due, doses=[taken]).share == 100

    @given(
        start=st.dates(date(2025, 1, 1), date(2026, 9, 1)),
        days=st.integers(5, 29),
    )
    @example(start=date(2025, 3, 4), days=5)
    def test_a_draw_when_the_dose_is_due_is_a_trough_on_every_day_of_the_year(self, start: date, days: int) -> None:
        taken = dose("testosterone_cypionate", start, "80", at="08:00")
        drawn = lab("24.0", start + timedelta(days=days), at="08:00")
        schedule = Schedule("every", days=Decimal(days))
        regimens = [cypionate(date(2024, 1, 1), schedule=schedule)]
        assert weekly(drawn, doses=[taken], regimens=regimens).phase is Phase.TROUGH


@given(rows=st.permutations([shot(ago) for ago in (3, 5, 9, 16, 23)]))
def test_the_order_of_rows_has_no_say(rows: list[Any]) -> None:
    assert weekly(doses=rows) == weekly(doses=sorted(rows, key=lambda d: d.key))


class TestSettled:
    def settled(self, *regimens: Any) -> tuple[bool | None, bool | None]:
        found = timing(regimens=list(regimens))
        return found.ai.settled, found.testosterone.settled

    @pytest.mark.parametrize(("days", "settled"), [(39, False), (40, True)])
    def test_cypionate_settles_in_forty_days(self, days: int, settled: bool) -> None:
        assert self.settled(cypionate(day(5 + days))) == (None, settled)

    @pytest.mark.parametrize(("days", "settled"), [(13, False), (14, True)])
    def test_an_ai_settles_not_before_its_recheck_may_be_drawn(self, days: int, settled: bool) -> None:
        assert self.settled(anastrozole(day(5 + days))) == (settled, None)

    def test_a_change_of_dose_begins_it_anew(self) -> None:
        assert self.settled(cypionate(day(300), day(20)), cypionate(day(20), dose="100")) == (None, False)

    def test_a_change_on_the_day_of_the_draw_is_not_before_it(self) -> None:
        assert self.settled(cypionate(day(300), day(5)), cypionate(day(5), dose="100")) == (None, True)

    def test_what_was_stopped_has_to_wash_out(self) -> None:
        assert self.settled(anastrozole(day(300), day(10)), cypionate(day(300))) == (False, True)
        assert self.settled(anastrozole(day(300), day(30)), cypionate(day(300))) == (True, True)

    def test_a_long_depot_that_was_left_for_a_gel_has_to_wash_out(self) -> None:
        depot = regimen(
            "testosterone_undecanoate_im", day(900), day(100), dose="1000", schedule=Schedule("every", days=Decimal(70))
        )
        gel = regimen("testosterone_gel", day(100), dose="50", schedule=Schedule("daily", times=1))
        assert self.settled(depot, gel) == (None, False)

    def test_nothing_on_record_is_not_settled_and_not_unsettled(self) -> None:
        assert self.settled() == (None, None)

    def test_the_reading_carries_the_note(self) -> None:
        drawn = lab("24.0", day(5))
        facts = gather(man(labs=[drawn], regimens=[cypionate(day(300)), anastrozole(day(10))]), RULEBOOK, NOW)
        assert "not_at_steady_state" in facts.readings[drawn.key].notes
        facts = gather(man(labs=[drawn], regimens=[cypionate(day(300)), anastrozole(day(200))]), RULEBOOK, NOW)
        assert "not_at_steady_state" not in facts.readings[drawn.key].notes
