"""The robust slope of one segment (CLINICAL 9.2): the Theil-Sen median of all slopes between two points, with Sen's band.

It says whether what was measured rose or fell. It predicts nothing, and it is never taken across a cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import sqrt
from statistics import NormalDist

from tracking.domain.estradiol import ANALYTE, Reading
from tracking.domain.months import months_after
from tracking.domain.reported import Value
from tracking.domain.rulebook import RuleBook, Tier
from tracking.domain.series.segments import Run
from tracking.domain.series.slopes import slopes_of
from tracking.domain.units import convert

_DAYS_A_YEAR = 365.25
_STEP = Decimal("0.01")
_EIGHTEEN = 18  # of the variance of Kendall's S, n (n - 1) (2 n + 5) / 18


@dataclass(frozen=True, slots=True)
class Trend:
    """Change per year in ``unit``: the slope and its band at ``confidence`` percent.

    ``direction``: rising or falling where the whole band is, else not_shown. ``left_out``: keys of results that have no part in
    it, because they are censored or cannot be read. ``unit`` is that of the results, or the canonical one where they differ.
    """

    per_year: Decimal
    low: Decimal
    high: Decimal
    unit: str
    confidence: Decimal
    points: int
    first_on: date
    last_on: date
    direction: str
    left_out: tuple[str, ...]


def trend_of(run: Run, readings: Mapping[str, Reading], rulebook: RuleBook) -> Trend | None:
    """None where there are too few points, or over too short a time."""
    rule = rulebook.series.trend
    if len(run.results) < rule.least_points:
        return None
    used = [result for result in run.results if is_plain(readings[result.key])]
    if len(used) < rule.least_points or months_after(used[0].on, rule.least_months) > used[-1].on:
        return None
    unit, step, values = _numbers([readings[result.key].value for result in used], rulebook)
    days = [result.on.toordinal() for result in used]
    slopes = slopes_of(days, values)
    low, high = _band(slopes, days, values, rule.confidence_percent)
    counted = {result.key for result in used}
    return Trend(
        per_year=_per_year(_median(slopes), step),
        low=_per_year(low, step),
        high=_per_year(high, step),
        unit=unit,
        confidence=rule.confidence_percent,
        points=len(used),
        first_on=used[0].on,
        last_on=used[-1].on,
        direction="rising" if low > 0 else "falling" if high < 0 else "not_shown",
        left_out=tuple(key for key in run.keys if key not in counted),
    )


def is_plain(reading: Reading) -> bool:
    """A number that can be placed: not censored, and not unreadable for another reason."""
    return not reading.value.comparator.censors and reading.tier is not Tier.INDETERMINATE


def _numbers(values: Sequence[Value], rulebook: RuleBook) -> tuple[str, Decimal, Sequence[float]]:
    """The values in one unit, as whole multiples of a step where all share their unit, so that differences are exact."""
    rule = rulebook.analytes[ANALYTE]
    if len({value.unit for value in values}) > 1:
        return rule.unit, Decimal(1), [float(convert(value.number, rule, value.unit, rule.unit)) for value in values]
    decimals = max(value.decimals for value in values)
    return values[0].unit, Decimal(1).scaleb(-decimals), [int(value.number.scaleb(decimals)) for value in values]


def _median(ordered: Sequence[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _band(slopes: Sequence[float], days: Sequence[int], values: Sequence[float], confidence: Decimal) -> tuple[float, float]:
    """Sen's band by rank, from the variance of Kendall's S with its corrections for ties."""
    variance = (_spread(len(days)) - sum(_spread(tied) for of in (days, values) for tied in Counter(of).values())) / _EIGHTEEN
    reach = _deviate(confidence) * sqrt(max(variance, 0))
    last = len(slopes) - 1
    low = max(round((len(slopes) - reach) / 2) - 1, 0)
    high = min(round((len(slopes) + reach) / 2), last)
    return slopes[min(low, last)], slopes[high]


def _spread(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)


@lru_cache(maxsize=8)
def _deviate(confidence: Decimal) -> float:
    """The standard normal deviate of a two-sided band."""
    return NormalDist().inv_cdf((1 + float(confidence) / 100) / 2)


def _per_year(per_day: float, step: Decimal) -> Decimal:
    return (Decimal(per_day * _DAYS_A_YEAR) * step).quantize(_STEP) + 0  # never a negative zero
