"""Which stored results may be the same draw as one that comes in, found without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime

from tracking.domain.reported import Moment, Precision
from tracking.models import LabResult

__all__ = ["Alike"]


class Alike:
    """Results of one value: those of an instant in its order, and those that are known to the day or less, of which
    there are few.
    """

    def __init__(self) -> None:
        self._same: set[tuple[datetime, str]] = set()
        self._instants: list[tuple[datetime, int, LabResult]] = []
        self._coarse: list[tuple[Moment, LabResult]] = []

    def add(self, row: LabResult) -> None:
        moment = Moment(row.at, Precision(row.precision), row.zone)
        self._same.add((moment.at, moment.precision))
        if moment.precision is Precision.MINUTE:
            insort(self._instants, (moment.at, len(self._instants), row))
        elif moment.earliest is not None:
            self._coarse.append((moment, row))

    def has(self, moment: Moment) -> bool:
        """Whether one of them is of the same moment, known as exactly."""
        return (moment.at, moment.precision) in self._same

    def may_be(self, moment: Moment) -> LabResult | None:
        """The first whose draw may be that of ``moment``; None where none can. Of what is known to no day nobody can say."""
        if moment.earliest is None:
            return None
        place = bisect_left(self._instants, (moment.earliest, -1))
        if place < len(self._instants) and self._instants[place][0] <= moment.latest:
            return self._instants[place][2]
        overlapping = (
            row
            for other, row in self._coarse
            if other.earliest and moment.earliest <= other.latest and other.earliest <= moment.latest
        )
        return next(overlapping, None)
