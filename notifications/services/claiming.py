"""The sweep: what is due to be said is claimed, and the inbox is written in the same transaction.

A batch costs a constant number of queries, however many men are in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from notifications.domain.stages import Fate, Stage, fate
from notifications.domain.words import inbox_words
from notifications.models import INBOX, Delivery, InboxMessage, Reminder
from notifications.services import escalating
from notifications.services.people import Circumstances, circumstances_of
from notifications.services.subjects import Subject, subjects_of
from tracking.services.access import Actor, acting_as, lock_patients
from tracking.services.owned import insert_objects, insert_rows, new_uid

SWEEPER = Actor.system("sweep")
BATCH = 500
# One sweep claims so many; the next goes on.
MOST_REMINDERS = 20_000

_State = Reminder.State
_Mark = tuple[datetime, int]


@dataclass(slots=True)
class Claimed:
    """What one sweep did with the reminders it found, in numbers of reminders. ``queued``: messages to leave the house."""

    inbox: int = 0
    queued: int = 0
    silenced: int = 0
    expired: int = 0
    postponed: int = 0


def claim(*, now: datetime, limit: int = MOST_REMINDERS) -> Claimed:
    """Claim every planned reminder whose time has come and not gone, however late this sweep is.

    Claimed is said: a reminder is claimed once, by one sweep, and its inbox row stands when the claim does. Silenced: its
    item is answered. Expired: the next stage has begun. Postponed: quiet hours, or he wants to hear nothing for a while. Men
    who are being written to, and due dates that have just moved and are not yet planned anew, wait for the next sweep.
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
    """One batch, oldest first, beyond ``after``. Returns how far it came, or None at the end.

    Whoever is in it is taken whole, so that what is due for him at the same time can go out as one message.
    """
    waiting = Reminder.objects.filter(state=_State.PLANNED, send_at__lte=now)
    if after is not None:
        waiting = waiting.filter(Q(send_at__gt=after[0]) | Q(send_at=after[0], id__gt=after[1]))
    found = list(waiting.order_by("send_at", "id").values_list("send_at", "id", "patient_id")[:BATCH])
    if not found:
        return None
    men = lock_patients(sorted({patient_id for _, _, patient_id in found}), skip_locked=True)
    rows = (
        Reminder.objects.filter(patient_id__in=men, state=_State.PLANNED, send_at__lte=now)
        .order_by("id")
        .select_for_update(skip_locked=True)
    )
    settle(list(rows), now, done)
    return found[-1][:2] if len(found) == BATCH else None


def settle(rows: list[Reminder], now: datetime, done: Claimed) -> None:
    """Do with these rows, whose time has come, what becomes of them. Call it holding their locks and those of the men."""
    people = circumstances_of({row.patient_id for row in rows})
    subjects = subjects_of(rows, now)
    fates: defaultdict[Fate, list[Reminder]] = defaultdict(list)
    for row in rows:
        man, subject = people.get(row.patient_id), subjects.get(row.pk)
        if man is None or subject is None or not subject.is_open:
            fates[Fate.SILENCE].append(row)
            continue
        if subject.due_on != row.due_on:
            continue  # moved a moment ago: the planner comes first
        verdict, at = fate(
            now,
            expires_at=row.expires_at,
            is_wanted=True,
            hours=man.hours,
            zone=man.zone,
            paused_until=None if subject.time_critical else man.preference.paused_until,
        )
        if verdict == Fate.WAIT:
            row.send_at = at
        fates[verdict].append(row)
    _mark(fates[Fate.SILENCE], _State.SILENCED)
    _mark(fates[Fate.EXPIRE], _State.EXPIRED)
    _say(fates[Fate.SEND], people, subjects, now, done)
    Reminder.objects.bulk_update(fates[Fate.WAIT], ["send_at"])
    done.silenced += len(fates[Fate.SILENCE])
    done.expired += len(fates[Fate.EXPIRE])
    done.postponed += len(fates[Fate.WAIT])


def _mark(rows: list[Reminder], state: Reminder.State) -> None:
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(state=state)


def _say(
    rows: Sequence[Reminder],
    people: Mapping[int, Circumstances],
    subjects: Mapping[int, Subject],
    now: datetime,
    done: Claimed,
) -> None:
    if not rows:
        return
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(state=_State.CLAIMED, claimed_at=now)
    told = [row for row in rows if row.channel == INBOX]
    insert_rows(InboxMessage, [_inbox_message(row, people[row.patient_id], now) for row in told])
    leaving = _outbox([row for row in rows if row.channel != INBOX], people, subjects, now)
    insert_objects(Delivery, leaving)
    escalating.tell_unreachable([row for row in told if not people[row.patient_id].reachable], now=now)
    done.inbox += len(told)
    done.queued += len(leaving)


def _outbox(
    rows: Sequence[Reminder], people: Mapping[int, Circumstances], subjects: Mapping[int, Subject], now: datetime
) -> list[Delivery]:
    """One message for all that a man is told by the same way, unless he wants each alone; one of them leads.

    What is time-critical goes alone: it is sent at least once, and takes nothing else with it.
    """
    used = {(row.subject, row.round, row.stage, row.channel) for row in rows}
    leaders: dict[tuple[int, str, int], Reminder] = {}
    riders: list[Reminder] = []
    for row in rows:
        man, critical = people[row.patient_id], subjects[row.pk].time_critical
        way: str | None = row.channel
        if not man.targets(row.channel):  # the last device is gone since it was planned
            tried = {channel for *key, channel in used if key == [row.subject, row.round, row.stage]}
            way = man.stand_in(row.kind, tried=tried, time_critical=critical)
        if way is None:
            continue
        alone = critical or not man.preference.digest
        leader = leaders.setdefault((row.patient_id, way, row.pk if alone else 0), row)
        if leader is not row:
            row.along_with = leader
            riders.append(row)
    Reminder.objects.bulk_update(riders, ["along_with"])
    return [
        Delivery(patient_id=patient_id, reminder=leader, channel=way, device_id=target.device_id, next_attempt_at=now)
        for (patient_id, way, _), leader in leaders.items()
        for target in people[patient_id].targets(way)
    ]


def _inbox_message(row: Reminder, man: Circumstances, now: datetime) -> dict[str, Any]:
    """The columns of one."""
    words = inbox_words(man.catalogue, row.kind, Stage(row.stage), row.due_on)
    said = {"title": words.title, "body": words.body, "created_at": now}
    # A trigger stamps the revision.
    return {"uid": new_uid(), "patient_id": row.patient_id, "revision": 0, "reminder_id": row.pk, **said}
