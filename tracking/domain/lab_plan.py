"""When estradiol and testosterone are to be drawn again (CLINICAL 9.4).

One walk through changes and draws in order of time. At any time one item decides: the recheck after the last change, else the
routine draw after the last usable one, else the repeat of one that could not be used. A change on the day of a draw comes after
it. A draw counts by the day it was drawn on, whenever it was entered: a back-dated one never answers a newer recheck.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from math import ceil
from operator import attrgetter

from tracking.domain.dosing import interval_hours
from tracking.domain.due import ANSWERED, LAB, NOT_USABLE, SUPERSEDED, DueItem, Window, asked
from tracking.domain.estradiol import ANALYTE, Reading
from tracking.domain.exposure import Change
from tracking.domain.history import IntervalOverride
from tracking.domain.months import months_after
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, Recheck, RuleBook, Tier
from tracking.domain.schedule import MOST_DAYS
from tracking.domain.spans import so_many_days
from tracking.domain.timeline import NO_DRAWS, Draw, Draws, Timeline
from tracking.domain.verdict import interval_months

TESTOSTERONE_TOTAL = "testosterone_total"
_HOURS_A_DAY = 24
_DAY = timedelta(days=1)
_ROUTINE = "routine"
_BOTH = (ANALYTE, TESTOSTERONE_TOTAL)
_CHANGED_ON = attrgetter("on")


def paired(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> Draw | None:
    """The testosterone that belongs to an estradiol: nearest in days within the limit, no change between them.

    Where the date is not known, only one of the very same moment: two rows of one draw.
    """
    on = draw.on
    if on is None:
        collected = draw.lab.reported.collected
        same = (d for d in timeline.draws.get(TESTOSTERONE_TOTAL, ()) if d.lab.reported.collected == collected)
        return next(same, None)
    within = rulebook.testosterone.pairing.days
    # In order of time, those of unknown date first: only the few near in days are looked at.
    drawn = timeline.draws.get(TESTOSTERONE_TOTAL, NO_DRAWS)
    first = bisect_left(drawn.days, on - so_many_days(within))
    near = drawn[first : bisect_right(drawn.days, on + so_many_days(within), lo=first)]
    if any(other.on != on for other in near):
        days = [change.on for change in timeline.exposure.changes]
        near = tuple(other for other in near if not any(_between(other.on, day, on) for day in days))
    return min(near, key=lambda d: (abs((d.on - on).days) if d.on else within, d.lab.key), default=None)


def _between(one: date | None, day: date, other: date) -> bool:
    """A change on the day of the earlier draw lies after it, one on the day of the later draw does not lie before it."""
    return one is not None and min(one, other) <= day < max(one, other)


@dataclass(slots=True)
class LabWalk:
    """Where the walk stands: ``main`` and ``sides`` are open, ``done`` closed; ``answered_on``: the days of what answered."""

    timeline: Timeline
    readings: Mapping[str, Reading]
    rulebook: RuleBook
    own: IntervalOverride | None
    done: list[DueItem] = field(default_factory=list)
    answered_on: list[date] = field(default_factory=list)
    main: DueItem | None = None
    sides: tuple[DueItem, ...] = ()

    def items(self) -> list[DueItem]:
        return [*self.done, *([self.main] if self.main is not None else []), *self.sides]

    def begin_with(self, draw: Draw, on: date) -> None:
        """Take the walk up with a draw that surely answered what was open."""
        self.answered_on.append(on)
        self.main = self._routine(draw, on)

    def change(self, change: Change) -> None:
        """A change closes what was open and starts a clock of its own."""
        drug = self.rulebook.drugs[change.drug]
        # A recheck that was still waiting for another drug to settle hands its earliest day on.
        waiting = self.main.earliest_on if self.main is not None and self.main.reason not in (_ROUTINE, "repeat") else None
        self._supersede(change.anchor)
        first, *others = drug.rechecks
        self.main = self._recheck(change, first, drug.id, waiting)
        if change.kind != "stop":
            self.sides = tuple(self._recheck(change, other, drug.id, None) for other in others)

    def draw(self, draw: Draw, on: date) -> None:
        """A draw of the day ``on`` answers what is open, usably or not, where it comes late enough."""
        if self.main is None:
            return
        other = paired(draw, self.timeline, self.rulebook)
        kept = []
        for side in self.sides:
            if on < side.earliest_on:
                kept.append(side)
            else:
                self.done.append(self._answer(side, draw, on, usable=self._usable(side, draw, other)))
        self.sides = tuple(kept)
        if on < self.main.earliest_on:
            return
        if self._usable(self.main, draw, other):
            self.done.append(self._answer(self.main, draw, on, usable=True))
            self.main = self._routine(draw, on)
        elif on >= self.main.opens_on or self.main.reason != _ROUTINE:
            # Before its window a routine draw may fail without a trace: the next one is still to come.
            self.done.append(self._answer(self.main, draw, on, usable=False))
            self.main = self._repeat(draw, on, self.main)

    def _usable(self, item: DueItem, draw: Draw, other: Draw | None) -> bool:
        if self.readings[draw.lab.key].tier is Tier.INDETERMINATE or not draw.dated:
            return False
        if TESTOSTERONE_TOTAL not in item.needs:
            return True
        return other is not None and other.on is not None and other.on >= item.earliest_on

    def _supersede(self, anchor: str) -> None:
        for item in (self.main, *self.sides):
            if item is not None:
                self.done.append(item.closed(SUPERSEDED, superseded_by=anchor))
        self.main, self.sides = None, ()

    def _answer(self, item: DueItem, draw: Draw, on: date, *, usable: bool) -> DueItem:
        if usable:
            self.answered_on.append(on)
        return item.closed(ANSWERED if usable else NOT_USABLE, answered_by=draw.lab.key)

    def _recheck(self, change: Change, recheck: Recheck, rule: str, waiting: date | None) -> DueItem:
        due, opens, earliest = _window(change, recheck, self.timeline)
        if waiting is not None and waiting > earliest:
            earliest = waiting
        due = max(due, earliest)
        name = "recheck" if recheck.name == "main" else recheck.name
        anchor = change.anchor if recheck.name == "main" else f"{change.anchor}:{recheck.name}"
        names = {"change": self.rulebook.words.change[change.kind], "drug": self.rulebook.drugs[change.drug].name}
        window = (min(opens, due), due, due + so_many_days(recheck.overdue_days - recheck.due_days), earliest)
        return self._item(rule, recheck.needs, anchor=anchor, reason=name, said={**names, "on": change.on}, window=window)

    def _routine(self, draw: Draw, on: date) -> DueItem | None:
        """The next draw while he is on something; after everything was stopped none."""
        if not (self._on(AROMATASE_INHIBITOR, on) or self._on(TESTOSTERONE, on)):
            return None
        rule = self.rulebook.monitoring.routine
        months = self.own.every_months if self.own else interval_months(on, self.timeline, self.rulebook)
        due = months_after(on, months)
        earliest = on + _DAY
        overdue = due + so_many_days(self.rulebook.monitoring.late.overdue_days)
        window = (max(due - so_many_days(rule.opens_before_days), earliest), due, overdue, earliest)
        said, anchor = {"months": months, "on": on}, f"after:{draw.lab.key}"
        return self._item(rule.id, _BOTH, anchor=anchor, reason=_ROUTINE, said=said, window=window, own=self.own)

    def _repeat(self, draw: Draw, on: date, failed: DueItem) -> DueItem:
        rule = self.rulebook.monitoring.repeat
        due = on + so_many_days(rule.due_days)
        window = (on + _DAY, due, due + so_many_days(self.rulebook.monitoring.late.overdue_days), on + _DAY)
        anchor = f"repeat:{draw.lab.key}"
        return self._item(rule.id, failed.needs, anchor=anchor, reason="repeat", said={"on": on}, window=window)

    def _on(self, drug_class: str, day: date) -> bool:
        return bool(self.timeline.exposure.on(drug_class, day))

    def _item(
        self,
        rule: str,
        needs: tuple[str, ...],
        *,
        anchor: str,
        reason: str,
        said: Mapping[str, object],
        window: Window,
        own: IntervalOverride | None = None,
    ) -> DueItem:
        of = asked(LAB, rule, self.rulebook, needs=needs)
        return DueItem(of, anchor, reason, said, *window, self.timeline.person.zone, own)


def walk_labs(
    timeline: Timeline,
    readings: Mapping[str, Reading],
    own: IntervalOverride | None,
    rulebook: RuleBook,
    *,
    whole: bool = True,
) -> LabWalk:
    """The walk up to today. ``own``: a prescriber's routine interval for this man.

    Not ``whole``: begun with the last draw that surely answered what was open before it, whatever that was. Then what is open
    is the same, and what was closed before that draw is left out.
    """
    walk = LabWalk(timeline, readings, rulebook, own)
    changes = timeline.exposure.changes_until(timeline.today)
    if not changes:
        return walk
    drawn = timeline.draws.get(ANALYTE, NO_DRAWS)
    first = None if whole else _sure_answer(drawn, changes, timeline, readings, rulebook)
    begun = number = 0
    if first is not None:
        on, begun = drawn.days[first], first + 1
        walk.begin_with(drawn[first], on)
        number = bisect_left(changes, on, key=_CHANGED_ON)
    draws = [(draw.on, draw) for draw in drawn[begun:] if draw.on is not None]
    # Of several on one day the readable one is taken first: it answers, and the others are then too early for the next.
    draws.sort(key=lambda dated: (dated[0], readings[dated[1].lab.key].tier is Tier.INDETERMINATE, dated[1].lab.key))
    for on, draw in draws:
        while number < len(changes) and changes[number].on < on:
            walk.change(changes[number])
            number += 1
        walk.draw(draw, on)
    for change in changes[number:]:
        walk.change(change)
    return walk


def _sure_answer(
    draws: Draws,
    changes: Sequence[Change],
    timeline: Timeline,
    readings: Mapping[str, Reading],
    rulebook: RuleBook,
) -> int | None:
    """The place of the last draw that answered, whatever was open; None where there is no such draw.

    It is alone on its day, readable, with the testosterone of that day, and late enough for every change before it.
    """
    for place in range(len(draws) - 1, -1, -1):
        draw, on = draws[place], draws.days[place]
        number = bisect_left(changes, on, key=_CHANGED_ON)
        if not number:
            return None
        # Looks beside the main one are answered each in its own time, and off everything nothing may have been open.
        if len(rulebook.drugs[changes[number - 1].drug].rechecks) > 1 or not _is_on(on, timeline):
            continue
        alone = all(not 0 <= near < len(draws) or draws.days[near] != on for near in (place - 1, place + 1))
        if alone and draw.dated and readings[draw.lab.key].tier is not Tier.INDETERMINATE:
            other = paired(draw, timeline, rulebook)
            if other is not None and other.on == on and _is_late_enough(on, changes[:number], timeline, rulebook):
                return place
    return None


def _is_late_enough(on: date, changes: Sequence[Change], timeline: Timeline, rulebook: RuleBook) -> bool:
    """Whether a draw comes late enough for each of the changes before it. Those so long ago that it must are not asked."""
    longest = so_many_days(_longest_wait(rulebook))
    for change in reversed(changes):
        if on - change.on > longest:
            break
        if on < _window(change, rulebook.drugs[change.drug].rechecks[0], timeline)[2]:
            return False
    return True


@lru_cache(maxsize=16)
def _longest_wait(rulebook: RuleBook) -> int:
    """Days after which a draw is late enough for any change: no interval between doses is longer, and no rule waits longer."""
    waits = [recheck.earliest_draw_days for drug in rulebook.drugs.values() for recheck in drug.rechecks]
    return max(ceil(MOST_DAYS), *waits)


def _is_on(day: date, timeline: Timeline) -> bool:
    """On an AI or testosterone since before a day."""
    return any(timeline.exposure.at_draw(drug_class, day) for drug_class in (AROMATASE_INHIBITOR, TESTOSTERONE))


def _window(change: Change, recheck: Recheck, timeline: Timeline) -> tuple[date, date, date]:
    """When the recheck after a change is due, from when on it is asked for, and the first day on which a draw answers it."""
    due_days = recheck.due_days
    if recheck.interval_end:
        due_days = _interval_days(change, timeline) or due_days
    due = change.on + so_many_days(due_days)
    opens = due - so_many_days(recheck.due_days - recheck.opens_days)
    return due, opens, opens if recheck.interval_end else change.on + so_many_days(recheck.earliest_draw_days)


def _interval_days(change: Change, timeline: Timeline) -> int | None:
    course = next((c for c in timeline.exposure.courses if c.anchor == change.anchor), None)
    hours = interval_hours(course.schedule) if course is not None and course.schedule is not None else None
    return None if hours is None else ceil(hours / _HOURS_A_DAY)
