"""The sweep: what is due to be said is claimed, and the inbox is written in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from notifications.domain.hours import Hours, zone_named
from notifications.domain.stages import Fate, Stage, fate
from notifications.domain.words import inbox_words
from notifications.models import Delivery, InboxMessage, Preference, Reminder, Via
from tracking.services import due
from tracking.services.access import Actor, Contact, acting_as, contact, lock_patients

SWEEPER = Actor.system("sweep")
BATCH = 500
# One sweep claims so many; the next goes on.
MOST_REMINDERS = 10_000

_State = Reminder.State
_Mark = tuple[datetime, int]


@dataclass(slots=True)
class Claimed:
    """What one sweep did with the reminders it found, in numbers of reminders."""

    inbox: int = 0
    queued: int = 0
    silenced: int = 0
    expired: int = 0
    postponed: int = 0


def claim(*, now: datetime, limit: int = MOST_REMINDERS) -> Claimed:
    """Claim every planned reminder whose time has come and not gone, however late this sweep is.

    Claimed is said: a reminder is claimed once, by one sweep, and its inbox row stands when the claim does. Silenced: its
    item is answered. Expired: the next stage has begun. Postponed: quiet hours. Men who are being written to, and due dates
    that have just moved and are not yet planned anew, wait for the next sweep.
    """
    done = Claimed()
    mark: _Mark | None = None
    for _ in range(0, limit, BATCH):
        with acting_as(SWEEPER):
            mark = _claim_batch(now, mark, done)
        if mark is None:
            break
    return done


def _claim_batch(now: datetime, after: _Mark | None, done: Claimed) -> _Mark | None:
    """One batch, oldest first, beyond ``after``. Returns how far it came, or None at the end."""
    waiting = Reminder.objects.filter(state=_State.PLANNED, send_at__lte=now)
    if after is not None:
        waiting = waiting.filter(Q(send_at__gt=after[0]) | Q(send_at=after[0], id__gt=after[1]))
    found = list(waiting.order_by("send_at", "id").values_list("send_at", "id", "patient_id")[:BATCH])
    if not found:
        return None
    men = lock_patients(sorted({patient_id for _, _, patient_id in found}), skip_locked=True)
    rows = (
        Reminder.objects.filter(id__in=[row_id for _, row_id, _ in found], patient_id__in=men)
        .filter(state=_State.PLANNED, send_at__lte=now)
        .order_by("id")
        .select_for_update(skip_locked=True)
    )
    _settle(list(rows), now, done)
    return found[-1][:2] if len(found) == BATCH else None


def _settle(rows: list[Reminder], now: datetime, done: Claimed) -> None:
    people = {patient_id: contact(patient_id) for patient_id in {row.patient_id for row in rows}}
    preferences = {row.patient_id: row for row in Preference.objects.filter(patient_id__in=people)}
    items = {item_id: due.notice(item_id) for item_id in {row.due_item_id for row in rows}}
    fates: defaultdict[Fate, list[Reminder]] = defaultdict(list)
    for row in rows:
        person, item = people[row.patient_id], items[row.due_item_id]
        is_open = item is not None and item.is_open and person is not None
        if is_open and item is not None and item.due_on != row.due_on:
            continue  # moved a moment ago: the planner comes first
        hours = preferences[row.patient_id].hours if row.patient_id in preferences else Hours()
        verdict, at = fate(now, expires_at=row.expires_at, is_wanted=is_open, hours=hours, zone=_zone(person))
        if verdict == Fate.WAIT:
            row.send_at = at
        fates[verdict].append(row)
    _mark(fates[Fate.SILENCE], _State.SILENCED)
    _mark(fates[Fate.EXPIRE], _State.EXPIRED)
    _say(fates[Fate.SEND], now, done)
    Reminder.objects.bulk_update(fates[Fate.WAIT], ["send_at"])
    done.silenced += len(fates[Fate.SILENCE])
    done.expired += len(fates[Fate.EXPIRE])
    done.postponed += len(fates[Fate.WAIT])


def _zone(person: Contact | None) -> ZoneInfo | None:
    return None if person is None else zone_named(person.zone)


def _mark(rows: list[Reminder], state: Reminder.State) -> None:
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(state=state)


def _say(rows: list[Reminder], now: datetime, done: Claimed) -> None:
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(state=_State.CLAIMED, claimed_at=now)
    messages = [_inbox_message(row, now) for row in rows if row.channel == Via.INBOX]
    InboxMessage.objects.bulk_create(messages)
    leaving = [row for row in rows if row.channel != Via.INBOX]
    Delivery.objects.bulk_create(
        Delivery(patient_id=row.patient_id, reminder=row, channel=row.channel, next_attempt_at=now) for row in leaving
    )
    done.inbox += len(messages)
    done.queued += len(leaving)


def _inbox_message(row: Reminder, now: datetime) -> InboxMessage:
    words = inbox_words(row.kind, Stage(row.stage), row.due_on)
    return InboxMessage(patient_id=row.patient_id, reminder=row, title=words.title, body=words.body, created_at=now)
