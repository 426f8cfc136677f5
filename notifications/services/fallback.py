"""What happens when a way out of the house has definitely failed: the next one stands in, and at the end of all the clinic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from notifications.models import INBOX, Delivery, Reminder
from notifications.services import escalating
from notifications.services.people import circumstances_of
from notifications.services.spoken import spoken_of, still_wanted
from notifications.services.subjects import Key, subjects_of

_State = Delivery.State
# As long as one message of the same reminder is on its way, or may have arrived, nothing takes its place.
_MAY_ARRIVE = frozenset({_State.QUEUED, _State.SENDING, _State.SENT, _State.UNKNOWN})
_Key = tuple[Key, int, str]


def stand_in_for(failed: Sequence[Delivery], *, now: datetime) -> None:
    """Queue the next way for each of these that ended refused or without a target; tell the clinic where there is none.

    A message that another device, or another way, may have brought is left at that. A constant number of queries.
    """
    leaders = sorted({row.reminder.pk for row in failed if row.reminder is not None})
    if not leaders:
        return
    # Two devices that fail at the same moment in the hands of two workers: whoever comes second sees what the first one left.
    list(Reminder.objects.filter(pk__in=leaders).order_by("id").select_for_update().values_list("pk"))
    siblings = list(Delivery.objects.filter(reminder__in=leaders).select_related("reminder"))
    states: defaultdict[int, set[str]] = defaultdict(set)
    tried: defaultdict[int, set[str]] = defaultdict(set)
    for sibling in siblings:
        states[sibling.reminder_id or 0].add(sibling.state)
        tried[sibling.reminder_id or 0].add(sibling.channel)
    groups = spoken_of(siblings)
    everything = [reminder for group in groups.values() for reminder in group]
    subjects = subjects_of(everything, now)
    people = circumstances_of({reminder.patient_id for reminder in everything})
    said_by = _said_by(everything)
    queued: list[Delivery] = []
    lost: list[Reminder] = []
    for leader, group in groups.items():
        wanted = [reminder for reminder in still_wanted(group, subjects) if now < reminder.expires_at]
        man = people.get(group[0].patient_id)
        if states[leader] & _MAY_ARRIVE or not wanted or man is None:
            continue
        first = wanted[0]
        others = said_by[_key(first)] - {first.channel}
        way = man.stand_in(
            first.kind,
            tried=tried[leader] | others | {first.channel},
            time_critical=subjects[first.pk].time_critical,
        )
        if way is not None:
            queued += [
                Delivery(
                    patient_id=man.patient_id,
                    reminder=group[0],
                    channel=way,
                    device_id=target.device_id,
                    next_attempt_at=now,
                )
                for target in man.targets(way)
            ]
        elif not others:
            lost += wanted
    Delivery.objects.bulk_create(queued)
    escalating.tell_unreachable(lost, now=now)


def _key(reminder: Reminder) -> _Key:
    return (reminder.subject, reminder.round, reminder.stage)


def _said_by(reminders: Iterable[Reminder]) -> defaultdict[_Key, set[str]]:
    """The ways out of the house for which the same stage was claimed as a reminder of its own."""
    found: defaultdict[_Key, set[str]] = defaultdict(set)
    rows = list(reminders)
    same = Q(due_item_id__in={row.due_item_id for row in rows if row.due_item_id is not None})
    same |= Q(patient_id__in={row.patient_id for row in rows}, occasion__in={row.occasion for row in rows if row.occasion})
    for row in Reminder.objects.filter(same, state=Reminder.State.CLAIMED).exclude(channel=INBOX):
        found[_key(row)].add(row.channel)
    return found
