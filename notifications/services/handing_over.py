"""Whether a delivery is still wanted a moment before it leaves, and in which words it goes to whom.

For a batch at once, in a constant number of queries. Nothing here writes, except that a phone which changed hands is noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.catalogue import LANGUAGES, words_in
from notifications.channels import Message, Target
from notifications.domain.stages import Fate, Stage, fate
from notifications.domain.words import inbox_words, outside_words
from notifications.models import Delivery, Escalation, Reminder
from notifications.services import devices, escalating, outcomes
from notifications.services.links import answer_link, unsubscribe_link
from notifications.services.people import Circumstances, circumstances_of
from notifications.services.spoken import spoken_of, still_wanted
from notifications.services.subjects import Subject, subjects_of
from tracking.services.access import staff_addresses


@dataclass(frozen=True, slots=True)
class Handover:
    """A message on its way, which is this worker's alone. ``attempt``: the how-manieth."""

    delivery_id: int
    attempt: int
    channel: str
    message: Message
    target: Target


@dataclass(frozen=True, slots=True)
class Verdict:
    """It does not leave now: not before ``wait_until``, or never (None). ``has_no_target``: another way may do better."""

    reason: str
    wait_until: datetime | None = None
    has_no_target: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What a batch is judged by."""

    people: Mapping[int, Circumstances]
    subjects: Mapping[int, Subject]
    groups: Mapping[int, Sequence[Reminder]]
    addresses: Mapping[int, str]
    silent: set[int]


def consider(rows: Sequence[Delivery], now: datetime) -> Iterator[tuple[Delivery, Handover | Verdict]]:
    """What becomes of each of these deliveries now."""
    devices.part_with_former_owners([row.device for row in rows if row.device is not None], now=now)
    groups = spoken_of(rows)
    escalations = [row.escalation for row in rows if row.escalation is not None]
    known = _Known(
        people=circumstances_of({row.patient_id for row in rows if row.reminder is not None}),
        subjects=subjects_of((reminder for group in groups.values() for reminder in group), now),
        groups=groups,
        addresses=staff_addresses({row.recipient_id for row in rows if row.recipient_id is not None}),
        silent=escalating.is_still_silent(escalations) if escalations else set(),
    )
    for row in rows:
        if row.reminder is not None:
            yield row, _to_the_man(row, known, now)
        elif row.escalation is not None:
            yield row, _to_the_clinic(row, row.escalation, known, now)


def worth_until(row: Delivery, groups: Mapping[int, Sequence[Reminder]]) -> datetime:
    """From when on it is not worth sending any more: as long as the longest of what it speaks of."""
    if row.escalation is not None:
        return row.escalation.at + escalating.LIVES
    return max(reminder.expires_at for reminder in groups[row.reminder_id or 0])


def _to_the_man(row: Delivery, known: _Known, now: datetime) -> Handover | Verdict:
    said = still_wanted(known.groups[row.reminder_id or 0], known.subjects)
    if not said:
        return Verdict(outcomes.NO_LONGER_DUE)
    # What the next stage of its item speaks of by now is left to that.
    said = [reminder for reminder in said if now < reminder.expires_at]
    if not said:
        return Verdict("its time is over")
    expires_at = max(reminder.expires_at for reminder in said)
    man = known.people.get(row.patient_id)
    target = None if man is None else next((to for to in man.targets(row.channel) if to.device_id == row.device_id), None)
    if man is None or target is None:
        return Verdict("nowhere to send it", has_no_target=True)
    critical = any(known.subjects[reminder.pk].time_critical for reminder in said)
    verdict, at = fate(
        now,
        expires_at=expires_at,
        is_wanted=True,
        hours=man.hours,
        zone=man.zone,
        paused_until=None if critical else man.preference.paused_until,
    )
    if verdict == Fate.EXPIRE:
        return Verdict("its time is over")
    if verdict == Fate.WAIT:
        return Verdict("", wait_until=at)
    catalogue = man.catalogue
    words = outside_words(
        catalogue,
        [inbox_words(catalogue, each.kind, Stage(each.stage), each.due_on) for each in said],
        discreet=man.preference.discreet,
    )
    links = {"answer": answer_link(row.uid)} | ({} if critical else {"unsubscribe": unsubscribe_link(row.uid)})
    message = Message(
        words.title,
        words.body,
        reference=str(row.uid),
        language=catalogue.language,
        links=links,
        texts=dict(catalogue.email) | ({"footer": catalogue.email["kept_on"]} if critical else {}),
        is_urgent=critical,
        expires_in=expires_at - now,
        expires_at=expires_at,
    )
    return Handover(row.pk, row.attempts + 1, row.channel, message, target)


def _to_the_clinic(row: Delivery, escalation: Escalation, known: _Known, now: datetime) -> Handover | Verdict:
    address = known.addresses.get(row.recipient_id or 0)
    if not address:
        return Verdict("nowhere to send it")
    if escalation.pk not in known.silent:
        return Verdict(outcomes.NO_LONGER_DUE)
    if now >= worth_until(row, known.groups):
        return Verdict("its time is over")
    words = words_in(LANGUAGES[0]).staff[escalation.about]
    message = Message(words.title, words.body, reference=str(row.uid), is_urgent=True)
    return Handover(row.pk, row.attempts + 1, row.channel, message, Target("address", address))
