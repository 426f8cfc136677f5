"""When nobody acts, somebody of the man's clinic is told: his lead, then the clinic, then its administrator; each once.

Three silences: a response that is overdue (CLINICAL 9.7; the level is tracking's to say), an item whose kind escalates by
``catalogue/stages.toml``, and a man whom no message can reach. After an outage only the level reached by then is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from notifications.catalogue import escalated_kinds, rule_for
from notifications.domain.stages import Level
from notifications.models import Delivery, Escalation, Reminder
from tracking.services import due, episodes
from tracking.services.access import Actor, CareTeam, acting_as, care_teams

ESCALATOR = Actor.system("escalator")
BATCH = 500
# What could not be handed over by then is in the queue anyway, where everybody looks.
LIVES = timedelta(days=3)

_About = Escalation.About


@dataclass(slots=True)
class Escalated:
    """What one run told, in numbers of silences; ``unheard``: nobody looks after the man."""

    told: int = 0
    unheard: int = 0


def escalate(*, now: datetime) -> Escalated:
    """Tell of every silence that has reached a level nobody of that level was told of. Safe to run late, twice and at once."""
    done = Escalated()
    above = 0
    while True:
        with acting_as(ESCALATOR):
            late = episodes.unanswered(now, limit=BATCH, above_id=above)
            _tell([_of_response(each, now) for each in late if each.level], done, now)
        if len(late) < BATCH:
            break
        above = late[-1].id
    above = 0
    spans = {kind: (rule.escalate[0].days, rule.escalate_until_days) for kind, rule in escalated_kinds().items()}
    while spans:
        with acting_as(ESCALATOR):
            items = due.overdue_for(spans, today=now.astimezone(UTC).date(), limit=BATCH, above_id=above)
            _tell([found for item in items if (found := _of_item(item, now)) is not None], done, now)
        if len(items) < BATCH:
            break
        above = items[-1].id
    return done


def tell_unreachable(rows: Iterable[Reminder], *, now: datetime) -> None:
    """That these reminders stand in the inbox alone, because no device and no address is known. Once an item and round.

    Doses and refills are his own affair; nobody is told.
    """
    found = {
        (row.due_item_id, row.round): Escalation(
            patient_id=row.patient_id,
            about=_About.UNREACHABLE,
            subject_id=row.due_item_id,
            occasion=f"round {row.round}",
            level=Level.LEAD,
            at=now,
        )
        for row in rows
        if row.due_item_id is not None
    }
    _tell(list(found.values()), Escalated(), now)


def is_still_silent(rows: Sequence[Escalation]) -> set[int]:
    """Those of these, by id, about which still nothing has happened. Asked just before somebody is told."""
    items = due.notices({row.subject_id for row in rows if row.about != _About.RESPONSE})
    waiting = episodes.still_unanswered({row.subject_id for row in rows if row.about == _About.RESPONSE})
    return {
        row.pk
        for row in rows
        if (
            row.subject_id in waiting
            if row.about == _About.RESPONSE
            else row.subject_id in items and items[row.subject_id].is_open
        )
    }


def _of_response(late: episodes.Unanswered, now: datetime) -> Escalation:
    return Escalation(
        patient_id=late.patient_id,
        about=_About.RESPONSE,
        subject_id=late.id,
        occasion=late.respond_by.astimezone(UTC).isoformat(),
        level=Level(late.level),
        at=now,
    )


def _of_item(item: due.DueNotice, now: datetime) -> Escalation | None:
    level = rule_for(item.kind).level((now.astimezone(UTC).date() - item.overdue_on).days)
    if level is None:
        return None
    return Escalation(
        patient_id=item.patient_id,
        about=_About.OVERDUE,
        subject_id=item.id,
        occasion=item.overdue_on.isoformat(),
        level=level,
        at=now,
    )


def _tell(found: Sequence[Escalation], done: Escalated, now: datetime) -> None:
    """Write what is new, and a message to each who is to hear of it."""
    if not found:
        return
    told = set(
        Escalation.objects.filter(subject_id__in={row.subject_id for row in found}).values_list(
            "about", "subject_id", "occasion", "level"
        )
    )
    new = [row for row in found if (row.about, row.subject_id, row.occasion, row.level) not in told]
    teams = care_teams({row.patient_id for row in new})
    heard = [row for row in new if row.patient_id in teams]
    # Two runs at once: the database lets one of each key in, and only that one writes to people.
    Escalation.objects.bulk_create(heard, ignore_conflicts=True)
    kept = {row.uid: row for row in Escalation.objects.filter(uid__in=[row.uid for row in heard])}
    Delivery.objects.bulk_create(
        Delivery(patient_id=row.patient_id, escalation=row, recipient_id=user_id, channel="email", next_attempt_at=now)
        for row in kept.values()
        for user_id in sorted(_who(Level(row.level), teams[row.patient_id]))
    )
    done.told += len(kept)
    done.unheard += len(new) - len(heard)


def _who(level: Level, team: CareTeam) -> frozenset[int]:
    """Where a level has nobody, its part falls to the whole clinic."""
    if level == Level.LEAD:
        return team.lead or team.clinic
    if level == Level.ADMINISTRATOR:
        return team.administrators or team.clinic
    return team.clinic
