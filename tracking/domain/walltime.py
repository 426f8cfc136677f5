"""When the clock on a wall shows a time (docs/adr/0021).

- gap: a local time that does not exist stands for the first instant after the gap;
- fold: a local time that exists twice stands for its first occurrence.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def at_wall(day: date, wall: time, zone: str) -> datetime:
    """The instant (UTC) at which the clock of an IANA ``zone`` shows ``wall`` on ``day``, by the rules above."""
    stated = datetime.combine(day, wall, ZoneInfo(zone))
    first = stated.astimezone(UTC)
    second = stated.replace(fold=1).astimezone(UTC)
    # Only in a gap the offset after it, applied to a time inside it, leads to before it.
    return first if second >= first else _first_after_gap(second, first, zone)


def _first_after_gap(before: datetime, after: datetime, zone: str) -> datetime:
    """The instant of the one change of offset in (before, after], to the second."""
    named = ZoneInfo(zone)
    low, high = int(before.timestamp()), int(after.timestamp())
    old = before.astimezone(named).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, named).utcoffset() == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
