"""Where a figure lies on the chart: time to the right, values upward, and round numbers for the marks on both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

__all__ = ["TimeAxis", "ValueAxis"]

_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_MOST_MARKS = 9
_YEAR = 12


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """From ``start`` to ``end`` between ``left`` and ``right``; months are those of ``zone``."""

    start: datetime
    end: datetime
    left: float
    right: float
    zone: str

    def x(self, at: datetime) -> float:
        """What lies outside is put on the edge."""
        share = (at - self.start) / (self.end - self.start)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def marks(self) -> Iterator[tuple[float, str]]:
        """First days of months, as many as can be read, with their names."""
        zone = ZoneInfo(self.zone)
        months = (self.end - self.start).days / 30.4
        step = next((s for s in _MONTH_STEPS if months / s <= _MOST_MARKS), _MONTH_STEPS[-1])
        local = self.start.astimezone(zone)
        month = datetime(local.year, 1, 1)  # noqa: DTZ001  wall-clock steps; the zone is put on below
        first = True
        while (at := month.replace(tzinfo=zone).astimezone(UTC)) <= self.end:
            if at >= self.start:
                named = first or month.month == 1 or step >= _YEAR
                yield self.x(at), f"{month:%b %Y}" if named and step < _YEAR else f"{month:%Y}" if named else f"{month:%b}"
                first = False
            month += relativedelta(months=step)


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """From 0 at ``bottom`` to ``highest`` at ``top``."""

    highest: float
    top: float
    bottom: float

    @classmethod
    def over(cls, highest: float, top: float, bottom: float, *, marks: int = 4) -> ValueAxis:
        """An axis that ends on a round number at or above ``highest``."""
        step = _round_step(highest / marks)
        return cls(step * ceil(highest / step), top, bottom)

    def y(self, value: float) -> float:
        return self.bottom - min(value / self.highest, 1.0) * (self.bottom - self.top)

    def marks(self, wanted: int = 4) -> Iterator[tuple[float, str]]:
        step = _round_step(self.highest / wanted)
        for number in range(round(self.highest / step) + 1):
            yield self.y(number * step), f"{number * step:g}"


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, at or above ``least``."""
    power = 10.0 ** (len(str(int(least))) - 1) if least >= 1 else 10.0**-2
    while True:
        for factor in (1, 2, 2.5, 5):
            if power * factor >= least - 1e-9:
                return power * factor
        power *= 10
