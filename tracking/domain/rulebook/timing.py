"""Rules on when in a dosing interval a sample was drawn (CLINICAL 9.3)."""

from __future__ import annotations

from dataclasses import dataclass

from tracking.domain.rulebook.base import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRule(Rule):
    """The parts of a dosing interval in percent of it; ``frequent_days``: of a shorter interval no phase is told."""

    early_percent: int
    late_percent: int
    trough_hours: int
    frequent_days: int


@dataclass(frozen=True, slots=True)
class TimingRules:
    phase: PhaseRule
