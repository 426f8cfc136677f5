"""Which stored results may be the same draw as one that comes in, found without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracking.domain.reported import Moment, Precision

__all__ = ["Alike"]


class Alike:
    """Results of one value, by their columns: those of an instant in its order, and those that are known to the day or less, of
    which there are few.
    """

    def __init__(self) -> None:
        self._same: set[tuple[datetime, Precision]] = set()
        self._instants: list[tuple[datetime, int, Mapping[str, Any]]] = []
        self._coarse: list[tuple[Moment, Mapping[str, Any]]] = []

    def add(self, moment: Moment, said: Mapping[str, Any]) -> None:
        self._same.add((moment.at, moment.precision))
        if moment.precision is Precision.MINUTE:
            insort(self._instants, (moment.at, len(self._instants), said))
        elif moment.earliest is not None:
            self._coarse.append((moment, said))

    def has(self, moment: Moment) -> bool:
        """Whether one of them is of the same moment, known as exactly."""
        return (moment.at, moment.precision) in self._same

    def may_be(self, moment: Moment) -> Mapping[str, Any] | None:
        """The first whose draw may be that of ``moment``; None where none can. Of what is known to no day nobody can say."""
        if moment.earliest is None:
            return None
        place = bisect_left(self._instants, (moment.earliest, -1))
        if place < len(self._instants) and self._instants[place][0] <= moment.latest:
            return self._instants[place][2]
        return next((said for other, said in self._coarse if _overlap(moment, other)), None)


def _overlap(one: Moment, other: Moment) -> bool:
    first, second = one.earliest, other.earliest
    return first is not None and second is not None and first <= other.latest and second <= one.latest
