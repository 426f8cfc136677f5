"""Months on the calendar."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.months import months_after, months_between


@given(st.dates(date(1930, 1, 1), date(2150, 1, 1)), st.integers(-240, 480))
def test_months_are_counted_as_the_calendar_does(day: date, months: int) -> None:
    assert months_after(day, months) == day + relativedelta(months=months)


@given(st.dates(date(1930, 1, 1), date(2150, 1, 1)), st.integers(0, 40_000))
def test_whole_months_between_two_days_are_the_most_that_fit(start: date, days: int) -> None:
    day = start + timedelta(days=days)
    months = months_between(start, day)
    assert months_after(start, months) <= day < months_after(start, months + 1)
