"""The doses that a regimen expects, as instants. Pure; docs/dosing.md and docs/adr/0031 say the rules for people.

A schedule is read on the calendar and on the clock of his wall, and becomes instants late. Each dose of the calendar is
expected exactly once: a time that a clock change skips or shows twice follows docs/adr/0021; two doses of one regimen never
stand at one instant, the later waits a minute; a local day that a zone skipped has no dose where the next day has one.
An expected dose is never taken for a dose that was taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from tracking.domain.history import Origin
from tracking.domain.months import months_after
from tracking.domain.pauses import Pause, stretches
from tracking.domain.rulebook import UsualTimesRule
from tracking.domain.schedule import WEEKDAYS, Schedule, clock
from tracking.domain.walltime import at_wall

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_MINUTES_A_DAY = 1440
_MONTHS_A_YEAR = 12
# How far back the walk begins, so that the first dose of a window knows whom it follows.
_LEAD = timedelta(days=2)
# Day, number of the day, time on the wall, place among the amounts.
Wall = tuple[date, int, time, int]


class PlanState(StrEnum):
    """How a version stands on a day."""

    PLANNED = "planned"
    IN_FORCE = "in_force"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of a regimen as far as it expects doses. ``dose`` and the amounts of ``schedule`` are in ``unit``.

    ``zone``: in which its wall-clock times are read, until he moves. ``stated_at``: when it was entered, whose zone that is,
    whenever it begins. ``strength``: of one tablet, where it is stated.
    """

    key: str
    drug: str
    dose: Decimal
    unit: str
    schedule: Schedule
    origin: Origin
    starts_on: date
    ends_on: date | None
    zone: str
    pauses: tuple[Pause, ...] = ()
    strength: Decimal | None = None
    stated_at: datetime | None = None

    def later(self, moves: Iterable[Move]) -> list[Move]:
        """The moves that its zone does not know of: since it began, or was entered if that was earlier."""
        began = at_wall(self.starts_on, time(), self.zone)
        since = began if self.stated_at is None else min(began, self.stated_at)
        return [move for move in moves if move.at > since]

    def state(self, day: date) -> PlanState:
        if day < self.starts_on:
            return PlanState.PLANNED
        if self.ends_on is not None and day >= self.ends_on:
            return PlanState.ENDED
        return PlanState.PAUSED if any(pause.holds(day) for pause in self.pauses) else PlanState.IN_FORCE

    def holds(self, day: date) -> bool:
        return self.state(day) is PlanState.IN_FORCE


@dataclass(frozen=True, slots=True)
class Move:
    """From the instant ``at`` on his clock is that of ``zone``."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One expected dose: the ``number`` (from 0) of its local ``day``.

    ``at`` is an instant in UTC; where the schedule states no time (``timed`` False) it only sorts the day, and the dose is due
    at any time of it. ``interval``: the nominal time to the next.
    """

    regimen: str
    drug: str
    day: date
    number: int
    at: datetime
    timed: bool
    amount: Decimal
    unit: str
    zone: str
    interval: timedelta

    @property
    def opens(self) -> datetime:
        """The first instant at which it is due."""
        return self.at if self.timed else min(self.at, at_wall(self.day, time(), self.zone))

    @property
    def closes(self) -> datetime:
        """The last instant at which it is due; the start of the next day where only the day is stated."""
        return self.at if self.timed else max(self.at, at_wall(self.day + _DAY, time(), self.zone))


def decisive(plans: Iterable[Plan]) -> list[Plan]:
    """Per drug his own statement before the prescription, where both are in force (CLINICAL 9.9)."""
    by_drug: dict[str, list[Plan]] = defaultdict(list)
    for plan in plans:
        by_drug[plan.drug].append(plan)
    found: list[Plan] = []
    for of_drug in by_drug.values():
        own = [plan for plan in of_drug if plan.origin is Origin.SELF]
        spoken = [Pause(s.starts_on, s.ends_on) for plan in own for s in stretches(plan.starts_on, plan.ends_on, plan.pauses)]
        found += own
        found += [replace(p, pauses=(*p.pauses, *spoken)) for p in of_drug if p.origin is not Origin.SELF]
    return found


def expected(plan: Plan, first: date, last: date, moves: Sequence[Move], rule: UsualTimesRule) -> Iterator[Slot]:
    """The doses of the local days ``first`` to ``last``, in order of time, strictly increasing. Nothing for as needed.

    ``moves``: in order of time. A dose before a move stands on the old clock, one after it on the new; one that the jump of the
    clock passes over stands at the move.
    """
    hours = plan.schedule.interval_hours
    if hours is None:
        return
    interval = timedelta(hours=float(hours))
    later = plan.later(moves)
    low = max(first - _LEAD, plan.starts_on)
    high = last if plan.ends_on is None else min(last, plan.ends_on - _DAY)
    previous: datetime | None = None
    for day, number, wall, place in _walls(plan, low, high, rule):
        if any(pause.holds(day) for pause in plan.pauses):
            continue
        at, zone = _instant(day, wall, plan.zone, later)
        if _never_was(day, at, zone) and _has_dose_on(plan.schedule, day + _DAY):
            continue
        if previous is not None and at <= previous:
            at = previous + _MINUTE
        previous = at
        if day >= first:
            amount = plan.schedule.amount(plan.dose, place)
            timed = bool(plan.schedule.at)
            yield Slot(plan.key, plan.drug, day, number, at, timed, amount, plan.unit, zone, interval)


def expected_between(
    plans: Iterable[Plan], start: datetime, end: datetime, moves: Sequence[Move], rule: UsualTimesRule
) -> list[Slot]:
    """The doses of several plans with ``start`` <= at < ``end``, in order of time. Only decisive ones count."""
    # No zone is further than a day from UTC.
    days = (start - _DAY).date(), (end + _DAY).date()
    slots = (slot for plan in decisive(plans) for slot in expected(plan, *days, moves, rule) if start <= slot.at < end)
    return sorted(slots, key=lambda slot: (slot.at, slot.drug, slot.regimen, slot.number))


def zone_on(plan: Plan, moves: Sequence[Move], day: date) -> str:
    """On which clock a version stands as a later day begins."""
    zone = plan.zone
    for move in plan.later(moves):
        if move.at <= at_wall(day, time(), zone):
            zone = move.zone
    return zone


def usual_times(count: int, rule: UsualTimesRule) -> tuple[time, ...]:
    """Times of day for so many doses where none is stated: evenly from the first to the last."""
    first, last = clock(rule.first), clock(rule.last)
    start = first.hour * 60 + first.minute
    span = last.hour * 60 + last.minute - start
    steps = max(1, count - 1)
    return tuple(time(*divmod(start + span * number // steps, 60)) for number in range(count))


def _walls(plan: Plan, low: date, high: date, rule: UsualTimesRule) -> Iterator[Wall]:
    """Every dose of the calendar, in order."""
    schedule = plan.schedule
    if schedule.kind == "every" and schedule.days is not None and schedule.days != schedule.days.to_integral_value():
        yield from _fractional(plan, schedule.days, low, high, rule)
        return
    times = tuple(clock(at) for at in schedule.at) or usual_times(schedule.doses_a_day, rule)
    for day in _days(plan, low, high):
        before = 0
        if schedule.kind == "weekdays":
            before = schedule.weekdays.index(WEEKDAYS[day.weekday()]) * len(times)
        for number, wall in enumerate(times):
            yield day, number, wall, before + number


def _days(plan: Plan, low: date, high: date) -> Iterator[date]:
    """The days of the calendar that have doses; counted from the day on which the version begins."""
    schedule = plan.schedule
    if schedule.kind == "monthly" and schedule.months:
        yield from _months(plan.starts_on, schedule.months, low, high)
        return
    step = int(schedule.days) if schedule.kind == "every" and schedule.days else 1
    day = plan.starts_on + timedelta(days=-(-(low - plan.starts_on).days // step) * step)
    while day <= high:
        if schedule.kind != "weekdays" or WEEKDAYS[day.weekday()] in schedule.weekdays:
            yield day
        day += timedelta(days=step)


def _months(anchor: date, months: int, low: date, high: date) -> Iterator[date]:
    """Every so many months from the anchor: the 31st is the last day of a shorter month, and the 31st again after it."""
    passed = (low.year - anchor.year) * _MONTHS_A_YEAR + low.month - anchor.month
    number = max(0, passed // months)
    while (day := months_after(anchor, months * number)) <= high:
        if day >= low:
            yield day
        number += 1


def _fractional(plan: Plan, days: Decimal, low: date, high: date, rule: UsualTimesRule) -> Iterator[Wall]:
    """Every 3.5 days and the like: counted on the wall from the first dose, to the minute."""
    first = clock(plan.schedule.at[0]) if plan.schedule.at else clock(rule.first)
    anchor = datetime.combine(plan.starts_on, first)
    number = max(0, int((low - plan.starts_on).days / days) - int(1 / days) - 1)
    day, count = None, 0
    while (wall := anchor + timedelta(minutes=int(number * days * _MINUTES_A_DAY))).date() <= high:
        count = count + 1 if wall.date() == day else 0
        day = wall.date()
        if day >= low:
            yield day, count, wall.time(), 0
        number += 1


def _instant(day: date, wall: time, zone: str, moves: Sequence[Move]) -> tuple[datetime, str]:
    at = at_wall(day, wall, zone)
    for move in moves:
        if at < move.at:
            break
        zone = move.zone
        at = max(at_wall(day, wall, zone), move.at)
    return at, zone


def _never_was(day: date, at: datetime, zone: str) -> bool:
    """Whether the zone skipped this day: Apia had no 30 December 2011."""
    if at.astimezone(ZoneInfo(zone)).date() <= day:
        return False
    return at_wall(day, time(), zone) >= at_wall(day + _DAY, time(), zone)


def _has_dose_on(schedule: Schedule, day: date) -> bool:
    """Whether the day after a dose has one too."""
    if schedule.kind == "weekdays":
        return WEEKDAYS[day.weekday()] in schedule.weekdays
    return schedule.kind == "daily" or (schedule.kind == "every" and schedule.days is not None and schedule.days <= 1)
