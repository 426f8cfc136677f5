"""Schedules become instants: no dose of the calendar is lost or doubled, whatever the clocks do."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.domain.expected import Move, Plan, PlanState, Slot, decisive, expected, expected_between, usual_times, zone_on
from tracking.domain.history import Origin
from tracking.domain.pauses import Pause
from tracking.domain.schedule import WEEKDAYS, Schedule, parse_schedule
from tracking.evidence import load_rulebook

RULE = load_rulebook().dosing.usual_times
# Both hemispheres, half and three quarter hours, changes at midnight, of half an hour and of two, and the date line.
ZONES = (
    *("UTC", "Europe/London", "Europe/Berlin", "Europe/Lisbon", "Europe/Chisinau", "Europe/Dublin"),
    *("America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Santiago", "America/Asuncion", "America/Havana"),
    *("America/Sao_Paulo", "America/Nuuk", "Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Asia/Gaza"),
    *("Africa/Cairo", "Africa/Casablanca", "Australia/Sydney", "Australia/Lord_Howe", "Australia/Eucla", "Antarctica/Troll"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Honolulu", "Pacific/Apia"),
)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
DAYS = [YEAR[0] + timedelta(days=number) for number in range(365)]
NIGHTS = ("00:30", "01:30", "02:30", "03:00", "23:30")
# There the clocks went from 23:00 to midnight: a dose at 23:30 is due as the next day begins.
ENDED_EARLY = {("America/Nuuk", date(2026, 3, 28))}
SCHEDULES = {
    "daily": {"kind": "daily", "times": 1},
    "five times a night": {"kind": "daily", "times": 5, "at": list(NIGHTS)},
    "twice, split": {"kind": "daily", "times": 2, "at": ["02:30", "20:00"], "amounts": ["40", "20"]},
    "every other day": {"kind": "every", "days": "2", "at": ["00:00"]},
    "every 3.5 days": {"kind": "every", "days": "3.5"},
    "every quarter of a day": {"kind": "every", "days": "0.25"},
    "weekly": {"kind": "every", "days": "7", "at": ["02:15"]},
    "on Mondays and Thursdays, split": {"kind": "weekdays", "days": ["thu", "mon"], "amounts": ["60", "40"]},
    "on Sundays at night": {"kind": "weekdays", "days": ["sun"], "at": ["02:00", "02:30"]},
    "monthly": {"kind": "monthly", "months": 1, "at": ["02:30"]},
    "twice a year": {"kind": "monthly", "months": 6},
}


def plan(
    schedule: dict, zone: str = "Europe/Berlin", starts: date = date(2025, 12, 31), ends: date | None = None, **more
) -> Plan:
    read = parse_schedule(schedule)
    stated = {"key": "plan", "drug": "anastrozole", "dose": Decimal(60), "unit": "mg", "origin": Origin.SELF}
    return Plan(schedule=read, starts_on=starts, ends_on=ends, zone=zone, **(stated | more))


def slots(of: Plan, first: date = YEAR[0], last: date = YEAR[1], moves: tuple[Move, ...] = ()) -> list[Slot]:
    return list(expected(of, first, last, moves, RULE))


def calendar(of: Plan) -> Counter[date]:
    """What the calendar says, by another way of counting: so many doses on each day of the year."""
    schedule, start = of.schedule, of.starts_on
    found: Counter[date] = Counter()
    if schedule.kind == "every":
        first = datetime.combine(start, time.fromisoformat(schedule.at[0]) if schedule.at else time(8))
        step = timedelta(days=float(schedule.days or 0))
        while first.date() <= YEAR[1]:
            found[first.date()] += schedule.doses_a_day
            first += step
    elif schedule.kind == "monthly":
        found.update(start + relativedelta(months=(schedule.months or 0) * number) for number in range(25))
    else:
        on = schedule.weekdays or WEEKDAYS
        found.update({day: schedule.doses_a_day for day in DAYS if WEEKDAYS[day.weekday()] in on})
    return Counter({day: count for day, count in found.items() if YEAR[0] <= day <= YEAR[1]})


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_in_thirty_zones_loses_and_doubles_nothing(zone):
    assert len(set(ZONES)) == 30
    for name, schedule in SCHEDULES.items():
        of = plan(schedule, zone)
        found = slots(of)
        assert Counter(slot.day for slot in found) == calendar(of), name
        assert len({(slot.day, slot.number) for slot in found}) == len(found), name
        instants = [slot.at for slot in found]
        assert all(earlier < later for earlier, later in pairwise(instants)), name
        away = [slot for slot in found if slot.at.astimezone(ZoneInfo(zone)).date() != slot.day]
        assert [slot for slot in away if (zone, slot.day) not in ENDED_EARLY] == [], name


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_that_exists_once_is_shown_by_the_clock_on_his_wall(zone):
    of = plan({"kind": "daily", "times": 2, "at": ["04:45", "12:10"]}, zone)
    shown = [slot.at.astimezone(ZoneInfo(zone)).time() for slot in slots(of)]
    assert shown == [time(4, 45), time(12, 10)] * 365


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    schedule=st.sampled_from(sorted(SCHEDULES)),
    start=st.dates(date(2024, 1, 1), date(2026, 6, 30)),
    cut=st.integers(1, 700),
)
def test_a_window_is_the_part_of_a_longer_one(zone, schedule, start, cut):
    """So that a page, a sweep and a year see the same doses."""
    of = plan(SCHEDULES[schedule], zone, start)
    last = start + timedelta(days=800)
    whole, middle = slots(of, start, last), start + timedelta(days=cut)
    assert slots(of, start, middle - timedelta(days=1)) + slots(of, middle, last) == whole


@pytest.mark.parametrize(
    ("zone", "day", "wall", "local"),
    [
        # The lost hour: 02:30 does not exist, and stands for 03:00.
        ("Europe/Berlin", date(2026, 3, 29), "02:30", "2026-03-29T03:00:00+02:00"),
        ("America/New_York", date(2026, 3, 8), "02:30", "2026-03-08T03:00:00-04:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), "02:10", "2026-10-04T02:30:00+11:00"),
        ("Africa/Cairo", date(2026, 4, 24), "00:30", "2026-04-24T01:00:00+03:00"),
        # The doubled hour: 02:30 comes twice, and stands for the first.
        ("Europe/Berlin", date(2026, 10, 25), "02:30", "2026-10-25T02:30:00+02:00"),
        ("America/New_York", date(2026, 11, 1), "01:30", "2026-11-01T01:30:00-04:00"),
    ],
)
def test_the_lost_and_the_doubled_hour(zone, day, wall, local):
    (slot,) = slots(plan({"kind": "daily", "times": 1, "at": [wall]}, zone), day, day)
    assert slot.at == datetime.fromisoformat(local)


def test_two_doses_that_the_lost_hour_puts_together_stay_apart():
    of = plan({"kind": "daily", "times": 3, "at": ["02:10", "02:40", "03:00"]})
    found = slots(of, date(2026, 3, 29), date(2026, 3, 29))
    assert [slot.at.astimezone(ZoneInfo("Europe/Berlin")).time() for slot in found] == [time(3, 0), time(3, 1), time(3, 2)]


def test_a_day_that_never_was_has_no_dose_of_a_daily_drug_and_keeps_that_of_a_rare_one():
    """Apia went from 29 to 31 December 2011."""
    missing, around = date(2011, 12, 30), (date(2011, 12, 29), date(2011, 12, 31))
    daily = plan({"kind": "daily", "times": 1, "at": ["08:00"]}, "Pacific/Apia", date(2011, 12, 1))
    assert [slot.day for slot in slots(daily, *around)] == [date(2011, 12, 29), date(2011, 12, 31)]
    rare = plan({"kind": "every", "days": "7", "at": ["08:00"]}, "Pacific/Apia", missing - timedelta(days=14))
    (slot,) = slots(rare, *around)
    assert slot.day == missing
    assert slot.at.astimezone(ZoneInfo("Pacific/Apia")).isoformat() == "2011-12-31T00:00:00+14:00"


@pytest.mark.parametrize(
    ("start", "months", "days"),
    [
        (date(2026, 1, 31), 1, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        (date(2027, 12, 31), 1, ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
        (date(2028, 2, 29), 12, ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        (date(2026, 8, 31), 6, ["2026-08-31", "2027-02-28", "2027-08-31", "2028-02-29", "2028-08-31"]),
    ],
)
def test_the_31st_and_a_leap_day_are_the_last_day_of_a_shorter_month(start, months, days):
    of = plan({"kind": "monthly", "months": months}, starts=start)
    assert [str(slot.day) for slot in slots(of, start, start + timedelta(days=4 * 31 * months + 40))][:5] == days


def test_split_doses_have_their_own_amounts():
    week = slots(
        plan({"kind": "weekdays", "days": ["thu", "mon"], "amounts": ["60", "40"]}), date(2026, 3, 2), date(2026, 3, 8)
    )
    assert [(slot.day, slot.amount) for slot in week] == [(date(2026, 3, 2), 40), (date(2026, 3, 5), 60)]
    day = slots(plan(SCHEDULES["twice, split"]), date(2026, 3, 2), date(2026, 3, 2))
    assert [slot.amount for slot in day] == [40, 20]


def test_the_end_a_pause_and_a_start_to_come():
    paused = plan(
        {"kind": "daily", "times": 1},
        starts=date(2026, 3, 3),
        ends=date(2026, 3, 10),
        pauses=(Pause(date(2026, 3, 5), date(2026, 3, 8)),),
    )
    assert [slot.day.day for slot in slots(paused)] == [3, 4, 8, 9]
    states = [paused.state(date(2026, 3, day)) for day in (2, 3, 5, 8, 10)]
    assert states == [PlanState.PLANNED, PlanState.IN_FORCE, PlanState.PAUSED, PlanState.IN_FORCE, PlanState.ENDED]


def test_nothing_is_expected_as_needed():
    assert slots(plan({"kind": "as_needed"})) == []


def test_a_dose_without_a_stated_time_is_due_all_day():
    (slot,) = slots(plan({"kind": "daily", "times": 1}), date(2026, 3, 29), date(2026, 3, 29))
    assert not slot.timed
    assert (slot.opens, slot.closes) == (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))


def test_usual_times_are_spread_over_the_day():
    assert [f"{at:%H:%M}" for at in usual_times(3, RULE)] == ["08:00", "14:00", "20:00"]


MOVED = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)


def test_a_move_in_the_middle_of_a_week_keeps_the_old_clock_before_it():
    """Berlin to New York at noon on Wednesday: each local day keeps its one dose."""
    of = plan({"kind": "daily", "times": 1, "at": ["08:00"]})
    found = slots(of, date(2026, 6, 1), date(2026, 6, 5), (Move(MOVED, "America/New_York"),))
    assert [slot.day.day for slot in found] == [1, 2, 3, 4, 5]
    assert [slot.zone for slot in found] == ["Europe/Berlin"] * 3 + ["America/New_York"] * 2
    assert [slot.at.astimezone(ZoneInfo(slot.zone)).hour for slot in found] == [8] * 5


def test_a_version_that_was_planned_before_the_move_begins_on_the_new_clock():
    """Stated in Berlin for the middle of June; by then he lives in New York. What is stated after a move keeps its zone."""
    moves = (Move(MOVED, "America/New_York"),)
    starts = date(2026, 6, 15)
    for stated_at, zone in ((MOVED - timedelta(days=20), "America/New_York"), (MOVED + timedelta(days=1), "Europe/Berlin")):
        of = plan({"kind": "daily", "times": 1, "at": ["08:00"]}, starts=starts, stated_at=stated_at)
        found = slots(of, starts, starts + timedelta(days=2), moves)
        assert [slot.zone for slot in found] == [zone] * 3
        assert [slot.at.astimezone(ZoneInfo(zone)).hour for slot in found] == [8] * 3
        assert zone_on(of, moves, starts) == zone


def test_a_dose_that_the_move_passes_over_stands_at_the_move():
    """New York to Tokyo: his clock jumps over the evening's dose, which is due at once and not lost."""
    of = plan({"kind": "daily", "times": 1, "at": ["20:00"]}, "America/New_York")
    found = slots(of, date(2026, 6, 2), date(2026, 6, 4), (Move(datetime(2026, 6, 3, 23, 0, tzinfo=UTC), "Asia/Tokyo"),))
    assert [slot.at.isoformat() for slot in found] == [
        "2026-06-03T00:00:00+00:00",
        "2026-06-03T23:00:00+00:00",
        "2026-06-04T11:00:00+00:00",
    ]


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    to=st.sampled_from(ZONES),
    hour=st.integers(0, 24 * 300),
    name=st.sampled_from(sorted(SCHEDULES)),
)
def test_no_move_loses_or_doubles_a_dose(zone, to, hour, name):
    of = plan(SCHEDULES[name], zone)
    moves = (Move(datetime(2026, 1, 10, tzinfo=UTC) + timedelta(hours=hour), to),)
    found = slots(of, moves=moves)
    assert [(slot.day, slot.number) for slot in found] == [(slot.day, slot.number) for slot in slots(of)]
    instants = [slot.at for slot in found]
    assert all(earlier < later for earlier, later in pairwise(instants))


def test_his_own_statement_is_expected_before_the_prescription_where_both_are_in_force():
    prescribed = plan({"kind": "daily", "times": 1}, key="theirs", origin=Origin.PRESCRIBED)
    own = plan({"kind": "daily", "times": 1}, key="his", starts=date(2026, 3, 3), ends=date(2026, 3, 5))
    start, end = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC)
    found = expected_between([prescribed, own], start, end, (), RULE)
    assert [slot.regimen for slot in found] == ["theirs", "his", "his", "theirs"]
    assert len(decisive([prescribed, own])) == 2


def test_a_schedule_that_is_its_own_words():
    for schedule in SCHEDULES.values():
        read = parse_schedule(schedule)
        assert parse_schedule(read.as_dict()) == read
        assert isinstance(read, Schedule)
