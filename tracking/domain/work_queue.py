"""The order in which open episodes are answered (CLINICAL 9.7): one row per man, his worst episode."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tracking.domain.rulebook import Lane, Priority
from tracking.domain.series.days_below import DaysBelow
from tracking.domain.verdict import CURRENT, SUPERSEDED, Verdict

__all__ = ["LANES", "QueueEntry", "known_days", "queue_key", "without_since"]

LANES = tuple(Lane)


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """What one open episode is ordered by.

    ``without_since``: from which day on he has had no current estradiol; None while there is one, and where never or nobody
    knows since when.
    """

    patient: int
    priority: Priority
    overdue: bool
    acknowledged: bool
    lane: Lane
    margin: Decimal | None
    censored: bool
    days_below: int
    has_current: bool
    without_since: date | None
    opened_at: datetime


def queue_key(entry: QueueEntry) -> tuple[object, ...]:
    """The order of the work queue (CLINICAL 9.7), ascending: what comes first is answered first.

    More days without a current estradiol first: none ever, then the earliest day since which there is none, then who has one.
    """
    return (
        entry.priority.rank,
        not entry.overdue,
        entry.acknowledged,
        LANES.index(entry.lane),
        entry.margin is None,
        entry.margin or 0,
        not entry.censored,
        -entry.days_below,
        entry.has_current,
        entry.without_since is not None,
        entry.without_since or date.min,
        entry.opened_at,
        entry.patient,
    )


def known_days(windows: Iterable[DaysBelow]) -> int:
    """The days known to be below the floor in the longest window that is counted; 0 where none is."""
    longest = max(windows, key=lambda days: days.window, default=None)
    return 0 if longest is None else longest.known


def without_since(verdict: Verdict) -> date | None:
    """The day from which on he has no current estradiol; None while he has one, and where none was ever current."""
    if verdict.state == CURRENT:
        return None
    changed_on = verdict.changed_by.on if verdict.state == SUPERSEDED and verdict.changed_by else None
    return min((day for day in (verdict.stale_on, changed_on) if day is not None), default=None)
