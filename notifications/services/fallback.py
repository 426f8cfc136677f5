"""What happens when a way out of the house has definitely failed: the next one stands in, and at the end of all the clinic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from notifications.models import INBOX, Delivery, Reminder
from notifications.services import escalating
from notifications.services.people import circumstances_of
from tracking.services import due

_State = Delivery.State
# As long as one message of the same reminder is on its way, or may have arrived, nothing takes its place.
_MAY_ARRIVE = frozenset({_State.QUEUED, _State.SENDING, _State.SENT, _State.UNKNOWN})


def stand_in_for(failed: Sequence[Delivery], *, now: datetime) -> None:
    """Queue the next way for each of these that ended refused or without a target; tell the clinic where there is none.

    A reminder that another device, or another way, may have brought is left at that. A constant number of queries.
    """
    by_reminder = {row.reminder.pk: row.reminder for row in failed if row.reminder is not None}
    if not by_reminder:
        return
    states: defaultdict[int, set[str]] = defaultdict(set)
    tried: defaultdict[int, set[str]] = defaultdict(set)
    for sibling in Delivery.objects.filter(reminder__in=by_reminder):
        states[sibling.reminder_id or 0].add(sibling.state)
        tried[sibling.reminder_id or 0].add(sibling.channel)
    said_by = _said_by(list(by_reminder.values()))
    items = due.notices({reminder.due_item_id for reminder in by_reminder.values()})
    people = circumstances_of({reminder.patient_id for reminder in by_reminder.values()})
    queued: list[Delivery] = []
    lost: list[Reminder] = []
    for reminder_id, reminder in by_reminder.items():
        if states[reminder_id] & _MAY_ARRIVE or now >= reminder.expires_at:
            continue
        item, man = items.get(reminder.due_item_id), people.get(reminder.patient_id)
        if item is None or not item.is_open or reminder.state != Reminder.State.CLAIMED:
            continue
        others = said_by[_said_key(reminder)] - {reminder.channel}
        way = man and man.stand_in(
            reminder.kind, tried=tried[reminder_id] | others | {reminder.channel}, time_critical=item.time_critical
        )
        if man is not None and way:
            queued += [
                Delivery(
                    patient_id=reminder.patient_id,
                    reminder=reminder,
                    channel=way,
                    device_id=target.device_id,
                    next_attempt_at=now,
                )
                for target in man.targets(way)
            ]
        elif not others:
            lost.append(reminder)
    Delivery.objects.bulk_create(queued)
    escalating.tell_unreachable(lost, now=now)


def _said_key(reminder: Reminder) -> tuple[int, int, str]:
    return (reminder.due_item_id, reminder.round, reminder.stage)


def _said_by(reminders: Sequence[Reminder]) -> defaultdict[tuple[int, int, str], set[str]]:
    """The ways out of the house for which the same stage was claimed as a reminder of its own."""
    found: defaultdict[tuple[int, int, str], set[str]] = defaultdict(set)
    rows = Reminder.objects.filter(
        due_item_id__in={reminder.due_item_id for reminder in reminders}, state=Reminder.State.CLAIMED
    ).exclude(channel=INBOX)
    for row in rows:
        found[_said_key(row)].add(row.channel)
    return found
