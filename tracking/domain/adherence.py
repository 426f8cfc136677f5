"""How the log compares with what was expected, over any window. Pure; docs/dosing.md states the formula for people.

    adherence = expected doses that a dose logged as taken or late belongs to / expected doses

Extra doses do not count. A skipped one counts as expected and not taken; so does one that nothing was logged for, which is
told apart. Where nothing at all is logged there is no figure: silence is neither 0 % nor 100 %.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from tracking.domain.expected import Slot
from tracking.domain.history import DoseKind
from tracking.domain.rulebook import AdherenceRule
from tracking.domain.units import rounded

_DAY = timedelta(days=1)
_HUNDRED = 100
_ZERO = timedelta()
FORMULA = (
    "expected doses that a dose logged as taken or late belongs to, divided by expected doses; extra doses do not count; "
    "null where nothing is logged"
)


@dataclass(frozen=True, slots=True)
class Event:
    """One logged dose of a drug, from the ``first`` to the ``last`` instant that it can stand for.

    ``amount`` is in the drug's unit, None for a skipped one. ``name``: by which his phone knows it. ``is_dated``: known to the
    minute or the day.
    """

    key: str
    kind: DoseKind
    amount: Decimal | None
    first: datetime
    last: datetime
    day: date
    name: str = ""
    is_dated: bool = True

    @property
    def spread(self) -> timedelta:
        """How far it may lie from the middle of what it can stand for: half a day where only the day is known."""
        return (self.last - self.first) / 2


class LogState(StrEnum):
    """Whether there is a figure at all."""

    LOGGED = "logged"
    NOT_LOGGED = "not_logged"
    NOTHING_EXPECTED = "nothing_expected"


@dataclass(frozen=True, slots=True)
class Adherence:
    """One drug over one window. ``percent`` is None unless the state is ``logged``.

    ``by_regimen`` and ``by_log``: what the expected and the logged doses come to, in the drug's unit; None without any.
    ``unmatched``: logged as taken or late, and belonging to no expected dose. Doses of which the day is not known stand on
    the first that they can be.
    """

    state: LogState
    expected: int
    taken: int
    late: int
    skipped: int
    not_logged: int
    unmatched: int
    extra: int
    percent: Decimal | None
    by_regimen: Fraction | None
    by_log: Fraction | None


def match(slots: Sequence[Slot], events: Iterable[Event], rule: AdherenceRule) -> dict[int, Event]:
    """Which event belongs to which expected dose, by its place in ``slots`` (in order of time, of one drug).

    The nearest pairs first, each event and each dose once, and only within the reach of the rule. An event is no nearer to a
    dose than it is known itself, so that one without a time of day takes what the others leave. An event logged as late belongs
    to a dose before it, up to the next one; an extra one belongs to none, nor does one of which the day is not known.
    """
    starts = [slot.opens for slot in slots]
    reaches = _reaches(slots, rule)
    furthest = max((max(reach.early, reach.next) for reach in reaches), default=_ZERO) + 2 * _DAY
    pairs = []
    for event in events:
        if event.kind is DoseKind.EXTRA or not event.is_dated:
            continue
        low, high = bisect_left(starts, event.first - furthest), bisect_right(starts, event.last + furthest)
        for number in range(low, high):
            slot = slots[number]
            early, late = reaches[number].of(event.kind)
            ahead, behind = slot.opens - event.last, event.first - slot.closes
            if ahead > early or behind > late:
                continue
            # Of doses of one day without a time each stands for the whole day: their order decides.
            apart = max(ahead, behind, _ZERO)
            pairs.append((max(apart, event.spread), apart, event.first, number, event))
    found: dict[int, Event] = {}
    used: set[str] = set()
    for *_, number, event in sorted(pairs, key=lambda pair: (*pair[:4], pair[4].key)):
        if number not in found and event.key not in used:
            found[number] = event
            used.add(event.key)
    return found


def adherence(
    slots: Sequence[Slot], events: Sequence[Event], window: tuple[date, date], now: datetime, rule: AdherenceRule
) -> Adherence:
    """One drug over the local days of ``window``, both included.

    ``slots`` and ``events`` reach beyond it by the rule's ``most_days``, so that a dose near an end finds its own. A dose that
    is still to come, or whose day is not over, is expected only once something was logged for it.
    """
    first, last = window
    matched = match(slots, events, rule)
    due = [n for n, slot in enumerate(slots) if first <= slot.day <= last and (n in matched or slot.closes <= now)]
    logged = [event for event in events if first <= event.day <= last]
    answers = [matched[number].kind for number in due if number in matched]
    answered = {event.key for event in matched.values()}
    loose = [e for e in logged if e.kind in (DoseKind.TAKEN, DoseKind.LATE) and e.key not in answered]
    taken, late = answers.count(DoseKind.TAKEN), answers.count(DoseKind.LATE)
    state = LogState.LOGGED if answers or any(event.is_dated for event in logged) else LogState.NOT_LOGGED
    state = state if due else LogState.NOTHING_EXPECTED
    amounts = [Fraction(event.amount) for event in logged if event.amount is not None]
    return Adherence(
        state=state,
        expected=len(due),
        taken=taken,
        late=late,
        skipped=answers.count(DoseKind.SKIPPED),
        not_logged=len(due) - len(answers),
        unmatched=len(loose),
        extra=sum(event.kind is DoseKind.EXTRA for event in logged),
        percent=rounded(Fraction(_HUNDRED * (taken + late), len(due)), 1) if state is LogState.LOGGED else None,
        by_regimen=sum((Fraction(slots[number].amount) for number in due), Fraction()) if due else None,
        by_log=sum(amounts, Fraction()) if logged else None,
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """How early and how late an event may be for one dose, and how far off the next dose is; none above the rule's most."""

    early: timedelta
    late: timedelta
    next: timedelta

    def of(self, kind: DoseKind) -> tuple[timedelta, timedelta]:
        return (_ZERO, self.next) if kind is DoseKind.LATE else (self.early, self.late)


def _reaches(slots: Sequence[Slot], rule: AdherenceRule) -> list[_Reach]:
    """Of each dose, by the time to the dose before and after it."""
    most = timedelta(days=rule.most_days)
    gaps = [later.at - earlier.at for earlier, later in pairwise(slots)]
    found = []
    for number, slot in enumerate(slots):
        before = gaps[number - 1] if number else slot.interval
        after = gaps[number] if number < len(gaps) else slot.interval
        early, late = (min(gap * rule.reach_percent / _HUNDRED, most) for gap in (before, after))
        found.append(_Reach(early, late, min(after, most)))
    return found
