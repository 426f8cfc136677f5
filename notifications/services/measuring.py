"""How the reminders are doing, in numbers: for monitoring, and for a person who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from notifications.models import Delivery, Escalation, Reminder, StaffDigest
from notifications.services.digests import NOTHING_TO_TELL
from tracking.services import due
from tracking.services.access import Actor, acting_as

METER = Actor.system("meter")
WINDOW = timedelta(hours=24)

_State = Delivery.State


@dataclass(frozen=True, slots=True)
class Measured:
    """What waits now, what happened in the last 24 hours, and how late the oldest waiting one is, in seconds.

    ``due``: planned reminders whose time has come; ``claimed``: said; ``sent``, ``refused``, ``unknown``, ``dead``:
    ended deliveries; ``queued``, ``sending``: on their way; ``claim_lag`` and ``send_lag``: seconds, 0 where nothing waits;
    ``digests_failed``: those that a prescriber did not get, or perhaps not.
    """

    unplanned_men: int
    due: int
    claim_lag: float
    queued: int
    sending: int
    send_lag: float
    claimed: int
    sent: int
    refused: int
    unknown: int
    dead: int
    escalated: int
    digests_sent: int
    digests_failed: int


# More men than this with news are "at least so many".
MOST_COUNTED = 100_000


def measure(*, now: datetime) -> Measured:
    """The state of the reminders at ``now``. Reads indexes alone, except for what ended in the last 24 hours."""
    since = now - WINDOW
    with acting_as(METER):
        waiting = Reminder.objects.filter(state=Reminder.State.PLANNED, send_at__lte=now).aggregate(
            count=Count("id"), oldest=Min("send_at")
        )
        outbox = Delivery.objects.filter(state__in=[_State.QUEUED, _State.SENDING]).aggregate(
            queued=Count("id", filter=Q(state=_State.QUEUED)),
            sending=Count("id", filter=Q(state=_State.SENDING)),
            oldest=Min("next_attempt_at", filter=Q(state=_State.QUEUED, next_attempt_at__lte=now)),
        )
        ended = dict(
            Delivery.objects.filter(ended_at__gt=since, ended_at__lte=now)
            .values_list("state")
            .annotate(count=Count("id"))
            .order_by()
        )
        digests = dict(
            StaffDigest.objects.filter(ended_at__gt=since, ended_at__lte=now)
            .exclude(last_reason=NOTHING_TO_TELL)
            .values_list("state")
            .annotate(count=Count("id"))
            .order_by()
        )
        return Measured(
            unplanned_men=len(due.patients_with_news(limit=MOST_COUNTED)),
            due=waiting["count"],
            claim_lag=_seconds(now, waiting["oldest"]),
            queued=outbox["queued"],
            sending=outbox["sending"],
            send_lag=_seconds(now, outbox["oldest"]),
            claimed=Reminder.objects.filter(claimed_at__gt=since, claimed_at__lte=now).count(),
            sent=ended.get(_State.SENT, 0),
            refused=ended.get(_State.REFUSED, 0),
            unknown=ended.get(_State.UNKNOWN, 0),
            dead=ended.get(_State.DEAD, 0),
            escalated=Escalation.objects.filter(at__gt=since, at__lte=now).count(),
            digests_sent=digests.get(_State.SENT, 0),
            digests_failed=sum(count for state, count in digests.items() if state != _State.SENT),
        )


def _seconds(now: datetime, oldest: datetime | None) -> float:
    return 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
