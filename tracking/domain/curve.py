"""The shape of a depot ester's curve (CLINICAL 6.3): what rises and falls between two injections, and when.

Shape only. Every figure here is a ratio to a mean of the same curve and has no unit: apparent clearance differs between men and
half-lives between sources, so no concentration of testosterone, and no estradiol, follows from it. Floats will do for that.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracking.domain.rulebook import Kinetics

# A day and an amount. Days run from any origin; amounts are in any unit, the same throughout.
Dose = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """A single dose rises at ``k_fast`` and falls at ``k_slow``, both a day, 0 < k_slow < k_fast. Its values have no unit."""

    k_slow: float
    k_fast: float

    def after(self, days: float) -> float:
        """So many days after one dose of one; 0 before it and at it."""
        return math.exp(-self.k_slow * days) - math.exp(-self.k_fast * days) if days > 0 else 0.0

    @property
    def area(self) -> float:
        """Under one dose of one: what a steady dose of one a day averages to."""
        return 1 / self.k_slow - 1 / self.k_fast

    @property
    def half_life(self) -> float:
        return math.log(2) / self.k_slow


@dataclass(frozen=True, slots=True)
class SteadyState:
    """One interval at steady state as ratios to its mean: at the peak, ``peak_days`` after a dose, midway and at the trough."""

    peak_days: float
    peak: float
    mid: float
    trough: float


@dataclass(frozen=True, slots=True)
class Point:
    """A curve on one day, as ratios to the steady mean. ``low`` and ``high``: by all published figures."""

    day: float
    low: float
    middle: float
    high: float


def shape_of(kinetics: Kinetics) -> Shape:
    return Shape(float(kinetics.k_slow), float(kinetics.k_fast))


def steady_level(shape: Shape, interval: float, since: float) -> float:
    """``since`` days (0 to ``interval``) after the last of equal doses every ``interval`` days, over the mean between doses."""
    slow = math.exp(-shape.k_slow * since) / -math.expm1(-shape.k_slow * interval)
    fast = math.exp(-shape.k_fast * since) / -math.expm1(-shape.k_fast * interval)
    return (slow - fast) * interval / shape.area


def steady_state(shape: Shape, interval: float) -> SteadyState:
    """Equal doses every ``interval`` days for long."""
    slow = shape.k_slow / -math.expm1(-shape.k_slow * interval)
    fast = shape.k_fast / -math.expm1(-shape.k_fast * interval)
    peak_days = math.log(fast / slow) / (shape.k_fast - shape.k_slow)
    peak, mid, trough = (steady_level(shape, interval, since) for since in (peak_days, interval / 2, interval))
    return SteadyState(peak_days, peak, mid, trough)


def relative_level(shape: Shape, doses: Sequence[Dose], per_day: float, day: float, *, reach_half_lives: int) -> float:
    """The sum of all doses on a day, over the steady mean of ``per_day`` a day.

    ``doses`` are in order of time. Those later than ``day``, or more than so many half-lives before it, add nothing.
    """
    first = bisect_left(doses, (day - reach_half_lives * shape.half_life,))
    last = bisect_left(doses, (day,))
    total = math.fsum(amount * shape.after(day - taken) for taken, amount in doses[first:last])
    return total / (per_day * shape.area)


def relative_curve(
    published: Sequence[Kinetics], doses: Sequence[Dose], per_day: float, days: Iterable[float], *, reach_half_lives: int
) -> tuple[Point, ...]:
    """A log as a curve to plot: the first of ``published`` as the middle, the spread of all of them as the band."""
    shapes = [shape_of(kinetics) for kinetics in published]
    points = []
    for day in days:
        levels = [relative_level(shape, doses, per_day, day, reach_half_lives=reach_half_lives) for shape in shapes]
        points.append(Point(day, min(levels), levels[0], max(levels)))
    return tuple(points)
