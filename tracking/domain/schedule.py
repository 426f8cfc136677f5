"""How often a regimen repeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from tracking.domain.problems import Problem, problem

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What a schedule can be at all; whether a dose is sensible is for the rulebook.
LEAST_DAYS, MOST_DAYS = Decimal("0.25"), Decimal(400)
MOST_TIMES = 8
_FIELDS = {"every": {"kind", "days"}, "weekdays": {"kind", "days"}, "daily": {"kind", "times"}, "as_needed": {"kind"}}
ACCEPTED = (
    '{"kind": "every", "days": "3.5"}, {"kind": "weekdays", "days": ["mon", "thu"]}, {"kind": "daily", "times": 1} '
    'or {"kind": "as_needed"}'
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """``every`` so many days (3.5 is twice weekly), on ``weekdays``, so many ``times`` ``daily``, or ``as_needed``."""

    kind: str
    days: Decimal | None = None
    weekdays: tuple[str, ...] = ()
    times: int | None = None

    @property
    def doses_per_week(self) -> Fraction | None:
        """None where the schedule does not say (as needed)."""
        if self.kind == "every" and self.days:
            return Fraction(7) / Fraction(self.days)
        if self.kind == "weekdays":
            return Fraction(len(self.weekdays))
        if self.kind == "daily" and self.times:
            return Fraction(7 * self.times)
        return None

    @property
    def interval_hours(self) -> Decimal | None:
        """The nominal time between doses in hours: 84 for twice weekly. None for as needed."""
        per_week = self.doses_per_week
        return None if per_week is None else Decimal(168 * per_week.denominator) / Decimal(per_week.numerator)

    def hours_to_next(self, weekday: int) -> Decimal | None:
        """From a dose on a weekday (Monday is 0) to the next one due: 96 on Thursdays for Mon, Thu. None for as needed."""
        if self.kind != "weekdays":
            return self.interval_hours
        ahead = min((WEEKDAYS.index(named) - weekday - 1) % len(WEEKDAYS) + 1 for named in self.weekdays)
        return Decimal(24 * ahead)

    @property
    def longest_gap_hours(self) -> Decimal | None:
        """The longest time between two doses. None for as needed."""
        if self.kind != "weekdays":
            return self.interval_hours
        return max(gap for named in self.weekdays if (gap := self.hours_to_next(WEEKDAYS.index(named))) is not None)

    def as_dict(self) -> dict[str, Any]:
        if self.kind == "every":
            return {"kind": "every", "days": str(self.days)}
        if self.kind == "weekdays":
            return {"kind": "weekdays", "days": list(self.weekdays)}
        if self.kind == "daily":
            return {"kind": "daily", "times": self.times}
        return {"kind": "as_needed"}

    def __str__(self) -> str:
        if self.kind == "every":
            return "every day" if self.days == 1 else f"every {self.days} days"
        if self.kind == "weekdays":
            return "on " + ", ".join(day.capitalize() for day in self.weekdays)
        if self.kind == "daily":
            return "daily" if self.times == 1 else f"{self.times} times a day"
        return "as needed"


def parse_schedule(sent: object, *, pointer: str = "/schedule") -> Schedule:
    """Read the JSON form. Intervals from 0.25 to 400 days, up to 8 times a day; raises :class:`Problem` otherwise."""
    if not isinstance(sent, Mapping):
        raise _refused(pointer, sent)
    kind = sent.get("kind")
    if not isinstance(kind, str) or kind not in _READERS:
        raise _refused(f"{pointer}/kind", kind)
    for name in sent:
        if name not in _FIELDS[kind]:
            raise _refused(f"{pointer}/{name}", sent[name])
    return _READERS[kind](sent, pointer)


def _every(sent: Mapping[str, Any], pointer: str) -> Schedule:
    try:
        days = Decimal(str(sent.get("days")))
    except InvalidOperation:
        raise _refused(f"{pointer}/days", sent.get("days")) from None
    if not (days.is_finite() and LEAST_DAYS <= days <= MOST_DAYS):
        raise _refused(f"{pointer}/days", sent.get("days"))
    return Schedule("every", days=days)


def _weekdays(sent: Mapping[str, Any], pointer: str) -> Schedule:
    named = sent.get("days")
    if not isinstance(named, list) or not named or any(day not in WEEKDAYS for day in named):
        raise _refused(f"{pointer}/days", named)
    return Schedule("weekdays", weekdays=tuple(day for day in WEEKDAYS if day in named))


def _daily(sent: Mapping[str, Any], pointer: str) -> Schedule:
    times = sent.get("times", 1)
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MOST_TIMES:
        raise _refused(f"{pointer}/times", times)
    return Schedule("daily", times=times)


def _as_needed(_sent: Mapping[str, Any], _pointer: str) -> Schedule:
    return Schedule("as_needed")


_READERS = {"every": _every, "weekdays": _weekdays, "daily": _daily, "as_needed": _as_needed}


def _refused(pointer: str, received: object) -> Problem:
    return problem(
        pointer,
        "schedule-unreadable",
        "{received} is not a schedule. Accepted: {accepted}.",
        received=repr(received)[:60],
        accepted=ACCEPTED,
    )
