"""How often a regimen repeats, at which times, and how much where the doses differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from msgspec import Struct

from tracking.domain.months import months_after
from tracking.domain.problems import Problem, problem

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What a schedule can be at all; whether a dose is sensible is for the rulebook.
LEAST_DAYS, MOST_DAYS = Decimal("0.25"), Decimal(400)
MOST_TIMES = 8
MOST_MONTHS = 24
_FIELDS = {
    "every": {"kind", "days", "at", "amounts"},
    "weekdays": {"kind", "days", "at", "amounts"},
    "daily": {"kind", "times", "at", "amounts"},
    "monthly": {"kind", "months", "at", "amounts"},
    "as_needed": {"kind"},
}
ACCEPTED = (
    '{"kind": "every", "days": "3.5"}, {"kind": "weekdays", "days": ["mon", "thu"]}, {"kind": "daily", "times": 1}, '
    '{"kind": "monthly", "months": 1} or {"kind": "as_needed"}; besides, "at": ["08:00"] for the times of day, and '
    '"amounts": ["60", "40"], one for each dose of a day or of a week, where they differ'
)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_DAYS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)
_DAYS_A_WEEK = 7
_HOURS_A_DAY = 24
# Months in a week: the Gregorian calendar repeats after 400 years of 4800 months and 20871 weeks.
_MONTHS_A_WEEK = Fraction(4800, 20871)


class Schedule(Struct, frozen=True, cache_hash=True):
    """``every`` so many days (3.5 is twice weekly), on ``weekdays``, so many ``times`` ``daily``, every so many ``months`` by
    the calendar, or ``as_needed``.

    ``at``: times of day as on the clock of his wall (``08:00``), in order; empty where none is stated. ``amounts``: digits as
    typed, in the unit of the dose, where the doses differ; by day of the week, and within a day by time.
    """

    kind: str
    days: Decimal | None = None
    weekdays: tuple[str, ...] = ()
    times: int | None = None
    months: int | None = None
    at: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()

    @property
    def doses_a_day(self) -> int:
        """On a day that has any; 0 for as needed."""
        if self.kind == "as_needed":
            return 0
        return self.times if self.kind == "daily" and self.times else max(1, len(self.at))

    @property
    def doses_per_week(self) -> Fraction | None:
        """None where the schedule does not say (as needed)."""
        if self.kind == "every" and self.days:
            return Fraction(_DAYS_A_WEEK) * self.doses_a_day / Fraction(self.days)
        if self.kind == "weekdays":
            return Fraction(len(self.weekdays) * self.doses_a_day)
        if self.kind == "daily" and self.times:
            return Fraction(_DAYS_A_WEEK * self.times)
        if self.kind == "monthly" and self.months:
            return _MONTHS_A_WEEK * self.doses_a_day / self.months
        return None

    @property
    def interval_hours(self) -> Decimal | None:
        """The nominal time between doses in hours: 84 for twice weekly. None for as needed."""
        per_week = self.doses_per_week
        return None if per_week is None else Decimal(168 * per_week.denominator) / Decimal(per_week.numerator)

    def hours_to_next(self, weekday: int) -> Decimal | None:
        """From a dose on a weekday (Monday is 0) to the next one due: 96 on Thursdays for Mon, Thu. None for as needed."""
        if self.kind != "weekdays" or self.doses_a_day > 1:
            return self.interval_hours
        ahead = min((WEEKDAYS.index(named) - weekday - 1) % len(WEEKDAYS) + 1 for named in self.weekdays)
        return Decimal(_HOURS_A_DAY * ahead)

    @property
    def longest_gap_hours(self) -> Decimal | None:
        """The longest time between two doses. None for as needed."""
        if self.kind == "monthly" and self.months:
            return Decimal(_HOURS_A_DAY * _longest_months(self.months))
        if self.kind != "weekdays":
            return self.interval_hours
        return Decimal(_HOURS_A_DAY * max(_days_ahead(self.weekdays, WEEKDAYS.index(named)) for named in self.weekdays))

    def amount(self, dose: Decimal, number: int) -> Decimal:
        """The dose of this ``number`` (from 0) of the day, on ``weekdays`` of the week: ``dose``, unless they differ."""
        return Decimal(self.amounts[number]) if self.amounts else dose

    def weekly(self, dose: Decimal) -> Fraction | None:
        """What all doses of a week come to, exactly, in the unit of the dose. None for as needed."""
        per_week = self.doses_per_week
        if per_week is None:
            return None
        if not self.amounts:
            return Fraction(dose) * per_week
        return sum((Fraction(Decimal(amount)) for amount in self.amounts), Fraction()) * per_week / len(self.amounts)

    def as_dict(self) -> dict[str, Any]:
        said: dict[str, Any] = {"kind": self.kind}
        if self.kind == "every":
            said["days"] = str(self.days)
        elif self.kind == "weekdays":
            said["days"] = list(self.weekdays)
        elif self.kind == "daily":
            said["times"] = self.times
        elif self.kind == "monthly":
            said["months"] = self.months
        more = {"at": list(self.at), "amounts": list(self.amounts)}
        return said | {name: value for name, value in more.items() if value}

    def __str__(self) -> str:
        at = f" at {', '.join(self.at)}" if self.at else ""
        amounts = f" ({', '.join(self.amounts)})" if self.amounts else ""
        return f"{self._frequency}{at}{amounts}"

    @property
    def _frequency(self) -> str:
        if self.kind == "every":
            return "every day" if self.days == 1 else f"every {self.days} days"
        if self.kind == "weekdays":
            return "on " + ", ".join(day.capitalize() for day in self.weekdays)
        if self.kind == "daily":
            return "daily" if self.times == 1 else f"{self.times} times a day"
        if self.kind == "monthly":
            return "every month" if self.months == 1 else f"every {self.months} months"
        return "as needed"


def _days_ahead(weekdays: Sequence[str], weekday: int) -> int:
    return min((WEEKDAYS.index(named) - weekday - 1) % len(WEEKDAYS) + 1 for named in weekdays)


@cache
def _longest_months(months: int) -> int:
    """The most days that so many months can have, counted from an anchor on the 1st to the 31st over four years."""
    anchors = (date(2023, 1, day) for day in (1, 29, 30, 31))
    steps = ([months_after(anchor, months * number) for number in range(49)] for anchor in anchors)
    return max((later - earlier).days for days in steps for earlier, later in pairwise(days))


def parse_schedule(sent: object, *, pointer: str = "/schedule") -> Schedule:
    """Read the JSON form. Intervals from 0.25 to 400 days or 1 to 24 months, up to 8 times a day; raises :class:`Problem`
    otherwise.
    """
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
    written = str(sent.get("days"))
    if not _DAYS.fullmatch(written) or not LEAST_DAYS <= Decimal(written) <= MOST_DAYS:
        raise _refused(f"{pointer}/days", sent.get("days"))
    days = Decimal(written)
    at = _at(sent, pointer)
    if len(at) > 1 and days != days.to_integral_value():
        # 3.5 days after eight in the morning it is eight in the evening: a second time would have no meaning.
        raise _refused(f"{pointer}/at", sent["at"])
    return Schedule("every", days=days, at=at, amounts=_amounts(sent, pointer, max(1, len(at))))


def _weekdays(sent: Mapping[str, Any], pointer: str) -> Schedule:
    named = sent.get("days")
    if not isinstance(named, list) or not named or any(day not in WEEKDAYS for day in named):
        raise _refused(f"{pointer}/days", named)
    days = tuple(day for day in WEEKDAYS if day in named)
    at = _at(sent, pointer)
    times = max(1, len(at))
    amounts = _amounts(sent, pointer, len(named) * times)
    if amounts and len(named) > len(days):
        raise _refused(f"{pointer}/days", named)
    # Stored by day of the week, whichever order the days were sent in.
    by_day = {day: amounts[number * times : (number + 1) * times] for number, day in enumerate(named)}
    return Schedule("weekdays", weekdays=days, at=at, amounts=tuple(amount for day in days for amount in by_day[day]))


def _daily(sent: Mapping[str, Any], pointer: str) -> Schedule:
    at = _at(sent, pointer)
    times = sent.get("times", max(1, len(at)))
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MOST_TIMES:
        raise _refused(f"{pointer}/times", times)
    if at and len(at) != times:
        raise _refused(f"{pointer}/at", sent["at"])
    return Schedule("daily", times=times, at=at, amounts=_amounts(sent, pointer, times))


def _monthly(sent: Mapping[str, Any], pointer: str) -> Schedule:
    months = sent.get("months", 1)
    if isinstance(months, bool) or not isinstance(months, int) or not 1 <= months <= MOST_MONTHS:
        raise _refused(f"{pointer}/months", months)
    at = _at(sent, pointer)
    return Schedule("monthly", months=months, at=at, amounts=_amounts(sent, pointer, max(1, len(at))))


def _as_needed(_sent: Mapping[str, Any], _pointer: str) -> Schedule:
    return Schedule("as_needed")


_READERS = {"every": _every, "weekdays": _weekdays, "daily": _daily, "monthly": _monthly, "as_needed": _as_needed}


def _at(sent: Mapping[str, Any], pointer: str) -> tuple[str, ...]:
    """Times of day, different and in order. The order carries the amounts, so it is not mended silently."""
    given = sent.get("at", [])
    readable = isinstance(given, list) and all(isinstance(one, str) and _CLOCK.fullmatch(one) for one in given)
    if not readable or len(given) > MOST_TIMES or given != sorted(set(given)) or ("at" in sent and not given):
        raise _refused(f"{pointer}/at", given)
    return tuple(given)


def _amounts(sent: Mapping[str, Any], pointer: str, doses: int) -> tuple[str, ...]:
    """One amount for each of so many doses, digits as typed; none where they do not differ."""
    if "amounts" not in sent:
        return ()
    given = sent["amounts"]
    readable = isinstance(given, list) and all(isinstance(one, str) and _AMOUNT.fullmatch(one) for one in given)
    if not readable or len(given) != doses or any(Decimal(one) <= 0 for one in given):
        raise _refused(f"{pointer}/amounts", given)
    return tuple(given)


def clock(text: str) -> time:
    """``08:00`` as a time of day."""
    return time.fromisoformat(text)


def _refused(pointer: str, received: object) -> Problem:
    return problem(
        pointer,
        "schedule-unreadable",
        "{received} is not a schedule. Accepted: {accepted}.",
        received=repr(received)[:60],
        accepted=ACCEPTED,
    )
