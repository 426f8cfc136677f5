"""Local time becomes an instant by written rules, and quiet hours are quiet everywhere."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.domain.hours import Hours, at_local, next_allowed, send_at, zone_named

# How long an example takes depends on who else is using the machine.
unhurried = settings(deadline=None)

ZONES = [
    "Europe/Berlin",
    "America/Phoenix",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Africa/Casablanca",
    "UTC",
]
# Changes of the clock, and the day that Apia left out.
TRICKY_DAYS = [
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2011, 12, 30),
    date(2018, 11, 4),
]

zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.one_of(
    st.dates(date(2005, 1, 1), date(2035, 12, 31)),
    st.builds(lambda day, off: day + timedelta(days=off), st.sampled_from(TRICKY_DAYS), st.integers(-2, 2)),
)
walls = st.builds(time, st.integers(0, 23), st.integers(0, 59))
hours = st.builds(Hours, st.integers(0, 23), walls, walls)
instants = st.builds(lambda day, wall: datetime.combine(day, wall, UTC), days, walls)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        ("Europe/Berlin", date(2026, 1, 15), time(9), datetime(2026, 1, 15, 8, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 7, 15), time(9), datetime(2026, 7, 15, 7, tzinfo=UTC)),
        # The gap: 02:00 becomes 03:00, so every time in between is the first instant after it.
        ("Europe/Berlin", date(2026, 3, 29), time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(2), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(3), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        # The fold: 02:30 comes twice, and the first one counts.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), time(3), datetime(2026, 10, 25, 2, tzinfo=UTC)),
        # Midnight itself in a gap.
        ("America/Sao_Paulo", date(2018, 11, 4), time(0), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # Half an hour.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        # A day that never was.
        ("Pacific/Apia", date(2011, 12, 30), time(9), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 31), time(9), datetime(2011, 12, 30, 19, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 5, 3), time(9), datetime(2026, 5, 2, 19, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2026, 5, 3), time(9), datetime(2026, 5, 3, 3, 15, tzinfo=UTC)),
        ("America/Phoenix", date(2026, 7, 3), time(9), datetime(2026, 7, 3, 16, tzinfo=UTC)),
    ],
)
def test_a_local_time_is_one_instant(zone: str, day: date, wall: time, expected: datetime) -> None:
    assert at_local(day, wall, ZoneInfo(zone)) == expected


@unhurried
@given(day=days, wall=walls, zone=zones)
def test_a_local_time_that_exists_reads_back_and_one_that_does_not_leads_just_beyond_the_gap(
    day: date, wall: time, zone: ZoneInfo
) -> None:
    instant = at_local(day, wall, zone)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    stated = datetime.combine(day, wall)
    assert shown >= stated
    if shown != stated:
        before = (instant - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert before < stated


@unhurried
@given(day=days, wall=walls, zone=zones)
def test_of_two_occurrences_the_first_counts(day: date, wall: time, zone: ZoneInfo) -> None:
    instant = at_local(day, wall, zone)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    for earlier in (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)):
        assert (instant - earlier).astimezone(zone).replace(tzinfo=None) != shown


@unhurried
@given(instant=instants, his=hours, zone=zones)
def test_the_next_allowed_instant_is_never_quiet_never_earlier_and_within_three_days(
    instant: datetime, his: Hours, zone: ZoneInfo
) -> None:
    allowed = next_allowed(instant, his, zone)
    assert not his.is_quiet(allowed.astimezone(zone).time())
    assert instant <= allowed <= instant + timedelta(days=3)
    assert next_allowed(allowed, his, zone) == allowed


@unhurried
@given(instant=instants, wall=walls, zone=zones)
def test_equal_ends_mean_no_quiet_hours(instant: datetime, wall: time, zone: ZoneInfo) -> None:
    assert next_allowed(instant, Hours(9, wall, wall), zone) == instant


@unhurried
@given(day=days, his=hours, zone=zones)
def test_a_later_day_never_comes_earlier(day: date, his: Hours, zone: ZoneInfo) -> None:
    assert send_at(day, his, zone) <= send_at(day + timedelta(days=1), his, zone)


@pytest.mark.parametrize(
    ("wall", "quiet"),
    [(time(20, 59), False), (time(21), True), (time(0), True), (time(7, 59), True), (time(8), False)],
)
def test_quiet_hours_are_half_open_across_midnight(wall: time, *, quiet: bool) -> None:
    assert Hours().is_quiet(wall) is quiet


@pytest.mark.parametrize(("wall", "quiet"), [(time(12, 59), False), (time(13), True), (time(14, 59), True), (time(15), False)])
def test_quiet_hours_are_half_open_within_a_day(wall: time, *, quiet: bool) -> None:
    assert Hours(9, time(13), time(15)).is_quiet(wall) is quiet


def test_quiet_hours_that_end_in_the_fold_end_at_the_occurrence_that_is_still_to_come() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    his = Hours(9, time(22), time(2, 30))
    between = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # the second 02:10
    assert next_allowed(between, his, berlin) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_open_half_hour_that_falls_into_the_gap_waits_for_the_next_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    his = Hours(2, time(2, 45), time(2, 15))
    assert send_at(date(2026, 3, 29), his, berlin) == datetime(2026, 3, 30, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("his", "open_for"),
    [
        (Hours(), timedelta(hours=13)),
        (Hours(9, time(8), time(8)), timedelta(hours=24)),
        (Hours(9, time(8), time(7)), timedelta(hours=1)),
        (Hours(9, time(0), time(23, 59)), timedelta(minutes=1)),
    ],
)
def test_what_is_left_open(his: Hours, open_for: timedelta) -> None:
    assert his.open_for == open_for


@pytest.mark.parametrize("wrong", [{"preferred_hour": 24}, {"preferred_hour": -1}, {"quiet_from": time(21, tzinfo=UTC)}])
def test_hours_that_are_none_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="hour"):
        Hours(**wrong)


def test_an_unknown_zone_is_none() -> None:
    assert zone_named("Europe/Berlin") == ZoneInfo("Europe/Berlin")
    assert [zone_named(name) for name in ("", "Mars/Olympus", "../etc/passwd", "Europe")] == [None] * 4
