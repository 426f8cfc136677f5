"""Working days: Monday to Friday. Holidays differ by place and clinic, and are none here."""

from __future__ import annotations

from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


def working_days_after(day: date, count: int) -> date:
    """The day that is so many working days after ``day``."""
    while count:
        day += _DAY
        count -= day.weekday() < _SATURDAY
    return day
