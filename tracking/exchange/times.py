"""Dates and times as files write them, into the one form that the services read."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tracking.domain.moments import parse_zone
from tracking.domain.problems import Problem, problem

__all__ = ["ORDERS", "read_day", "read_hl7_time", "read_when"]

ORDERS = ("iso", "dmy", "mdy")
_ISO = re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?)?", re.ASCII)
_ISO_SLASHED = re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})", re.ASCII)
_OTHER = re.compile(r"(?P<a>\d{1,2})(?P<by>[./-])(?P<b>\d{1,2})(?P=by)(?P<y>\d{4})", re.ASCII)
_NAMED = re.compile(
    r"(?:(?P<d1>\d{1,2})[ -](?P<mon1>[a-z]{3})[a-z]*\.?[ -]|(?P<mon2>[a-z]{3})[a-z]*\.? (?P<d2>\d{1,2}),? )(?P<y>\d{4})",
    re.IGNORECASE | re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(
    r"(?P<h>\d{1,2}):(?P<min>\d{2})(?P<sec>:\d{2}(?:\.\d{1,9})?)?(?:\s*(?P<half>[ap])\.?m\.?)?(?:\s*(?P<off>Z|UTC|[+-]\d{2}:?\d{2}))?",
    re.IGNORECASE | re.ASCII,
)
_HL7 = re.compile(
    r"(?P<y>\d{4})(?:(?P<m>\d{2})(?:(?P<d>\d{2})(?:(?P<h>\d{2})(?:(?P<min>\d{2})(?P<sec>\d{2}(?:\.\d{1,4})?)?)?)?)?)?(?P<off>[+-]\d{4})?",
    re.ASCII,
)


# The results of one draw state one time, one after the other.
@lru_cache(maxsize=64)
def read_when(text: str, *, order: str, zone: str, pointer: str = "/collected_at") -> str:
    """A date, or a date and a time of day, as RFC 3339 or as the day, month or year that is known.

    Year first is always read; ``03/04/2026`` only in a declared ``order``, because it has two readings. A time without offset
    is one of ``zone``; the hour that a clock repeats in autumn is its first. Raises :class:`Problem`.
    """
    day_text, _, clock_text = _split(text)
    day = _day(day_text, order, pointer)
    clock = _CLOCK.fullmatch(clock_text) if clock_text else None
    if clock_text and clock is None:
        raise _unreadable(pointer, text)
    if clock is None:
        return day
    hour = int(clock["h"])
    if clock["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004  a twelve-hour clock
            raise _unreadable(pointer, text)
        hour = hour % 12 + (12 if clock["half"].lower() == "p" else 0)
    at = f"{hour:02}:{clock['min']}{clock['sec'] or ''}"
    return _instant(f"{day}T{at}", clock["off"], zone=zone, received=text, pointer=pointer)


def read_day(text: str, *, order: str, pointer: str) -> str:
    """A whole date as YYYY-MM-DD; a time behind it is left. Raises :class:`Problem`."""
    day = _day(_split(text)[0], order, pointer)
    if len(day) != len("2026-03-03"):
        raise _unreadable(pointer, text)
    return day


def read_hl7_time(text: str, *, zone: str, pointer: str = "/collected_at") -> str:
    """An HL7 v2 time stamp of any precision, ``20261001`` or ``202610010810+0200``. An hour alone says the day only."""
    found = _HL7.fullmatch(text.strip())
    if found is None:
        raise _unreadable(pointer, text)
    day = _checked("-".join(part for part in (found["y"], found["m"], found["d"]) if part), pointer, text)
    if not found["min"]:
        return day
    at = f"{found['h']}:{found['min']}" + (f":{found['sec']}" if found["sec"] else "")
    return _instant(f"{day}T{at}", found["off"], zone=zone, received=text, pointer=pointer)


def _split(text: str) -> tuple[str, str, str]:
    """The date and the time of day of a cell."""
    plain = " ".join(text.split())
    if match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(.+)", plain):
        return match[1], "T", match[2]
    found = re.search(r",? \d{1,2}:\d{2}", plain)
    return (plain, "", "") if found is None else (plain[: found.start()], " ", plain[found.start() :].lstrip(", "))


def _day(text: str, order: str, pointer: str) -> str:
    if found := _ISO.fullmatch(text) or _ISO_SLASHED.fullmatch(text):
        parts = (found["y"], found["m"], found["d"])
        return _checked("-".join(part.zfill(2) for part in parts if part), pointer, text)
    if found := _NAMED.fullmatch(text):
        month = (found["mon1"] or found["mon2"]).lower()
        if month not in _MONTHS:
            raise _unreadable(pointer, text)
        day = found["d1"] or found["d2"]
        return _checked(f"{found['y']}-{_MONTHS.index(month) + 1:02}-{day.zfill(2)}", pointer, text)
    found = _OTHER.fullmatch(text)
    if found is None:
        raise _unreadable(pointer, text)
    if order not in ("dmy", "mdy"):
        raise problem(
            pointer,
            "date-order-undeclared",
            "'{received}' has two readings. Declare whether the day (dmy) or the month (mdy) comes first.",
            received=text[:40],
        )
    day, month = (found["a"], found["b"]) if order == "dmy" else (found["b"], found["a"])
    return _checked(f"{found['y']}-{month.zfill(2)}-{day.zfill(2)}", pointer, text)


def _checked(day: str, pointer: str, received: str) -> str:
    """The same text, if there is such a day, month or year."""
    try:
        datetime.fromisoformat((day + "-01-01")[:10])
    except ValueError:
        raise _unreadable(pointer, received) from None
    return day


def _instant(written: str, offset: str | None, *, zone: str, received: str, pointer: str) -> str:
    """The instant of a day and time that were written without their offset; seconds stay where they were stated."""
    if written.index("T") != len("2026-03-03"):
        raise _unreadable(pointer, received)
    try:
        local = datetime.fromisoformat(written)
    except ValueError:
        raise _unreadable(pointer, received) from None
    if offset:
        plain = "+00:00" if offset.upper() in ("Z", "UTC") else offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
        try:
            return datetime.fromisoformat(f"{local.isoformat()}{plain}").isoformat()
        except ValueError:
            raise _unreadable(pointer, received) from None
    try:
        lived = local.replace(tzinfo=_zone(zone))
        exists = lived.astimezone(_zone("UTC")).astimezone(_zone(zone)).replace(tzinfo=None) == local
    except OverflowError:
        raise _unreadable(pointer, received) from None
    if not exists:
        raise problem(
            pointer,
            "time-skipped",
            "'{received}' was skipped by the clocks of {zone}. Send the time with its offset.",
            received=received[:40],
            zone=zone,
        )
    return lived.isoformat()


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(parse_zone(name))


def _unreadable(pointer: str, received: str) -> Problem:
    return problem(
        pointer,
        "date-unreadable",
        "'{received}' is not a date that can be read. Accepted: 2026-03-03, 2026-03-03 08:10, 3 Mar 2026, a month or year "
        "alone, or 03/03/2026 in a declared order.",
        received=received[:40],
    )
