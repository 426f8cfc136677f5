"""What a schedule says about the time between two doses, worked out once for each schedule. Nothing here belongs to a man."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from tracking.domain.schedule import Schedule


@lru_cache(maxsize=1024)
def interval_hours(schedule: Schedule) -> Decimal | None:
    """Between two doses on average; None where the schedule does not say."""
    return schedule.interval_hours


@lru_cache(maxsize=1024)
def longest_gap_hours(schedule: Schedule) -> Decimal | None:
    """The longest time between two doses; None where the schedule does not say."""
    return schedule.longest_gap_hours
