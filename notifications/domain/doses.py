"""When a man may be reminded of an expected dose: once, around its time, and not for long.

A dose that was not taken is no matter of days: what is said late is wrong, so the window is short and nothing is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from notifications.domain.hours import Hours, next_allowed, send_at
from notifications.domain.stages import Sending, Stage

# The kinds of what is asked for instead of stored (docs/adr/0034).
DOSE = "dose"
REFILL = "refill"


@dataclass(frozen=True, slots=True)
class ExpectedDose:
    """The ``number`` (from 0) of its local ``day``; ``at`` and ``closes_at`` are instants. Not ``timed``: at any time of it."""

    day: date
    number: int
    at: datetime
    closes_at: datetime
    timed: bool


def dose_sending(dose: ExpectedDose, hours: Hours, zone: ZoneInfo, *, lives: timedelta) -> Sending | None:
    """Its one message, or None where quiet hours leave no time for it.

    With a time of day: from then on, for as long as ``lives``. Without: at his preferred hour, a further one of the day not
    before its usual time; until the day is over.
    """
    if dose.timed:
        begin, end = next_allowed(dose.at, hours, zone), dose.at + lives
    else:
        begin, end = send_at(dose.day, hours, zone), dose.closes_at
        if dose.number:
            begin = next_allowed(max(begin, dose.at), hours, zone)
    return Sending(Stage.ON, begin, end) if begin < end else None
