"""How many of the last days his estradiol is known, or only possibly, to have been below the floor (CLINICAL 9.2)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct

from tracking.domain.estradiol import LOW, Reading
from tracking.domain.in_order import Dated
from tracking.domain.rulebook import RuleBook, Tier
from tracking.domain.series.segments import Lane
from tracking.domain.spans import so_many_days

_UNKNOWN, _NOT_BELOW, _POSSIBLE, _KNOWN = range(4)


class DaysBelow(Struct, frozen=True):
    """The last ``window`` days, today not among them, each in one of four counts that sum up to the window.

    ``known``: both ends of the interval that a day lies in are below the floor. ``possible``: one end is, or an end cannot be
    read. ``not_below``: neither is. ``unknown``: the interval is too long, is cut, or is open.

    Of the window by which work is ranked: ``keys``, the results at the ends of its known intervals, and ``changes_on``, the
    days on which time alone makes its known days too few for a note or a finding, or takes one of those intervals out of it.
    """

    window: int
    known: int
    possible: int
    not_below: int
    unknown: int
    keys: tuple[str, ...] = ()
    changes_on: tuple[date, ...] = ()

    @property
    def at_most(self) -> int:
        return self.known + self.possible


class _Interval(NamedTuple):
    """Two neighbouring days of one run: from the first until before the other."""

    start: date
    end: date
    code: int
    keys: tuple[str, ...]


def days_below_of(
    lanes: Iterable[Lane], readings: Mapping[str, Reading], today: date, rulebook: RuleBook
) -> tuple[DaysBelow, ...]:
    """One count for each window. Where two assays speak for a day, the more specific one is heard.

    ``lanes``: the least specific assay first.
    """
    rule = rulebook.series.days_below
    widest = max(rule.windows)
    first = today - so_many_days(widest)
    days = bytearray(widest)
    intervals: list[_Interval] = []
    for lane in lanes:
        if lane.results[-1].on > first:
            for _, part in lane.parts(lane.from_before(first)):
                intervals += _intervals(part, readings, first, rule.longest_interval_days)
    for interval in intervals:
        start, end = max((interval.start - first).days, 0), (interval.end - first).days
        days[start:end] = bytes([interval.code]) * (end - start)
    return tuple(_counted(window, days, intervals, today, rulebook) for window in rule.windows)


def _intervals(part: Sequence[Dated], readings: Mapping[str, Reading], first: date, longest: int) -> Iterator[_Interval]:
    """Those that reach into the widest window and are short enough for their ends to speak for the days between."""
    if len(part) == 1:
        return
    ends: list[tuple[date, int, tuple[str, ...]]] = []
    for result in part:
        code = _says(readings[result.key].tier)
        if ends and ends[-1][0] == result.on:
            _, other, keys = ends[-1]
            ends[-1] = (result.on, max(code, other), (*keys, result.key))
        else:
            ends.append((result.on, code, (result.key,)))
    for (start, before, keys), (end, after, later) in pairwise(ends):
        if end > first and (end - start).days <= longest:
            yield _Interval(start, end, before if before == after else _POSSIBLE, keys + later)


def _says(tier: Tier) -> int:
    """What a result says of its day; of several on one day the worst counts, which is the highest code."""
    if tier in LOW:
        return _KNOWN
    return _POSSIBLE if tier is Tier.INDETERMINATE else _NOT_BELOW


def _counted(window: int, days: bytearray, intervals: list[_Interval], today: date, rulebook: RuleBook) -> DaysBelow:
    part = days[len(days) - window :]
    counts = (part.count(_KNOWN), part.count(_POSSIBLE), part.count(_NOT_BELOW), part.count(_UNKNOWN))
    rule = rulebook.series.days_below
    if window != rule.ranked_window:
        return DaysBelow(window, *counts)
    start = today - so_many_days(window)
    held = [interval for interval in intervals if interval.code == _KNOWN and interval.end > start]
    leaves = {interval.end + so_many_days(window) for interval in held}
    reached = [least for least in (rule.note_days, rule.finding_days) if counts[0] >= least]
    leaves |= {_passes(_nth_last(part, least), start, window) for least in reached}
    keys = dict.fromkeys(key for interval in held for key in interval.keys)
    return DaysBelow(window, *counts, keys=tuple(keys), changes_on=tuple(sorted(leaves)))


def _nth_last(days: bytearray, nth: int) -> int:
    """Where the nth known day from the end stands."""
    return bisect_right(range(len(days)), -nth, key=lambda place: -days.count(_KNOWN, place)) - 1


def _passes(place: int, start: date, window: int) -> date:
    """The first day on which the day at that place no longer lies in the window."""
    return start + so_many_days(place + window + 1)
