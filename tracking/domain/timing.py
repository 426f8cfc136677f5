"""When in a dosing interval a sample was drawn, and whether what he takes had settled (CLINICAL 9.3, 6.3).

Order in time only: no concentration is predicted. Logged doses say when; a schedule alone never tells hours. What is worked out
here is cheap and asked for every draw; :mod:`tracking.domain.draw_curve` tells the rest of the draw that a verdict rests on.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracking.domain.dosing import interval_hours, longest_gap_hours
from tracking.domain.exposure import Change
from tracking.domain.history import DoseRecord
from tracking.domain.reported import Moment
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, RuleBook
from tracking.domain.schedule import Schedule
from tracking.domain.spans import so_many_days
from tracking.domain.timeline import Draw, Timeline

_HOURS_A_DAY = 24
_MINUTES_AN_HOUR = 60
_MINUTE = timedelta(minutes=1)
_TENTH = Decimal("0.1")
_ON = attrgetter("on")


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
        return self not in _NOT_TOLD


_NOT_TOLD = frozenset({Phase.NOT_TAKEN, Phase.UNKNOWN, Phase.FREQUENT})


class LevelAtDraw(Struct, frozen=True):
    """How the curve of an ester stood at a draw (CLINICAL 6.3): a shape, not a concentration, and without a unit.

    ``relative``: the level over the mean between doses at the steady state of the regimen in force, with ``low`` and ``high``
    by all published half-lives; None where it is not told, and ``why`` says why. ``near_peak``: within the window about the
    peak; None where hours or interval are unknown or the phase is not distinguished. ``ester`` is empty without a curve.
    """

    ester: str = ""
    vehicle: str = ""
    relative: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    near_peak: bool | None = None
    why: str = ""


class DrawAdvice(Struct, frozen=True):
    """When a draw of this product is best taken (CLINICAL 4.2), and whether this one ``met`` it; None where not known."""

    when: str
    met: bool | None


class DrugTiming(Struct, frozen=True):
    """One class of drug at one draw. ``hours`` since the last dose and ``share`` of the interval in percent: None if unknown.

    ``interval_hours`` is the time to the next dose by the schedule in force: 84 for twice weekly, and for weekdays the gap that
    the last dose opened. ``share`` is rounded up to a tenth, so that it lies above a whole percentage wherever the hours do. A
    ``phase`` can be known by dates alone, without hours. ``settled``: drawn at steady state, as far as the record tells; None
    where no regimen or log says. ``level`` and ``advice`` are told of testosterone at the draw a verdict rests on.
    """

    phase: Phase
    hours: Decimal | None = None
    interval_hours: Decimal | None = None
    share: Decimal | None = None
    settled: bool | None = None
    level: LevelAtDraw | None = None
    advice: DrawAdvice | None = None


class DrawTiming(Struct, frozen=True):
    """One draw against both drugs. ``said`` and ``rules``: in words and by which rules, of the draw a verdict rests on."""

    on: date | None
    ai: DrugTiming
    testosterone: DrugTiming
    said: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def is_unsettled(self) -> bool:
        """Drawn after a change of either drug, before what was changed had settled."""
        return self.ai.settled is False or self.testosterone.settled is False


def timing_of(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> DrawTiming:
    """The phase of a draw from the logged doses and the schedule in force."""
    return DrawTiming(
        draw.on, _timing(AROMATASE_INHIBITOR, draw, timeline, rulebook), _timing(TESTOSTERONE, draw, timeline, rulebook)
    )


def ever_tells_phase(timeline: Timeline, rulebook: RuleBook) -> bool:
    """Whether a phase can be known of any draw at all: something was ever to be taken that is not always dosed often."""
    return any(
        course.schedule is not None and not _is_frequent(course.schedule, rulebook)
        for drug_class in (AROMATASE_INHIBITOR, TESTOSTERONE)
        for course in timeline.exposure.of(drug_class)
    )


def can_tell_phase(day: date, timeline: Timeline, rulebook: RuleBook) -> bool:
    """Whether a phase can be known of a draw on ``day``, by what was in force: one product, not always dosed often."""
    for drug_class in (AROMATASE_INHIBITOR, TESTOSTERONE):
        courses = timeline.exposure.at_draw(drug_class, day)
        if len(courses) == 1 and courses[0].schedule is not None and not _is_frequent(courses[0].schedule, rulebook):
            return True
    return False


def phase_at(hours: Decimal, interval: Decimal, rulebook: RuleBook) -> Phase:
    """The phase ``hours`` (0 or more) after a dose, where the next is due ``interval`` hours after it."""
    if interval < rulebook.timing.phase.frequent_days * _HOURS_A_DAY:
        return Phase.FREQUENT
    return _part(hours, interval, rulebook)


def _part(hours: Decimal, interval: Decimal, rulebook: RuleBook) -> Phase:
    """The part of an interval that is long enough to tell parts of it apart."""
    rule = rulebook.timing.phase
    if hours > interval:
        return Phase.OVERDUE
    if hours >= interval - rule.trough_hours:
        return Phase.TROUGH
    if hours * 100 < rule.early_percent * interval:
        return Phase.EARLY
    return Phase.MID if hours * 100 <= rule.late_percent * interval else Phase.LATE_INTERVAL


def _timing(drug_class: str, draw: Draw, timeline: Timeline, rulebook: RuleBook) -> DrugTiming:
    if draw.on is None:
        return DrugTiming(Phase.UNKNOWN)
    courses = timeline.exposure.at_draw(drug_class, draw.on)
    settled = _settled(drug_class, draw.on, timeline, rulebook, taken=bool(courses))
    if not courses:
        return DrugTiming(Phase.NOT_TAKEN, settled=settled)
    schedules = [course.schedule for course in courses if course.schedule is not None]
    # Two products in force at once have no one interval; both of them dosed often, they still have no phase.
    nominal = interval_hours(schedules[0]) if len(schedules) == len(courses) == 1 else None
    dose = _last_dose(drug_class, courses[0].drug, draw, timeline, rulebook) if nominal is not None else None
    if nominal is None or dose is None:
        hours = timeline.hours_since_dose(drug_class, draw, rulebook)
        frequent = len(schedules) == len(courses) and all(_is_frequent(schedule, rulebook) for schedule in schedules)
        return DrugTiming(Phase.FREQUENT if frequent else Phase.UNKNOWN, hours, nominal, settled=settled)
    interval = _opened(schedules[0], nominal, dose)
    frequent = _is_frequent(schedules[0], rulebook)
    due = interval if frequent else _lived(dose.taken, interval)
    # By the schedule, not by the clock: five days are five days in the week in which an hour is lost.
    often = frequent or interval < rulebook.timing.phase.frequent_days * _HOURS_A_DAY
    collected = draw.lab.reported.collected
    if not (collected.has_time and dose.taken.has_time):
        phases = {Phase.FREQUENT if often else _part(end, due, rulebook) for end in _bounds(dose.taken, collected)}
        return DrugTiming(phases.pop() if len(phases) == 1 else Phase.UNKNOWN, None, interval, settled=settled)
    exact = _hours(collected.at - dose.taken.at)
    share = (exact * 100 / due).quantize(_TENTH, ROUND_CEILING)
    phase = Phase.FREQUENT if often else _part(exact, due, rulebook)
    return DrugTiming(phase, exact.quantize(_TENTH), interval, share, settled)


@lru_cache(maxsize=1024)
def _is_frequent(schedule: Schedule, rulebook: RuleBook) -> bool:
    """Dosed so often that no phase is told, whichever dose was the last. It belongs to the schedule and not to a man."""
    longest = longest_gap_hours(schedule)
    return longest is not None and 0 < longest < rulebook.timing.phase.frequent_days * _HOURS_A_DAY


def _last_dose(drug_class: str, drug: str, draw: Draw, timeline: Timeline, rulebook: RuleBook) -> DoseRecord | None:
    """The last dose before a draw, where it is sure which one that was and it was of the drug in force."""
    collected = draw.lab.reported.collected
    dose = timeline.last_dose(drug_class, collected.latest)
    if dose is None or dose.drug != drug or collected.earliest is None or dose.taken.earliest is None:
        return None
    both_timed = collected.has_time and dose.taken.has_time
    # Without a time of day, a dose on the day of the draw may have come before it or after it.
    if not both_timed and dose.taken.latest > collected.earliest:
        return None
    reach = so_many_days(rulebook.drugs[drug].logged_days)
    return dose if collected.latest - dose.taken.earliest <= reach else None


def _opened(schedule: Schedule, nominal: Decimal, dose: DoseRecord) -> Decimal:
    """Hours to the next dose by the schedule, from one taken."""
    if len(schedule.weekdays) <= 1:
        return nominal
    return schedule.hours_to_next(dose.taken.local.weekday()) or nominal


def _lived(taken: Moment, interval: Decimal) -> Decimal:
    """The hours from a dose until the next is due by the clock on his wall: across a change of the clock one more or less."""
    local = taken.local
    due = (local.replace(tzinfo=None) + timedelta(hours=float(interval))).replace(tzinfo=ZoneInfo(taken.zone))
    start, end = local.utcoffset(), due.utcoffset()
    return interval if start is None or end is None or start == end else interval + _hours(start - end)


def _bounds(taken: Moment, collected: Moment) -> tuple[Decimal, Decimal]:
    """The fewest and the most hours that can lie between, where one of the two is known to the day only."""
    return _hours(collected.at - taken.latest), _hours(collected.latest - taken.at)


def _hours(span: timedelta) -> Decimal:
    return Decimal(span // _MINUTE) / _MINUTES_AN_HOUR


def _settled(drug_class: str, on: date, timeline: Timeline, rulebook: RuleBook, *, taken: bool) -> bool | None:
    """Whether every change of the class before a draw had had its time. None where nothing was ever recorded of it."""
    changes = timeline.exposure.changes
    longest = _longest_settling(rulebook)
    known = taken
    for change in reversed(changes[: bisect_left(changes, on, key=_ON)]):
        passed = (on - change.on).days
        if known and passed >= longest:
            break
        if change.drug_class != drug_class:
            continue
        known = True
        if passed < max(_settles(drug, rulebook) for drug in _changed(change, timeline)):
            return False
    return True if known else None


def _changed(change: Change, timeline: Timeline) -> set[str]:
    """The drug of a change, and those of its class that ended with it: what he leaves has to wash out as well."""
    ended = (course.drug for course in timeline.exposure.of(change.drug_class) if course.ends_on == change.on)
    return {change.drug, *ended}


def _settles(drug: str, rulebook: RuleBook) -> int:
    """Days from a change until a draw shows it; of an AI not before the recheck may be drawn."""
    rule = rulebook.drugs[drug]
    if rule.drug_class == AROMATASE_INHIBITOR and rule.rechecks:
        return max(rule.steady_state_days, rule.rechecks[0].earliest_draw_days)
    return rule.steady_state_days


@lru_cache(maxsize=16)
def _longest_settling(rulebook: RuleBook) -> int:
    return max(_settles(drug, rulebook) for drug in rulebook.drugs)
