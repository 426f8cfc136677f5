"""The shape of an ester's curve: the table of CLINICAL 6.3, and the laws of superposition."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.curve import Dose, Shape, relative_curve, relative_level, shape_of, steady_level, steady_state
from tracking.domain.rulebook import Kinetics
from tracking.evidence import load_rulebook

TIMING = load_rulebook().timing
CYPIONATE = TIMING.esters["cypionate_im"].published
REACH = TIMING.curve.reach_half_lives
ALL = [one for ester in TIMING.esters.values() for one in ester.published]
SHAPES = st.sampled_from(ALL).map(shape_of)
DOSES = st.lists(st.tuples(st.floats(-100, 0), st.floats(1, 500)), max_size=30).map(sorted)
# The figures are printed with two decimals and worked out from rates of three digits.
PRINTED = 0.0055


@pytest.mark.parametrize(
    ("ester", "number", "interval", "expected"),
    [
        ("cypionate_im", 0, 7, {"mid": 1.06, "trough": 0.81, "peak": 1.12}),
        ("cypionate_im", 0, 14, {"peak": 1.39, "trough": 0.57}),
        ("cypionate_im", 1, 7, {"mid": 1.06, "trough": 0.69, "peak": 1.24}),
        ("cypionate_im", 1, 14, {"peak": 1.69, "trough": 0.40}),
        ("enanthate_im", 0, 7, {"mid": 1.04, "trough": 0.61, "peak": 1.35}),
        ("enanthate_im", 0, 14, {"peak": 1.96, "trough": 0.31}),
        ("undecanoate_castor", 0, 70, {"mid": 0.96, "trough": 0.47, "peak": 1.65}),
        ("undecanoate_castor", 1, 70, {"mid": 0.94, "trough": 0.46, "peak": 1.74}),
    ],
)
def test_the_table_comes_out(ester: str, number: int, interval: int, expected: dict[str, float]) -> None:
    steady = steady_state(shape_of(TIMING.esters[ester].published[number]), interval)
    assert {name: getattr(steady, name) for name in expected} == pytest.approx(expected, abs=PRINTED)


def test_every_product_has_its_curve_or_none() -> None:
    ester_of = {drug: ester.code if (ester := TIMING.ester_of(drug)) else None for drug in load_rulebook().drugs}
    assert {drug: code for drug, code in ester_of.items() if code} == {
        "testosterone_cypionate": "cypionate_im",
        "testosterone_enanthate": "enanthate_im",
        "testosterone_enanthate_sc": "enanthate_sc",
        "testosterone_undecanoate_im": "undecanoate_castor",
    }


@given(shape=SHAPES, interval=st.floats(1, 100))
def test_the_mean_of_an_interval_is_one_and_the_peak_the_highest(shape: Shape, interval: float) -> None:
    steps = 2000
    levels = [steady_level(shape, interval, interval * (n + 0.5) / steps) for n in range(steps)]
    steady = steady_state(shape, interval)
    assert sum(levels) / steps == pytest.approx(1, abs=2e-3)
    assert max(levels) <= steady.peak + 1e-9
    assert steady_level(shape, interval, 0) == pytest.approx(steady.trough)
    assert 0 < steady.peak_days < interval


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_single_dose_rises_to_its_time_of_peak_and_falls(one: Kinetics) -> None:
    shape, peak = shape_of(one), float(one.tmax_days)
    assert shape.after(peak) == pytest.approx(max(shape.after(n / 20) for n in range(800)), rel=1e-3)
    falling = [shape.after(peak + n) for n in range(1, 200)]
    assert all(later < earlier for earlier, later in pairwise(falling))


def test_a_long_log_comes_to_the_steady_state() -> None:
    shape = shape_of(CYPIONATE[0])
    doses = [(-7.0 * n - 3.5, 80.0) for n in range(60, -1, -1)]
    level = relative_level(shape, doses, 80 / 7, 0.0, reach_half_lives=REACH)
    assert level == pytest.approx(steady_state(shape, 7).mid, abs=0.01)


def test_a_dose_to_come_and_one_long_ago_add_nothing() -> None:
    shape = shape_of(CYPIONATE[0])
    assert relative_level(shape, [(-57.0, 80.0), (0.0, 80.0), (1.0, 80.0)], 10, 0.0, reach_half_lives=REACH) == 0
    assert relative_level(shape, [(-55.0, 80.0)], 10, 0.0, reach_half_lives=REACH) > 0


@given(shape=SHAPES, one=DOSES, other=DOSES, day=st.floats(-100, 100))
def test_superposition_is_linear(
    shape: Shape, one: list[tuple[float, float]], other: list[tuple[float, float]], day: float
) -> None:
    def level(doses: list[Dose], per_day: float = 10) -> float:
        return relative_level(shape, doses, per_day, day, reach_half_lives=REACH)

    assert level(sorted([*one, *other])) == pytest.approx(level(one) + level(other))
    assert level([(taken, 2 * amount) for taken, amount in one]) == pytest.approx(2 * level(one))
    assert level(one, per_day=20) == pytest.approx(level(one) / 2)


@given(doses=DOSES.filter(bool), days=st.lists(st.floats(-100, 100), min_size=1, max_size=20))
def test_a_curve_is_never_negative_and_its_band_holds_the_middle(doses: list[Dose], days: list[float]) -> None:
    points = relative_curve(CYPIONATE, doses, 10, days, reach_half_lives=REACH)
    assert [point.day for point in points] == days
    assert all(0 <= point.low <= point.middle <= point.high for point in points)


def test_a_curve_decays_to_nothing_after_the_last_dose() -> None:
    doses = [(float(-n * 7), 80.0) for n in range(10, -1, -1)]
    points = relative_curve(CYPIONATE, doses, 80 / 7, [4.0, 20.0, 40.0, 70.0], reach_half_lives=REACH)
    for earlier, later in pairwise(points):
        assert later.low < earlier.low or later.low == 0
        assert later.middle < earlier.middle or later.middle == 0
        assert later.high < earlier.high
    assert points[-1].high == 0


def test_the_band_of_one_published_figure_is_the_curve() -> None:
    (point,) = relative_curve(CYPIONATE[:1], [(-3.0, 80.0)], 10, [0.0], reach_half_lives=REACH)
    assert point.low == point.middle == point.high > 0
