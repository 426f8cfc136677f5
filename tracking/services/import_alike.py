"""Which stored results may be the same draw as one that comes in, found without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime

from tracking.domain.reported import Assay, Moment, Precision

__all__ = ["Alike"]


class Alike:
    """Results of one value: those of an instant in its order, beside them those known to the day or less, of which few are."""

    def __init__(self) -> None:
        self._same: set[tuple[datetime, Precision]] = set()
        self._instants: list[tuple[datetime, int, Moment, Assay]] = []
        self._coarse: list[tuple[Moment, Assay]] = []

    def add(self, moment: Moment, assay: Assay) -> None:
        self._same.add((moment.at, moment.precision))
        if moment.precision is Precision.MINUTE:
            insort(self._instants, (moment.at, len(self._instants), moment, assay))
        elif moment.earliest is not None:
            self._coarse.append((moment, assay))

    def has(self, moment: Moment) -> bool:
        """Whether one of them is of the same moment, known as exactly."""
        return (moment.at, moment.precision) in self._same

    def may_be(self, moment: Moment) -> tuple[Moment, Assay] | None:
        """The first whose draw may be that of ``moment``; None where none can. Of what is known to no day nobody can say."""
        if moment.earliest is None:
            return None
        place = bisect_left(self._instants, (moment.earliest, -1))
        if place < len(self._instants) and self._instants[place][0] <= moment.latest:
            return self._instants[place][2:]
        return next((met for met in self._coarse if _overlap(moment, met[0])), None)


def _overlap(one: Moment, other: Moment) -> bool:
    first, second = one.earliest, other.earliest
    return first is not None and second is not None and first <= other.latest and second <= one.latest
