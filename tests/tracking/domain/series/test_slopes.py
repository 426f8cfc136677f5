"""All slopes between points, listed or found by their rank."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.domain.series import slopes
from tracking.domain.series.slopes import Found, slopes_of

NEAR = 2**-20

points = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 900)), min_size=2, max_size=20).filter(
    lambda found: len({day for day, _ in found}) > 1
)


def both(found: Sequence[tuple[int, int]]) -> tuple[Sequence[float], Found]:
    days, values = zip(*sorted(found), strict=True)
    return slopes_of(days, values), Found(days, values)


@settings(max_examples=40)
@given(points)
def test_a_slope_that_is_found_is_the_one_of_the_list_to_a_millionth_and_never_on_the_other_side_of_level(found):
    listed, by_rank = both(found)
    assert len(by_rank) == len(listed)
    for rank, slope in enumerate(listed):
        assert slope <= by_rank[rank] < slope + NEAR
        assert (by_rank[rank] > 0, by_rank[rank] < 0) == (slope > 0, slope < 0)


def test_it_is_a_sequence_as_the_list_is():
    listed, by_rank = both([(0, 1), (10, 3), (10, 9), (30, 2)])
    assert list(by_rank[1:3]) == pytest.approx(listed[1:3], abs=NEAR)
    assert by_rank[-1] == pytest.approx(listed[-1], abs=NEAR)
    with pytest.raises(IndexError):
        by_rank[len(listed)]


def test_values_of_two_units_are_no_whole_numbers_and_are_found_too():
    days, values = range(0, 400, 10), [27.24 - number * 0.31 + number % 3 for number in range(40)]
    listed, by_rank = slopes_of(days, values), Found(days, values)
    assert [by_rank[rank] for rank in (0, 300, 779)] == pytest.approx([listed[rank] for rank in (0, 300, 779)], abs=NEAR)


def test_many_points_are_not_listed():
    """Two thousand daily results have two million slopes."""
    chance = random.Random(7)
    days = range(2_000)
    values = [2_000 - day + chance.randrange(50) for day in days]
    found = slopes_of(days, values)
    assert isinstance(found, Found)
    assert len(found) > slopes.MOST_LISTED
    assert found[len(found) // 2] == pytest.approx(-1, abs=0.01)
    assert found[0] < -1 < found[-1]
