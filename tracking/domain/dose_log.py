"""What a dose log can be asked: whether it was kept without a break, and what it averages to a week (CLINICAL 9.9)."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tracking.domain.dosing import interval_hours, longest_gap_hours
from tracking.domain.exposure import Course
from tracking.domain.history import DoseRecord
from tracking.domain.in_order import NO_LOG
from tracking.domain.rulebook import RuleBook
from tracking.domain.spans import so_many_days
from tracking.domain.timeline import Timeline

_DAYS_A_WEEK = 7
_HOURS_A_DAY = 24


def doses_between(timeline: Timeline, course: Course, start: datetime, end: datetime) -> Sequence[DoseRecord]:
    """The doses of a course's drug taken from ``start`` to ``end``, both included, in order of time."""
    log = timeline.drug_logs.get(course.drug, NO_LOG)
    return log.taken[bisect_left(log.times, start) : bisect_right(log.times, end)]


def is_kept(timeline: Timeline, course: Course, start: datetime, end: datetime, *, gap_percent: int) -> bool:
    """Whether the log runs from before ``start`` until ``end`` without a silence of more than so much of the dosing interval.

    A dose recorded as skipped is no silence. False where the course has no interval.
    """
    hours = longest_gap_hours(course.schedule) if course.schedule is not None else None
    if hours is None:
        return False
    longest = timedelta(hours=float(hours * gap_percent / 100))
    taken, skipped = timeline.drug_logs.get(course.drug, NO_LOG).times, timeline.logs[course.drug_class].skipped
    first = start - longest
    marks = [*taken[bisect_left(taken, first) : bisect_right(taken, end)]]
    if skipped:
        marks = sorted([*marks, *skipped[bisect_left(skipped, first) : bisect_right(skipped, end)]])
    if not marks or marks[0] > start:
        return False
    return max([later - earlier for earlier, later in pairwise([*marks, end])]) <= longest


def logged_weekly(timeline: Timeline, course: Course, at: datetime, rulebook: RuleBook) -> Fraction | None:
    """The mean logged weekly dose in mg up to an instant; None unless the course was in force and logged over the whole window.

    The window holds a number of doses of the schedule in force, so that a long interval is not judged by one dose.
    """
    rule = rulebook.timing.log
    days = rulebook.monitoring.in_force.weekly_window_days
    hours = interval_hours(course.schedule) if course.schedule is not None else None
    if hours is not None:
        days = max(days, math.ceil(hours * rule.least_doses / _HOURS_A_DAY))
    start = at - so_many_days(days)
    if datetime.combine(course.starts_on, time(), UTC) > start:
        return None
    if hours is None and timeline.last_dose(course.drug_class, start) is None:
        return None
    if hours is not None and not is_kept(timeline, course, start, at, gap_percent=rule.silent_percent):
        return None
    amounts = [
        dose.amount_mg
        for dose in doses_between(timeline, course, start, at)
        if dose.taken.at > start and dose.amount_mg is not None
    ]
    if not amounts:
        return None
    numerator, denominator = sum(amounts, Decimal()).as_integer_ratio()
    return Fraction(numerator * _DAYS_A_WEEK, denominator * days)
