"""Dates in a search: prefixes and precisions as FHIR R4 has them (http://hl7.org/fhir/R4/search.html#date)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from tracking.domain.problems import Problem, problem

__all__ = ["ENDS", "STARTS", "Span", "read_date"]

# The names under which rows carry the span that a date of theirs stands for: from ``STARTS`` until before ``ENDS``.
STARTS, ENDS = "fhir_starts", "fhir_ends"
_FORM = re.compile(
    r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb|ap)?"
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?",
    re.ASCII,
)
_YEARS = range(1900, 2200)
_SPANS = {"year": relativedelta(years=1), "month": relativedelta(months=1), "day": relativedelta(days=1)}
_ACCEPTED = "2026, 2026-03, 2026-03-04 or 2026-03-04T08:10:00+01:00, with eq, ne, gt, lt, ge, le, sa, eb or ap before it"
_APPROXIMATELY = 10  # as FHIR recommends: a tenth of the time between then and now, either way


@dataclass(frozen=True, slots=True)
class Span:
    """What a date in a search stands for, from ``starts`` until before ``ends``, and how rows are held against it."""

    prefix: str
    starts: datetime
    ends: datetime

    def q(self, now: datetime, starts: str = STARTS, ends: str = ENDS) -> Q:
        """Rows that fit, by the columns of their own span. Those without a date never do."""
        inside = Q(**{f"{starts}__gte": self.starts, f"{ends}__lte": self.ends})
        later, earlier = Q(**{f"{ends}__gt": self.ends}), Q(**{f"{starts}__lt": self.starts})
        slack = abs(now - self.starts) / _APPROXIMATELY
        fits = {
            "eq": inside,
            "ne": ~inside,
            "gt": later,
            "lt": earlier,
            "ge": later | inside,
            "le": earlier | inside,
            "sa": Q(**{f"{starts}__gte": self.ends}),
            "eb": Q(**{f"{ends}__lte": self.starts}),
            "ap": Q(**{f"{starts}__lt": self.ends + slack, f"{ends}__gt": self.starts - slack}),
        }[self.prefix]
        return Q(**{f"{starts}__isnull": False}) & fits


def read_date(sent: str, zone: str, *, name: str) -> Span:
    """A date of a search; what carries no offset is in ``zone``. Raises :class:`Problem` (``?name``)."""
    # A plus sign that was not percent-encoded arrives as a blank.
    match = _FORM.fullmatch(sent.replace(" ", "+"))
    if match is None:
        raise _unreadable(name, sent)
    numbers = {unit: int(match[unit]) for unit in ("year", "month", "day", "hour", "minute", "second") if match[unit]}
    finest = "fraction" if match["fraction"] else list(numbers)[-1]
    micro = int((match["fraction"] or "").ljust(6, "0"))
    try:
        starts = datetime(**({"month": 1, "day": 1} | numbers), microsecond=micro, tzinfo=_zone(match["offset"], zone))
        ends = _end(starts, finest, match["fraction"] or "")
    except ValueError:
        raise _unreadable(name, sent) from None
    if starts.year not in _YEARS:
        raise _unreadable(name, sent)
    return Span(match["prefix"] or "eq", starts.astimezone(UTC), ends.astimezone(UTC))


def _zone(offset: str | None, zone: str) -> ZoneInfo | timezone:
    if not offset:
        return ZoneInfo(zone)
    if offset == "Z":
        return UTC
    away = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return timezone(-away if offset[0] == "-" else away)


def _end(starts: datetime, finest: str, fraction: str) -> datetime:
    if finest in _SPANS:
        # On the clock of his wall: a day has 23 or 25 hours twice a year.
        return starts + _SPANS[finest]
    span = {
        "hour": timedelta(hours=1),
        "minute": timedelta(minutes=1),
        "second": timedelta(seconds=1),
        "fraction": timedelta(microseconds=10 ** (6 - len(fraction))),
    }[finest]
    return (starts.astimezone(UTC) + span).astimezone(starts.tzinfo)


def _unreadable(name: str, sent: str) -> Problem:
    text = "'{received}' is not a date of a search. Accepted: {accepted}."
    return problem(f"?{name}", "date-unreadable", text, received=sent[:40], accepted=_ACCEPTED)
