"""Rules on the series of estradiol: what may be joined, and how long it has been low (CLINICAL 9.2)."""

from __future__ import annotations

from dataclasses import dataclass

from tracking.domain.rulebook.base import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysBelowRule(Rule):
    """Over which windows days below the floor are counted, and the longest interval that two results can speak for."""

    windows: tuple[int, ...]
    longest_interval_days: int


@dataclass(frozen=True, slots=True)
class SeriesRules:
    days_below: DaysBelowRule
