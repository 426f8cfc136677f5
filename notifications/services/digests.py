"""The daily digest of a prescriber: his work queue in its order, and whose messages did not arrive. One a day, by e-mail.

Its words are made a moment before it is sent, in a transaction of the prescriber himself, so that the database too shows him
nobody but those who let his clinic in.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max

from notifications.catalogue import LANGUAGES, words_in
from notifications.channels import CHANNELS, Message, Outcome, Target, Unknown
from notifications.domain.digest import Line, digest, morning
from notifications.domain.hours import zone_named
from notifications.models import Delivery, StaffDigest
from notifications.services import outcomes
from tracking.services import work_queue
from tracking.services.access import Actor, Member, acting_as, looked_after_by, members

log = logging.getLogger(__name__)

SECRETARY = Actor.system("secretary")
BATCH = 500
# Seconds after which a run begins no more: the next goes on.
BUDGET = 90.0
# After a longer silence the last day is enough.
LONGEST_LOOK_BACK = timedelta(days=7)
NOTHING_TO_TELL = "nothing to tell"
UTC_ZONE = ZoneInfo("UTC")

_State = StaffDigest.State


@dataclass(slots=True)
class Digested:
    """What one run did, in numbers of digests. ``empty``: there was nothing to tell."""

    begun: int = 0
    sent: int = 0
    empty: int = 0
    failed: int = 0
    lost: int = 0


def write_digests(*, now: datetime) -> Digested:
    """Send each digest whose morning has come and that was not sent today. Safe to run late, twice and twice at once."""
    done = Digested()
    _settle_lost(now, done)
    began = monotonic()
    above = 0
    while True:
        with acting_as(SECRETARY):
            staff = members(limit=BATCH, above_id=above)
            done.begun += _begin(staff, now)
            waiting = _waiting({member.user_id for member in staff}, now)
        for member in staff:
            if member.user_id in waiting and monotonic() - began < BUDGET:
                _write_patiently(member, now, done)
        if len(staff) < BATCH:
            return done
        above = staff[-1].user_id


def _begin(staff: Sequence[Member], now: datetime) -> int:
    """A row for each whose morning has come; the database lets one in, a day and prescriber."""
    rows = [
        StaffDigest(recipient_id=member.user_id, day=today.day, worth_until=today.ends_at, next_attempt_at=now)
        for member in staff
        if (today := morning(now, _zone(member))) is not None
    ]
    there = set(
        StaffDigest.objects.filter(
            recipient_id__in={row.recipient_id for row in rows}, day__in={row.day for row in rows}
        ).values_list("recipient_id", "day")
    )
    new = [row for row in rows if (row.recipient_id, row.day) not in there]
    StaffDigest.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _waiting(recipients: set[int], now: datetime) -> set[int]:
    rows = StaffDigest.objects.filter(recipient_id__in=recipients, state=_State.QUEUED, next_attempt_at__lte=now)
    return set(rows.values_list("recipient_id", flat=True))


def _write_patiently(member: Member, now: datetime, done: Digested) -> None:
    try:
        _write_to(member, now, done)
    except Exception:
        # One prescriber's trouble must not stop the digests of all the others; his waits for the next run.
        log.exception("a digest could not be written", extra={"recipient": member.user_id})
        done.failed += 1


def _write_to(member: Member, now: datetime, done: Digested) -> None:
    with acting_as(Actor.user(member.user_id)):
        row, message = _take(member, now, done)
    if row is None or message is None:
        return
    outcome = _send(message, member.email)
    with acting_as(SECRETARY):
        ours = StaffDigest.objects.select_for_update().get(pk=row.pk)
        if (ours.state, ours.attempts) != (_State.SENDING, row.attempts):
            return  # we were given up for lost
        outcomes.settle(ours, outcome, now, until=ours.worth_until)
        ours.save()
        done.sent += ours.state == _State.SENT
        done.failed += ours.state != _State.SENT


def _take(member: Member, now: datetime, done: Digested) -> tuple[StaffDigest | None, Message | None]:
    """His newest digest that waits, in our hands and in words; older ones are over."""
    rows = list(
        StaffDigest.objects.filter(recipient_id=member.user_id, state=_State.QUEUED, next_attempt_at__lte=now)
        .order_by("-day")
        .select_for_update(skip_locked=True)
    )
    newest = None
    for row in rows:
        if newest is not None or now >= row.worth_until:
            outcomes.end(row, _State.DEAD, now, "its time is over")
        else:
            newest = row
    message = None if newest is None else _message(member, newest, now)
    if newest is not None and message is None:
        outcomes.end(newest, _State.DEAD, now, NOTHING_TO_TELL)
        done.empty += 1
    elif newest is not None:
        outcomes.begin(newest, now)
    for row in rows:
        row.save()
    return newest, message


def _message(member: Member, row: StaffDigest, now: datetime) -> Message | None:
    catalogue = words_in(LANGUAGES[0])
    work = [
        Line(_at(line.patient), line.priority, line.is_overdue, line.respond_by, line.others)
        for line in work_queue.lines_for(member.user_id, now=now)
    ]
    unreached = [_at(uid) for uid in _unreached(member, now)]
    said = digest(catalogue, work, unreached, zone=_zone(member), all_at=f"{settings.PUBLIC_URL}/admin/")
    if said is None:
        return None
    names = [f"line {number}" for number in range(len(said.links))]
    return Message(
        said.subject,
        said.body,
        reference=str(row.uid),
        links={name: url for name, (_, url) in zip(names, said.links, strict=True)},
        texts={name: text for name, (text, _) in zip(names, said.links, strict=True)},
        expires_in=row.worth_until - now,
        expires_at=row.worth_until,
    )


def _unreached(member: Member, now: datetime) -> list[UUID]:
    """Men whom a message did not reach since he was told last, or perhaps not, and no other one of the same reminder did."""
    told = StaffDigest.objects.filter(
        recipient_id=member.user_id, state=_State.SENT, ended_at__gt=now - LONGEST_LOOK_BACK
    ).aggregate(last=Max("ended_at"))["last"]
    since = told or now - timedelta(days=1)
    ended = Delivery.objects.filter(reminder__isnull=False, ended_at__gt=since, ended_at__lte=now)
    failed = dict(
        ended.filter(state__in=[_State.REFUSED, _State.UNKNOWN, _State.DEAD])
        .exclude(state=_State.DEAD, last_reason=outcomes.NO_LONGER_DUE)
        .values_list("reminder_id", "patient_id")
    )
    arrived = set(
        Delivery.objects.filter(reminder__in=failed, state__in=[_State.SENT, _State.QUEUED, _State.SENDING]).values_list(
            "reminder_id", flat=True
        )
    )
    men = {patient_id for reminder_id, patient_id in failed.items() if reminder_id not in arrived}
    named = looked_after_by(member.user_id, men)
    return [named[patient_id] for patient_id in sorted(named)]


def _send(message: Message, address: str) -> Outcome:
    try:
        return CHANNELS["email"].send(message, Target("address", address))
    except Exception as error:
        # A channel does not raise. If one does, the message may be out.
        log.exception("a channel raised", extra={"digest": message.reference})
        return Unknown(type(error).__name__)


def _settle_lost(now: datetime, done: Digested) -> None:
    with acting_as(SECRETARY):
        lost = StaffDigest.objects.filter(state=_State.SENDING, sending_since__lt=outcomes.lost_before(now))
        for row in lost.select_for_update(skip_locked=True):
            outcomes.settle_lost(row, now)
            row.save()
            done.lost += 1


def _at(patient: UUID) -> str:
    return f"{settings.PUBLIC_URL}/admin/tracking/patient/{patient}/"


def _zone(member: Member) -> ZoneInfo:
    return zone_named(member.zone) or UTC_ZONE
