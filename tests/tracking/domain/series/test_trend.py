"""The robust slope of one segment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, anastrozole, day, lab, man
from tracking.domain.evaluate import gather
from tracking.domain.series import Trend
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def trends(*labs: Any, **rows: Any) -> list[Trend | None]:
    return [segment.trend for segment in gather(man(labs=labs, **rows), RULEBOOK, NOW).series.segments]


def every(days: int, *texts: str, until: int = 5, **more: Any) -> list[Any]:
    """Results so many days apart, the last one ``until`` days ago."""
    last = len(texts) - 1
    return [lab(text, day(until + days * (last - n)), key=f"{until}-{n}", **more) for n, text in enumerate(texts)]


def test_a_straight_line_has_its_own_slope() -> None:
    (trend,) = trends(*every(60, "50.0", "45.0", "40.0", "35.0", "30.0"))
    assert trend is not None
    assert (trend.per_year, trend.low, trend.high) == (Decimal("-30.44"), Decimal("-30.44"), Decimal("-30.44"))
    assert (trend.unit, trend.points, trend.direction, trend.confidence) == ("pg/mL", 5, "falling", 95)
    assert (trend.first_on, trend.last_on) == (day(245), day(5))


def test_one_stray_result_does_not_bend_it() -> None:
    (trend,) = trends(*every(60, "30.0", "30.0", "30.0", "90.0", "30.0", "30.0", "30.0"))
    assert trend is not None
    assert (trend.per_year, trend.direction) == (Decimal("0.00"), "not_shown")


def test_the_band_agrees_with_a_worked_example() -> None:
    """Ten points, no ties: S has the variance 125, so the band runs from the 12th to the 34th of 45 slopes."""
    values = ["20.0", "23.0", "21.0", "25.0", "22.0", "27.0", "26.0", "29.0", "24.0", "31.0"]
    (trend,) = trends(*every(50, *values))
    assert trend is not None
    numbers = [float(value) for value in values]
    slopes = sorted((numbers[b] - numbers[a]) / (50 * (b - a)) * 365.25 for a in range(10) for b in range(a + 1, 10))
    assert (float(trend.low), float(trend.high)) == (round(slopes[11], 2), round(slopes[33], 2))
    assert float(trend.per_year) == round(slopes[22], 2)


@pytest.mark.parametrize(
    ("labs", "given_one"),
    [
        (every(46, *["20.0"] * 5), True),
        (every(45, *["20.0"] * 5), False),
        (every(90, *["20.0"] * 4), False),
        (every(46, "20.0", "20.0", "<5", "20.0", "20.0"), False),
    ],
    ids=["five over six months", "too short", "too few", "too few uncensored"],
)
def test_a_line_needs_five_uncensored_points_over_six_months(labs: list[Any], *, given_one: bool) -> None:
    assert [trend is not None for trend in trends(*labs)] == [given_one]


def test_what_was_left_out_is_named() -> None:
    (trend,) = trends(*every(46, "20.0", "20.0", "<5", "20.0", "20.0", "20.0"))
    assert trend is not None
    assert (trend.points, trend.left_out) == (5, ("5-2",))


def test_the_unit_is_that_of_the_results_and_the_canonical_one_where_they_differ() -> None:
    texts = ["100", "90", "80", "70", "60"]
    (trend,) = trends(*every(60, *texts, unit="pmol/L"))
    assert trend is not None
    assert (trend.unit, trend.per_year) == ("pmol/L", Decimal("-60.88"))
    mixed = [*every(60, *texts, unit="pmol/L", until=65), *every(60, "13.62", until=5)]
    (trend,) = trends(*mixed)
    assert trend is not None
    assert (trend.unit, trend.per_year) == ("pg/mL", Decimal("-16.58"))


def test_it_is_never_taken_across_a_cut() -> None:
    labs = every(46, *["30.0", "29.0", "28.0", "20.0", "19.0", "18.0"])
    assert trends(*labs)[0] is not None
    assert trends(*labs, regimens=[anastrozole(day(120))]) == [None, None]


def test_several_results_of_one_day_have_no_slope_between_them() -> None:
    labs = [lab("20.0", day(5), at=f"0{n}:00", key=str(n)) for n in range(5)]
    assert trends(*labs, lab("26.0", day(300), key="old")) != [None]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(50, 900)), min_size=5, max_size=15))
def test_the_slope_lies_in_its_band_and_turns_with_the_values(points: list[tuple[int, int]]) -> None:
    def slope(sign: int) -> Trend | None:
        labs = [lab(f"{(950 + sign * tenths) / 10:.1f}", day(back), key=str(n)) for n, (back, tenths) in enumerate(points)]
        return trends(*labs)[0]

    rising, falling = slope(1), slope(-1)
    if rising is None or falling is None:
        assert rising is falling
        return
    assert rising.low <= rising.per_year <= rising.high
    assert (rising.per_year, rising.low, rising.high) == (-falling.per_year, -falling.high, -falling.low)
