"""A dose is spoken of once, around its time, never in quiet hours, and not for long."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.doses import ExpectedDose, dose_sending
from notifications.domain.hours import Hours, at_local
from notifications.domain.stages import Stage

LIVES = timedelta(minutes=120)
DAY = date(2026, 11, 3)
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]


def window(hour: int, minute: int = 0, *, timed: bool = True, number: int = 0, hours: Hours | None = None) -> str | None:
    at = datetime(2026, 11, 3, hour, minute, tzinfo=BERLIN).astimezone(UTC)
    closes = at if timed else datetime(2026, 11, 4, tzinfo=BERLIN).astimezone(UTC)
    found = dose_sending(ExpectedDose(DAY, number, at, closes, timed), hours or Hours(), BERLIN, lives=LIVES)
    return found and f"{found.send_at.astimezone(BERLIN):%d %H:%M}-{found.expires_at.astimezone(BERLIN):%d %H:%M}"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (window(10, 15), "03 10:15-03 12:15"),
        (window(20, 59), "03 20:59-03 22:59"),
        # Quiet from 21 to 8: what falls in is said at their end, or not at all.
        (window(21), None),
        (window(7), "03 08:00-03 09:00"),
        (window(6, 1), "03 08:00-03 08:01"),
        (window(6), None),
        # Any time of the day: at his hour, until midnight; a second one not before its usual time.
        (window(8, timed=False), "03 09:00-04 00:00"),
        (window(20, timed=False, number=1), "03 20:00-04 00:00"),
        (window(7, timed=False, number=1), "03 09:00-04 00:00"),
        (window(20, timed=False, hours=Hours(18, time(20), time(10))), "03 18:00-04 00:00"),
        (window(22, timed=False, number=1), None),
    ],
)
def test_a_dose_has_one_short_window(found: str | None, expected: str | None) -> None:
    assert found == expected


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 30)),
    wall=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    quiet=st.tuples(st.integers(0, 23), st.integers(0, 23)),
    hour=st.integers(0, 23),
    timed=st.booleans(),
    number=st.integers(0, 2),
)
def test_whatever_the_clock_does_it_is_inside_its_day_or_hours_and_never_quiet(
    zone: str, day: date, wall: time, quiet: tuple[int, int], hour: int, timed: bool, number: int
) -> None:
    where = ZoneInfo(zone)
    hours = Hours(hour, time(quiet[0]), time(quiet[1]))
    at, closes = at_local(day, wall, where), at_local(day + timedelta(days=1), time(), where)
    found = dose_sending(ExpectedDose(day, number, at, closes, timed), hours, where, lives=LIVES)
    if found is None:
        return
    assert found.stage == Stage.ON
    assert found.send_at < found.expires_at == (at + LIVES if timed else closes)
    assert not timed or found.send_at >= at
    assert not hours.is_quiet(found.send_at.astimezone(where).time())
