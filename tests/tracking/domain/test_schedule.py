"""How often, at which times, and how much where the doses differ."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from tracking.domain.problems import Problem
from tracking.domain.schedule import parse_schedule


@pytest.mark.parametrize(
    ("sent", "weekly", "words"),
    [
        ({"kind": "every", "days": "3.5"}, 120, "every 3.5 days"),
        ({"kind": "every", "days": "2"}, 210, "every 2 days"),
        ({"kind": "every", "days": "2", "at": ["08:00", "20:00"]}, 420, "every 2 days at 08:00, 20:00"),
        ({"kind": "weekdays", "days": ["thu", "mon"]}, 120, "on Mon, Thu"),
        ({"kind": "weekdays", "days": ["thu", "mon"], "amounts": ["20", "60"]}, 80, "on Mon, Thu (60, 20)"),
        (
            {"kind": "weekdays", "days": ["sun"], "at": ["08:00", "20:00"], "amounts": ["60", "5"]},
            65,
            "on Sun at 08:00, 20:00 (60, 5)",
        ),
        ({"kind": "daily", "times": 2}, 840, "2 times a day"),
        ({"kind": "daily", "at": ["08:00", "20:00"], "amounts": ["60", "20"]}, 560, "2 times a day at 08:00, 20:00 (60, 20)"),
        ({"kind": "monthly"}, Fraction(60 * 4800, 20871), "every month"),
        ({"kind": "monthly", "months": 6}, Fraction(10 * 4800, 20871), "every 6 months"),
        ({"kind": "as_needed"}, None, "as needed"),
    ],
)
def test_a_week_sums_what_the_schedule_says(sent, weekly, words):
    read = parse_schedule(sent)
    assert read.weekly(Decimal(60)) == weekly
    assert str(read) == words


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"kind": "every", "days": "3.5", "at": ["08:00", "20:00"]}, "/schedule/at"),
        # What Python reads as a number is not yet one that a person wrote: 3_5 would be 35.
        *(({"kind": "every", "days": days}, "/schedule/days") for days in ("3_5", "1e2", "٣", "+2", "3,5", "3.0000000001")),
        *(({"kind": "every", "days": days}, "/schedule/days") for days in ("0.24", "400.1", "", None, True, "NaN")),
        ({"kind": "daily", "times": 2, "at": ["08:00"]}, "/schedule/at"),
        ({"kind": "daily", "at": ["20:00", "08:00"]}, "/schedule/at"),
        ({"kind": "daily", "at": ["08:00", "08:00"]}, "/schedule/at"),
        ({"kind": "daily", "at": ["8:00"]}, "/schedule/at"),
        ({"kind": "daily", "at": ["24:00"]}, "/schedule/at"),
        ({"kind": "daily", "at": []}, "/schedule/at"),
        ({"kind": "daily", "at": "08:00"}, "/schedule/at"),
        ({"kind": "daily", "at": [800]}, "/schedule/at"),
        ({"kind": "daily", "times": 2, "amounts": ["40"]}, "/schedule/amounts"),
        ({"kind": "daily", "times": 1, "amounts": [40]}, "/schedule/amounts"),
        ({"kind": "daily", "times": 1, "amounts": ["0"]}, "/schedule/amounts"),
        ({"kind": "daily", "times": 1, "amounts": ["4,0"]}, "/schedule/amounts"),
        ({"kind": "weekdays", "days": ["mon", "thu"], "amounts": ["40"]}, "/schedule/amounts"),
        ({"kind": "weekdays", "days": ["mon", "mon"], "amounts": ["40", "20"]}, "/schedule/days"),
        ({"kind": "monthly", "months": 0}, "/schedule/months"),
        ({"kind": "monthly", "months": 25}, "/schedule/months"),
        ({"kind": "monthly", "months": True}, "/schedule/months"),
        ({"kind": "monthly", "day": 31}, "/schedule/day"),
        ({"kind": "as_needed", "at": ["08:00"]}, "/schedule/at"),
    ],
)
def test_what_is_no_schedule_is_refused_by_field_with_what_is_accepted(sent, pointer):
    with pytest.raises(Problem, match="Accepted") as refused:
        parse_schedule(sent)
    assert [issue.pointer for issue in refused.value.issues] == [pointer]


@pytest.mark.parametrize(
    ("sent", "hours"),
    [
        ({"kind": "monthly"}, 31 * 24),
        ({"kind": "monthly", "months": 2}, 62 * 24),
        ({"kind": "monthly", "months": 12}, 366 * 24),
        ({"kind": "weekdays", "days": ["mon", "thu"]}, 96),
        ({"kind": "every", "days": "7"}, 168),
    ],
)
def test_the_longest_time_between_two_doses(sent, hours):
    assert parse_schedule(sent).longest_gap_hours == hours
