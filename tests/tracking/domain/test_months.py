"""Months on the calendar."""

from datetime import date

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.months import months_after


@given(st.dates(date(1930, 1, 1), date(2150, 1, 1)), st.integers(-240, 480))
def test_months_are_counted_as_the_calendar_does(day: date, months: int) -> None:
    assert months_after(day, months) == day + relativedelta(months=months)
