"""Reading moments: an instant with an offset, or a date known to the day, month or year, with the zone it was lived in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta

from tracking.domain.problems import Problem, problem
from tracking.domain.reported import Moment, Precision

# A phone's clock may run a little fast; more than this is a mistake and not a clock.
CLOCK_TOLERANCE = timedelta(minutes=5)
_YEARS = range(1900, 2200)
_DATE_FORMS = {
    Precision.DAY: re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    Precision.MONTH: re.compile(r"\d{4}-\d{2}", re.ASCII),
    Precision.YEAR: re.compile(r"\d{4}", re.ASCII),
}
_FILL = {Precision.DAY: "", Precision.MONTH: "-01", Precision.YEAR: "-01-01"}
ACCEPTED = "2026-03-03T08:10:00+01:00 (with an offset), or 2026-03-03, 2026-03 or 2026 where only that is known"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def parse_zone(name: object, *, pointer: str = "/zone") -> str:
    """An IANA time zone by its exact name; raises :class:`Problem` otherwise."""
    if isinstance(name, str) and name in _zones():
        return name
    raise problem(
        pointer,
        "zone-unknown",
        "'{received}' is not a time zone. Send an IANA name such as Europe/Berlin or America/New_York.",
        received=str(name)[:60],
    )


def parse_moment(
    sent: object, zone: object, *, precision: str | None = None, pointer: str = "/at", zone_pointer: str = "/zone"
) -> Moment:
    """Read a moment as sent.

    An RFC 3339 instant must carry its offset: a naive one has two readings twice a year, and 24 abroad. ``precision`` may
    coarsen an instant (``day`` turns 08:10 into that local day); a bare date carries its own.
    """
    named = parse_zone(zone, pointer=zone_pointer)
    text = sent.isoformat() if isinstance(sent, datetime) else sent
    if not isinstance(text, str):
        raise _unreadable(pointer, sent)
    return _parsed(text.strip(), named, _read_precision(precision), pointer)


# The results of one draw state one moment, one after the other.
@lru_cache(maxsize=64)
def _parsed(text: str, named: str, wanted: Precision | None, pointer: str) -> Moment:
    for form, pattern in _DATE_FORMS.items():
        if pattern.fullmatch(text):
            day = _date(text + _FILL[form], pointer)
            return Moment(start_of_day(day, named), wanted or form, named)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _unreadable(pointer, text) from None
    if instant.tzinfo is None:
        raise problem(
            pointer,
            "datetime-naive",
            "'{received}' has no offset from UTC. Accepted: {accepted}.",
            received=text[:40],
            accepted=ACCEPTED,
        )
    if instant.year not in _YEARS:
        raise _unreadable(pointer, text)
    return _truncated(instant.astimezone(UTC), wanted or Precision.MINUTE, named)


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC. Where midnight does not exist, the first instant after the gap."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def refuse_future(moment: Moment, *, now: datetime, pointer: str) -> None:
    """Raise where even the first instant it can stand for is still to come."""
    earliest = moment.earliest or moment.at
    if earliest > now + CLOCK_TOLERANCE:
        raise problem(
            pointer,
            "in-the-future",
            "{received} is in the future. Accepted: a time up to now.",
            received=str(moment),
        )


def refuse_before_birth(
    moment: Moment, *, birth_date: date | None, birth_year: int | None, least_age: int, pointer: str
) -> None:
    """Raise where the man was surely not yet born, or surely younger than ``least_age`` years."""
    born = birth_date or (date(birth_year, 1, 1) if birth_year else None)
    if born is None:
        return
    last_day = moment.latest.astimezone(ZoneInfo(moment.zone)).date()
    if last_day < born:
        raise problem(
            pointer,
            "before-birth",
            "{received} is before the birth date on record, {born}. Check both.",
            received=str(moment),
            born=str(birth_date or birth_year),
        )
    if last_day < _of_age(born, least_age):
        raise problem(
            pointer,
            "under-age",
            "At {received} he was younger than {least_age}. These rules are for adult men.",
            received=str(moment),
            least_age=least_age,
        )


@lru_cache(maxsize=1024)
def _of_age(born: date, years: int) -> date:
    """The birthday on which he is so old; files of thousands of rows ask for the same one."""
    return born + relativedelta(years=years)


def _read_precision(name: str | None) -> Precision | None:
    if name is None:
        return None
    try:
        return Precision(name)
    except ValueError:
        raise problem(
            "/precision",
            "precision-unknown",
            "'{received}' is not a precision. Accepted: {accepted}.",
            received=str(name)[:20],
            accepted=", ".join(Precision),
        ) from None


def _truncated(instant: datetime, precision: Precision, zone: str) -> Moment:
    if precision in (Precision.MINUTE, Precision.UNKNOWN):
        return Moment(instant, precision, zone)
    day = instant.astimezone(ZoneInfo(zone)).date()
    if precision is Precision.MONTH:
        day = day.replace(day=1)
    elif precision is Precision.YEAR:
        day = day.replace(month=1, day=1)
    return Moment(start_of_day(day, zone), precision, zone)


def _date(text: str, pointer: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _unreadable(pointer, text) from None
    if day.year not in _YEARS:
        raise _unreadable(pointer, text)
    return day


def _unreadable(pointer: str, received: object) -> Problem:
    return problem(
        pointer,
        "datetime-unreadable",
        "'{received}' is not a date or time. Accepted: {accepted}.",
        received=str(received)[:40],
        accepted=ACCEPTED,
    )
