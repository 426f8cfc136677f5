"""A moment ends where its day, month or year ends on the clock of his wall."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracking.domain.moments import start_of_day
from tracking.domain.reported import Moment, Precision


@pytest.mark.parametrize(
    ("zone", "day", "precision", "next_begins"),
    [
        ("Europe/Berlin", date(2026, 3, 29), Precision.DAY, "2026-03-30T00:00:00+02:00"),
        ("Europe/Berlin", date(2026, 10, 25), Precision.DAY, "2026-10-26T00:00:00+01:00"),
        ("Europe/Berlin", date(2028, 2, 1), Precision.MONTH, "2028-03-01T00:00:00+01:00"),
        ("Europe/Berlin", date(2026, 1, 1), Precision.YEAR, "2027-01-01T00:00:00+01:00"),
        # The day began at one, for the clock went from midnight to one. It ends at midnight all the same.
        ("Africa/Cairo", date(2026, 4, 24), Precision.DAY, "2026-04-25T00:00:00+03:00"),
        ("America/Sao_Paulo", date(2018, 11, 4), Precision.DAY, "2018-11-05T00:00:00-02:00"),
        # The day before it ends where the clock leaps.
        ("Africa/Cairo", date(2026, 4, 23), Precision.DAY, "2026-04-24T01:00:00+03:00"),
        # Apia had no 30 December.
        ("Pacific/Apia", date(2011, 12, 29), Precision.DAY, "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_span_ends_just_before_the_next_begins(zone: str, day: date, precision: Precision, next_begins: str) -> None:
    moment = Moment(start_of_day(day, zone), precision, zone)
    assert moment.latest + timedelta(microseconds=1) == datetime.fromisoformat(next_begins)
    assert moment.latest.astimezone(ZoneInfo(zone)).date() >= day
