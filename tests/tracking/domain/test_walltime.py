"""One rule for gap and fold in both apps: doses and reminders agree about every local time (docs/adr/0021)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.domain.hours import at_local
from tests.tracking.domain.test_expected import ZONES
from tracking.domain.walltime import at_wall


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2005, 1, 1), date(2035, 12, 31)), st.integers(0, 1439))
def test_doses_and_reminders_read_the_clock_alike(zone, day, minute):
    wall = time(*divmod(minute, 60))
    assert at_wall(day, wall, zone) == at_local(day, wall, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instant"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), time(8, 0), datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),
        ("UTC", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 2, 30, tzinfo=UTC)),
    ],
)
def test_a_gap_ends_at_its_first_instant_and_a_fold_is_its_first_pass(zone, day, wall, instant):
    assert at_wall(day, wall, zone) == instant
