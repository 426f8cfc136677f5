"""Ways of dispatching reminders that are due, to be measured beside one another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from notifications.models import Reminder
from notifications.services import claiming
from tracking.services.access import acting_as, lock_patients


def dispatch(now: datetime, limit: int) -> int:
    """The sweep as it is: claimed, marked, the inbox written, the messages queued, a batch in a transaction."""
    number = 0
    while number < limit:
        done = claiming.claim(now=now, limit=limit)
        if done.inbox + done.queued == 0:
            break
        number += done.inbox + done.queued
    return number


def claim_alone(now: datetime, limit: int) -> int:
    """The least: rows are marked, in batches of the same size, and nobody hears of it."""
    number = 0
    while number < limit:
        with acting_as(claiming.SWEEPER), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE notifications_reminder SET state = 'claimed', claimed_at = %s WHERE id IN"
                " (SELECT id FROM notifications_reminder WHERE state = 'planned' AND send_at <= %s ORDER BY send_at, id"
                " LIMIT %s FOR UPDATE SKIP LOCKED)",
                [now, now, claiming.BATCH],
            )
            found = cursor.rowcount
        number += found
        if found == 0:
            break
    return number


def a_task_for_each(now: datetime, limit: int, *, from_the_end: bool = False) -> int:
    """A transaction for each row, as a task for each would have; the broker's part is left out, which flatters it.

    Two workers begin at two ends, as a broker would deal tasks out.
    """
    with acting_as(claiming.SWEEPER):
        due = Reminder.objects.filter(state=Reminder.State.PLANNED, send_at__lte=now).order_by("send_at", "id")
        waiting = list(due.values_list("id", "patient_id")[: 2 * limit])
    done = claiming.Claimed()
    for pk, patient_id in reversed(waiting) if from_the_end else waiting:
        if done.inbox + done.queued >= limit:
            break
        with acting_as(claiming.SWEEPER):
            lock_patients([patient_id])
            row = Reminder.objects.filter(pk=pk, state=Reminder.State.PLANNED).select_for_update()
            claiming.settle(list(row), now, done)
    return done.inbox + done.queued


HOW: dict[str, Callable[[datetime, int], int]] = {
    "dispatch": dispatch,
    "claim": claim_alone,
    "each": a_task_for_each,
    "each from the end": lambda now, limit: a_task_for_each(now, limit, from_the_end=True),
}
