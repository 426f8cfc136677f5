from datetime import date

import pytest

from tracking.domain.working_days import working_days_after


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 10, 28), 3, date(2026, 11, 2)),  # a Wednesday: Thursday, Friday, Monday
        (date(2026, 10, 30), 1, date(2026, 11, 2)),
        (date(2026, 10, 31), 1, date(2026, 11, 2)),
        (date(2026, 11, 1), 5, date(2026, 11, 6)),
        (date(2026, 11, 2), 0, date(2026, 11, 2)),
    ],
)
def test_saturdays_and_sundays_do_not_count(start, count, end):
    assert working_days_after(start, count) == end
