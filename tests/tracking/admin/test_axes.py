from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.admin.axes import TimeAxis, ValueAxis


@given(st.floats(min_value=0.02, max_value=100_000))
def test_an_axis_holds_its_highest_value_and_few_marks(highest):
    axis = ValueAxis.over(highest, 0, 100)
    assert axis.highest >= highest * 0.999_999
    marks = list(axis.marks())
    assert 2 <= len(marks) <= 6
    assert marks[0] == (100, "0")
    assert all(0 <= y <= 100 for y, _ in marks)


@pytest.mark.parametrize(("highest", "top"), [(40, "40"), (44, "60"), (62, "80"), (1000, "1000"), (1300, "1500")])
def test_marks_are_round(highest, top):
    assert list(ValueAxis.over(highest, 0, 100).marks())[-1][1] == top


def test_a_value_beyond_the_axis_stays_on_its_edge():
    assert ValueAxis(40, 0, 100).y(900) == 0


def test_months_are_those_of_his_zone():
    axis = TimeAxis(datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 6, 20, tzinfo=UTC), 0, 100, "Pacific/Kiritimati")
    assert [name for _, name in axis.marks()] == ["Feb 2026", "Mar", "Apr", "May", "Jun"]


@given(st.integers(min_value=120, max_value=36_500))
def test_any_span_has_marks_that_can_be_read(days):
    end = datetime(2026, 11, 2, tzinfo=UTC)
    start = datetime.fromtimestamp(end.timestamp() - days * 86_400, UTC)
    marks = list(TimeAxis(start, end, 0, 900, "Europe/Berlin").marks())
    assert 1 <= len(marks) <= 12
    assert all(0 <= x <= 900 for x, _ in marks)
