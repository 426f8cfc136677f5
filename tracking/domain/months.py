"""Months on the calendar, as the plan counts them, and their names."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

# By the number of the month, in English whatever the locale of the process.
SHORT_NAMES = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_A_YEAR = 12
_EVERY_MONTH_HAS = 28


def months_after(day: date, months: int) -> date:
    """The same day so many months on (before it where negative), or the last of that month where it has no such day."""
    counted = day.year * _A_YEAR + day.month - 1 + months
    year, month = counted // _A_YEAR, counted % _A_YEAR + 1
    if day.day <= _EVERY_MONTH_HAS:
        return date(year, month, day.day)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_between(start: date, day: date) -> int:
    """The whole months from one day to a later one."""
    months = (day.year - start.year) * _A_YEAR + day.month - start.month
    is_whole = start.day <= day.day if start.day <= _EVERY_MONTH_HAS else months_after(start, months) <= day
    return months if is_whole else months - 1
