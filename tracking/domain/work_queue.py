"""The order in which open episodes are answered (CLINICAL 9.7): one row per man, his worst episode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tracking.domain.rulebook import Lane, Priority

_LANES = tuple(Lane)


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """What one open episode is ordered by. ``days_without`` a current estradiol: 0 while there is one, None where never."""

    patient: int
    priority: Priority
    overdue: bool
    acknowledged: bool
    lane: Lane
    margin: Decimal | None
    censored: bool
    days_below: int
    days_without: int | None
    opened_at: datetime


def queue_key(entry: QueueEntry) -> tuple[object, ...]:
    """The order of the work queue (CLINICAL 9.7), ascending: what comes first is answered first."""
    return (
        entry.priority.rank,
        not entry.overdue,
        entry.acknowledged,
        _LANES.index(entry.lane),
        entry.margin is None,
        entry.margin or 0,
        not entry.censored,
        -entry.days_below,
        entry.days_without is not None,
        -(entry.days_without or 0),
        entry.opened_at,
        entry.patient,
    )
