"""For which time the log of one testosterone tells how he was dosed, and for which it does not.

Time that the log does not cover is unknown: no dose is assumed in it, and none is assumed to have been missed. What is unknown
stays so until the drug has come to its steady state again, because an unknown dose acts for that long.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from tracking.domain.exposure import Course
from tracking.domain.reported import Precision
from tracking.domain.rulebook import TESTOSTERONE, RuleBook
from tracking.domain.timeline import Timeline

_DATED = (Precision.MINUTE, Precision.DAY)


@dataclass(frozen=True, slots=True)
class Break:
    """Unknown time, from ``start`` until before ``end``, and why by its code."""

    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Courses of one drug without a day between them."""

    courses: tuple[Course, ...]
    start: datetime
    end: datetime
    has_ended: bool


def unknown_time(timeline: Timeline, drug: str, start: datetime, end: datetime, rulebook: RuleBook) -> tuple[Break, ...]:
    """The breaks between two instants, in order; they do not touch one another."""
    found = sorted(_breaks(timeline, drug, start, end, rulebook), key=lambda one: (one.start, one.end))
    merged: list[Break] = []
    for one in found:
        inside = replace(one, start=max(one.start, start), end=min(one.end, end))
        if inside.start >= inside.end:
            continue
        if merged and inside.start <= merged[-1].end:
            merged[-1] = replace(merged[-1], end=max(merged[-1].end, inside.end))
        else:
            merged.append(inside)
    return tuple(merged)


def _breaks(timeline: Timeline, drug: str, start: datetime, end: datetime, rulebook: RuleBook) -> Iterator[Break]:
    settles = timedelta(days=rulebook.drugs[drug].steady_state_days)
    stretches = tuple(_stretches(timeline, drug, end))
    yield from _of_others(timeline, drug, end, rulebook)
    if stretches:
        yield Break(start, stretches[0].start, "before_start")
    for dose in timeline.logs[TESTOSTERONE].taken:
        if dose.drug == drug and dose.taken.precision not in _DATED:
            yield Break(dose.taken.earliest or start, dose.taken.latest + settles, "dose_undated")
    marks = _marks(timeline, drug, end)
    for stretch in stretches:
        for course in stretch.courses:
            if _longest(course) is None:
                last = end if course.ends_on is None else timeline.start_of(course.ends_on)
                yield Break(timeline.start_of(course.starts_on), last + settles, "no_interval")
        first = bisect_left(marks, stretch.start)
        yield from _silences(timeline, stretch, marks[first : bisect_right(marks, stretch.end)], settles, rulebook)


def _of_others(timeline: Timeline, drug: str, end: datetime, rulebook: RuleBook) -> Iterator[Break]:
    """The time of every other testosterone, and until it has washed out."""
    for course in timeline.exposure.courses:
        if course.drug_class == TESTOSTERONE and course.drug != drug:
            last = end if course.ends_on is None else timeline.start_of(course.ends_on)
            washed_out = last + timedelta(days=rulebook.drugs[course.drug].steady_state_days)
            yield Break(timeline.start_of(course.starts_on), washed_out, "product_changed")


def _stretches(timeline: Timeline, drug: str, end: datetime) -> Iterator[_Stretch]:
    courses = sorted((c for c in timeline.exposure.courses if c.drug == drug), key=lambda c: c.starts_on)
    joined: list[Course] = []
    for course in courses:
        if joined and joined[-1].ends_on != course.starts_on:
            yield _stretch(timeline, joined, end)
            joined = []
        joined.append(course)
    if joined:
        yield _stretch(timeline, joined, end)


def _stretch(timeline: Timeline, courses: Sequence[Course], end: datetime) -> _Stretch:
    stopped = None if courses[-1].ends_on is None else timeline.start_of(courses[-1].ends_on)
    has_ended = stopped is not None and stopped <= end
    last = stopped if stopped is not None and has_ended else end
    return _Stretch(tuple(courses), timeline.start_of(courses[0].starts_on), last, has_ended)


def _marks(timeline: Timeline, drug: str, end: datetime) -> list[datetime]:
    """When the log says something: a dose taken, or one skipped, which is no silence."""
    taken = [d.taken.at for d in timeline.logs[TESTOSTERONE].taken if d.drug == drug and d.taken.precision in _DATED]
    return sorted(at for at in (*taken, *timeline.logs[TESTOSTERONE].skipped) if at <= end)


def _silences(
    timeline: Timeline, stretch: _Stretch, marks: Sequence[datetime], settles: timedelta, rulebook: RuleBook
) -> Iterator[Break]:
    """Where the log is silent for more than so much of the dosing interval: from when the next dose was due."""
    percent = rulebook.timing.curve.gap_percent
    ends = [*marks, stretch.end]
    for number, (earlier, later) in enumerate(pairwise([stretch.start, *ends])):
        longest = _longest(_course_at(timeline, stretch.courses, earlier))
        if longest is None or later - earlier <= longest * percent / 100:
            continue
        is_last = number == len(marks)
        due = earlier if number == 0 else earlier + longest
        yield Break(due, later if is_last and not stretch.has_ended else later + settles, "log_incomplete")


def _course_at(timeline: Timeline, courses: Iterable[Course], at: datetime) -> Course:
    day = at.astimezone(timeline.zone).date()
    *_, last = (course for course in courses if course.starts_on <= day)
    return last


def _longest(course: Course) -> timedelta | None:
    """The longest time between two doses by the schedule; None where it does not say."""
    hours = course.schedule.longest_gap_hours if course.schedule is not None else None
    return None if hours is None else timedelta(hours=float(hours))
