"""When a man may be disturbed, in his own time zone.

The clock of a zone jumps. Two rules hold wherever a local time becomes an instant:

- gap: a local time that does not exist stands for the first instant after the gap;
- fold: a local time that exists twice stands for its first occurrence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LAST_HOUR = 23


@dataclass(frozen=True, slots=True)
class Hours:
    """The local hour (0 to 23) at which he likes to hear from us, and the local times between which he does not.

    Quiet hours are half-open, [quiet_from, quiet_until), and run across midnight where they end before they begin. Equal ends
    mean that there are none.
    """

    preferred_hour: int = 9
    quiet_from: time = time(21)
    quiet_until: time = time(8)

    def __post_init__(self) -> None:
        if not 0 <= self.preferred_hour <= LAST_HOUR:
            raise ValueError(f"the preferred hour is 0 to 23, not {self.preferred_hour}")
        if self.quiet_from.tzinfo or self.quiet_until.tzinfo:
            raise ValueError("quiet hours are local times without a zone")

    def is_quiet(self, wall: time) -> bool:
        """Whether the clock on his wall shows a quiet time."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= wall < self.quiet_until
        return wall >= self.quiet_from or wall < self.quiet_until

    @property
    def open_for(self) -> timedelta:
        """How much of an ordinary day is not quiet."""
        midnight = date(2000, 1, 1)
        quiet = datetime.combine(midnight, self.quiet_until) - datetime.combine(midnight, self.quiet_from)
        return timedelta(days=1) - quiet % timedelta(days=1)


def zone_named(name: str) -> ZoneInfo | None:
    """The IANA zone, or None where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def at_local(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the clock of ``zone`` shows ``wall`` on ``day``, by the gap and fold rules above."""
    return next(_occurrences(day, wall, zone))


def next_allowed(instant: datetime, hours: Hours, zone: ZoneInfo) -> datetime:
    """``instant`` itself outside quiet hours, else the end of these quiet hours: the next time the clock shows ``quiet_until``.

    Where that falls into a gap and the clock lands in quiet hours again, the end of those.
    """
    local = instant.astimezone(zone)
    if not hours.is_quiet(local.time()):
        return instant
    return next(
        end
        for days in count()
        for end in _occurrences(local.date() + timedelta(days=days), hours.quiet_until, zone)
        if end >= instant and not hours.is_quiet(end.astimezone(zone).time())
    )


def send_at(day: date, hours: Hours, zone: ZoneInfo) -> datetime:
    """The instant (UTC) for a message of this local day: his preferred hour, or the end of the quiet hours it lies in."""
    return next_allowed(at_local(day, time(hours.preferred_hour), zone), hours, zone)


def _occurrences(day: date, wall: time, zone: ZoneInfo) -> Iterator[datetime]:
    stated = datetime.combine(day, wall)
    first = stated.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = stated.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if second < first:  # only in a gap: the offset after it, applied to a time inside it, leads to before it
        yield _first_after_gap(second, first, zone)
        return
    yield first
    if second > first:
        yield second


def _first_after_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the one change of offset in (before, after], to the second."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = before.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
