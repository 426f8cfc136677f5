"""The series of his estradiol: what may be joined, how long it was low, where laboratories disagree (CLINICAL 9.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from tracking.domain.estradiol import ANALYTE, LOW, Reading
from tracking.domain.rulebook import RuleBook
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.timing import DrawTiming


@dataclass(frozen=True, slots=True)
class DaysBelow:
    """Days below the floor among the last ``window`` days: surely, possibly besides, and days of which nothing is known."""

    window: int
    known: int
    possible: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Series:
    """``days_below`` by window."""

    days_below: tuple[DaysBelow, ...] = ()


def series_of(
    timeline: Timeline, readings: Mapping[str, Reading], _timings: Mapping[str, DrawTiming], rulebook: RuleBook
) -> Series:
    """Read all results in order of time."""
    rule = rulebook.series.days_below
    dated = [draw for draw in timeline.draws.get(ANALYTE, ()) if draw.dated]
    return Series(tuple(_days_below(window, dated, timeline, readings, rulebook) for window in rule.windows))


def _days_below(
    window: int, dated: list[Draw], timeline: Timeline, readings: Mapping[str, Reading], rulebook: RuleBook
) -> DaysBelow:
    start, known, covered = timeline.today - timedelta(days=window), 0, 0
    for one, other in pairwise(dated):
        if one.on is None or other.on is None or (other.on - one.on).days > rulebook.series.days_below.longest_interval_days:
            continue
        days = max(0, (other.on - max(one.on, start)).days)
        covered += days
        if all(readings[draw.lab.key].tier in LOW for draw in (one, other)):
            known += days
    return DaysBelow(window, known, 0, window - covered)
