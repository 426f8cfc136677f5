"""Rules on when to look again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tracking.domain.rulebook.base import AnalyteThresholdRule, Priority, Rule


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
class PlanRule(Rule):
    """One kind of monitoring by laboratory or cuff, planned while he is on ``drug_class``. Zero months: no such interval.

    ``any_of``: one of the ``analytes`` answers, else all of one day. A result up to ``baseline_months`` before the start is a
    baseline. ``first_months`` counts from the start, ``interval_months`` from each result that answers. A result from
    ``opens_before_days`` before the due date on answers. ``ride_days``: how much later it may be, to go with the next
    estradiol. ``followed_only``: planned only where a clinician set an interval for this man. ``least_age``: from that age on.
    """

    name: str
    analytes: tuple[str, ...]
    drug_class: str
    baseline_months: int
    baseline_overdue_days: int
    opens_before_days: int
    overdue_days: int
    ride_days: int
    interval_months: int = 0
    first_months: int = 0
    least_age: int = 0
    any_of: bool = False
    followed_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LowAgainRule(AnalyteThresholdRule):
    """While the result of an analyte is below the value, the plan of this ``kind`` comes back every so many months."""

    kind: str
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainRule(Rule):
    """PTH again, due so many days after a calcium outside the laboratory's range (or ``low`` to ``high``), or a bone loss."""

    analyte: str
    unit: str
    low: Decimal
    high: Decimal
    due_days: int
    overdue_days: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """Months; both ends are allowed."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalBoundsRule(Rule):
    """Between how many months a prescriber may set the interval of a kind for one man, and for how many months at most.

    A kind without an entry is not his to set.
    """

    kinds: Mapping[str, Bounds]
    most_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AiReviewRule(Rule):
    """The planned review of an AI comes at most so many months after the start of the regimen."""

    most_months: int
    opens_before_days: int
    overdue_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectionRule(Rule):
    """A bone drug that is injected at long intervals, all counted from the last injection that is on record.

    ``same_dose_days``: two entries closer than this are one injection entered twice. ``labs`` are drawn between the time to
    arrange and the injection, due ``labs_due_days`` before it.
    """

    drug: str
    interval_months: int
    arrange_months: int
    overdue_days: int
    same_dose_days: int
    labs: tuple[str, ...]
    labs_due_days: int
    time_critical: bool
    priority: Priority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectionDelayRule(Rule):
    """Days after the due date from which a late injection is urgent, very urgent, and a long delay; what may follow it."""

    late_days: int
    very_late_days: int
    long_days: int
    follow_on: tuple[str, ...]


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
    vitamin_d_low: LowAgainRule
    pth_again: AgainRule
    interval_bounds: IntervalBoundsRule
    ai_review: AiReviewRule
    denosumab: InjectionRule
    zoledronate: InjectionRule
    denosumab_delay: InjectionDelayRule
    plan: Mapping[str, PlanRule]
