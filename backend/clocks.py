"""Whether this machine's clock and the database's agree. Neither knows which of the two is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from celery import Task
from django.db import connection

__all__ = ["MOST_APART", "ClocksDisagreeError", "PunctualTask", "apart"]

log = structlog.get_logger(__name__)

# Clocks that are kept right differ by milliseconds; what is timed to the minute does not notice less than this.
MOST_APART = timedelta(seconds=60)


class ClocksDisagreeError(Exception):
    """A worker did nothing of what it was asked to do, because it does not know what time it is."""


def apart() -> timedelta:
    """By how much this machine is ahead of the database, behind below zero. What the question itself took is no difference."""
    before = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    after = datetime.now(UTC)
    return before - there if before > there else min(after - there, timedelta())


class PunctualTask(Task):  # type: ignore[misc]  # Celery has no types
    """Every task of ours. A worker whose clock is wrong says nothing, closes nothing and erases nothing before its time."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it, or raise ClocksDisagreeError where the clocks do not agree: beat and people ask again."""
        ahead = apart()
        if abs(ahead) > MOST_APART:
            # What an exception says stays out of the log, which cannot know whose words they are.
            log.error("clocks disagree", ahead_of_the_database_by_seconds=round(ahead.total_seconds()))
            raise ClocksDisagreeError(f"This machine is ahead of the database by {ahead}. See docs/operations.md.")
        return super().__call__(*args, **kwargs)
