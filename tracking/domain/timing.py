"""When in a dosing interval a sample was drawn (CLINICAL 9.3). Shape and order only: no concentration is predicted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, RuleBook
from tracking.domain.timeline import Draw, Timeline

_HOURS_A_DAY = 24


class Phase(StrEnum):
    """A part of the dosing interval. NOT_TAKEN: no such drug was in force; FREQUENT: dosed too often to tell a phase."""

    NOT_TAKEN = "not_taken"
    UNKNOWN = "unknown"
    FREQUENT = "frequent"
    EARLY = "early"
    MID = "mid"
    LATE_INTERVAL = "late_interval"
    TROUGH = "trough"
    OVERDUE = "overdue"

    @property
    def is_known(self) -> bool:
        return self not in (Phase.NOT_TAKEN, Phase.UNKNOWN, Phase.FREQUENT)


@dataclass(frozen=True, slots=True)
class DrugTiming:
    """One class of drug at one draw. ``hours`` since the last dose and ``share`` of the interval in percent: None if unknown.

    ``settled``: drawn at steady state, as far as the record tells; None where no regimen or log says.
    """

    phase: Phase
    hours: Decimal | None = None
    interval_hours: Decimal | None = None
    share: Decimal | None = None
    settled: bool | None = None


@dataclass(frozen=True, slots=True)
class DrawTiming:
    """One draw against both drugs."""

    on: date | None
    ai: DrugTiming
    testosterone: DrugTiming


def timing_of(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> DrawTiming:
    """The phase of a draw from the logged doses and the schedule in force."""
    return DrawTiming(
        draw.on, _timing(AROMATASE_INHIBITOR, draw, timeline, rulebook), _timing(TESTOSTERONE, draw, timeline, rulebook)
    )


def _timing(drug_class: str, draw: Draw, timeline: Timeline, rulebook: RuleBook) -> DrugTiming:
    if draw.on is None:
        return DrugTiming(Phase.UNKNOWN)
    courses = timeline.exposure.at_draw(drug_class, draw.on)
    if not courses:
        return DrugTiming(Phase.NOT_TAKEN)
    intervals = {course.schedule.interval_hours for course in courses if course.schedule is not None}
    interval = intervals.pop() if len(intervals) == 1 else None
    hours = timeline.hours_since_dose(drug_class, draw, rulebook)
    if interval is None:
        return DrugTiming(Phase.UNKNOWN, hours)
    rule = rulebook.timing.phase
    if interval < rule.frequent_days * _HOURS_A_DAY:
        return DrugTiming(Phase.FREQUENT, hours, interval)
    if hours is None:
        return DrugTiming(Phase.UNKNOWN, None, interval)
    return DrugTiming(phase_at(hours, interval, rulebook), hours, interval, hours * 100 / interval)


def phase_at(hours: Decimal, interval: Decimal, rulebook: RuleBook) -> Phase:
    """The phase ``hours`` after a dose, where the next is due ``interval`` hours after it."""
    rule = rulebook.timing.phase
    if hours > interval:
        return Phase.OVERDUE
    if hours >= interval - rule.trough_hours:
        return Phase.TROUGH
    if hours * 100 < rule.early_percent * interval:
        return Phase.EARLY
    return Phase.MID if hours * 100 <= rule.late_percent * interval else Phase.LATE_INTERVAL
