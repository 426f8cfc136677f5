"""Beat's timetable, on a clock that may have been wrong."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler

__all__ = ["Timetable"]


class Timetable(PersistentScheduler):  # type: ignore[misc]  # Celery has no types
    """Celery's own, but it does not wait for a time that is over.

    Celery notes when each task was sent, in a file too, and sends it again so long after. Where the clock was a day ahead and
    is right again, that would be after a day in which nobody is reminded of anything.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """As Celery's. What was sent in the future counts as sent just now, and the order is made anew."""
        now = self.app.now()
        early = [entry for entry in self.schedule.values() if entry.last_run_at > now]
        for entry in early:
            entry.last_run_at = now
        if early:
            self._heap = None
        seconds: float = super().tick(*args, **kwargs)
        return seconds
