"""Rules on when to look again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracking.domain.rulebook.base import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutineRule(Rule):
    """How often without a change, in months: on an AI in its first ``first_months``, later, and without an AI."""

    first_months: int
    interval_first: int
    interval_later: int
    interval_off_ai: int
    opens_before_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRule(Rule):
    """How many days after the due date something is overdue."""

    overdue_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRule(Rule):
    """A result that could not be used is repeated within so many days."""

    due_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindRule(Rule):
    """How long on an AI without a current evaluable estradiol is too long."""

    days_after_change: int
    months_first_year: int
    months_later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InForceRule(Rule):
    """How regimens and logged doses are read.

    ``gap_days``: a shorter pause does not begin a new exposure. ``weekly_window_days``: what logged doses are averaged over.
    """

    gap_days: int
    weekly_window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DexaBaselineRule(Rule):
    """Which scan is a baseline, relative to the start of the AI, and from when it is overdue."""

    months_before: int
    months_after: int
    overdue_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DexaFollowUpRule(Rule):
    """The first follow-up after AI start, the later interval, and that at high risk, all in months."""

    first_months: int
    interval: int
    interval_high_risk: int
    opens_before_days: int
    risk_factors_for_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DexaAfterStopRule(Rule):
    """One scan between these months after an AI was stopped, where he was ever below the floor."""

    from_months: int
    until_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendRule(Rule):
    """A due date of this kind that moves by more than ``days`` is announced again."""

    days: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalBoundsRule(Rule):
    """Which intervals a prescriber may choose, in months by kind, both ends allowed, and for how many months at most."""

    least: Mapping[str, int]
    most: Mapping[str, int]
    most_months: int


@dataclass(frozen=True, slots=True)
class MonitoringRules:
    routine: RoutineRule
    late: LateRule
    repeat: RepeatRule
    blind: BlindRule
    in_force: InForceRule
    dexa_baseline: DexaBaselineRule
    dexa_follow_up: DexaFollowUpRule
    dexa_after_stop: DexaAfterStopRule
    resend: ResendRule
    interval_bounds: IntervalBoundsRule
