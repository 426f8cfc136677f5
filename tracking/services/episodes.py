"""Episodes: followed at every evaluation, answered by prescribers, and listed as a clinic's work.

Notifications learns of silences only through :func:`unanswered` here; it names no drug, hormone or result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tracking.domain import episodes as pure
from tracking.domain.actor import Actor
from tracking.domain.due import LAB
from tracking.domain.episodes import EpisodeRecord, Level, Look, State, Step
from tracking.domain.evaluate import Evaluation as Conclusion
from tracking.domain.problems import problem
from tracking.domain.rulebook import Lane, Priority
from tracking.evidence import load_rulebook
from tracking.models import (
    CareRelationship,
    DueItem,
    Episode,
    EpisodeEvent,
    Evaluation,
    Finding,
    Patient,
    Prescriber,
    Standing,
)
from tracking.services.access import acting_as, current_actor, lock_patient, not_found
from tracking.services.kept import Kept

__all__ = [
    "Concluded",
    "Unanswered",
    "acknowledge",
    "assign",
    "find",
    "follow",
    "is_overdue",
    "open_to",
    "priority_of",
    "sentences",
    "snooze",
    "state",
    "still_unanswered",
    "unanswered",
]

_COLUMNS = tuple(field.name for field in fields(EpisodeRecord) if field.name not in ("level", "worst_priority"))
_LEVEL = tuple(field.name for field in fields(Level))
_WRITTEN = ("evaluation", "worst_priority", "told_at", *_LEVEL, *_COLUMNS)


@dataclass(frozen=True, slots=True)
class Concluded:
    """One man's evaluation as it was made and as it is stored, and the rulebook of the one before (empty: there was none)."""

    man: Patient
    conclusion: Conclusion
    row: Evaluation
    rulebook_before: str = ""


def follow(concluded: Sequence[Concluded], *, now: datetime) -> None:
    """Bring the episodes of these men up to what was found. Call it holding their locks, in the evaluation's transaction.

    The number of statements does not grow with the men; where nothing changed, nothing is written.
    """
    if not concluded:
        return
    rows = _standing([each.man for each in concluded], now)
    made: list[tuple[Episode, Step]] = []
    changed: list[tuple[Episode, Step]] = []
    for each in concluded:
        look = _look_of(each, now)
        levels = pure.levels_of(each.conclusion.findings, each.conclusion.readings)
        his = rows.get(each.man.pk, {})
        for family in sorted(levels.keys() | his.keys()):
            row = his.get(family)
            step = pure.follow(family, None if row is None else _record(row), levels.get(family), look)
            if step is None:
                continue
            if row is None or step.is_new:
                row = Episode(patient=each.man, opened_in=each.row)
                made.append((row, step))
            else:
                changed.append((row, step))
            # What is no longer found keeps the evaluation that found it last, and with it the sentences.
            if family in levels:
                row.evaluation = each.row
            _fill(row, step.episode)
            if any(event.what == pure.What.REOPENED for event in step.events):
                row.told_at = None  # of this time nobody has been told yet
    Episode.objects.bulk_create(row for row, _ in made)
    if changed:
        Episode.objects.bulk_update((row for row, _ in changed), _WRITTEN)
    evaluations = {each.man.pk: each.row for each in concluded}
    events = (
        event
        for row, step in (*made, *changed)
        for event in _events(row, step.events, by=_who(), at=now, seen=evaluations[row.patient_id])
    )
    EpisodeEvent.objects.bulk_create(events)


def acknowledge(
    *, patient: Patient, uid: UUID, by: Actor, now: datetime, revision: int, outcome: str, note: str = ""
) -> Episode:
    """A prescriber says what he did; ``note`` is the reason where he accepts it as it is.

    ``revision`` is that of the episode as he saw it: what worsened meanwhile is not answered by accident (a conflict). Sending
    the same answer again changes nothing. Raises Problem.
    """
    with acting_as(by):
        man = lock_patient(patient)
        row = _his_to_answer(man, uid, by=by)
        step = pure.acknowledge(_record(row), outcome=outcome, note=note.strip(), by=str(by), now=now)
        return _answered(row, step, revision=revision, by=by, now=now)


def snooze(
    *, patient: Patient, uid: UUID, by: Actor, now: datetime, revision: int, until: datetime, reason: str = ""
) -> Episode:
    """A prescriber puts an episode off: within the limit of its priority and never past the recheck. ``revision`` as above."""
    with acting_as(by):
        man = lock_patient(patient)
        row = _his_to_answer(man, uid, by=by)
        look = Look(now, man.zone, load_rulebook(), recheck_on=_recheck_on(man))
        step = pure.snooze(_record(row), until=until, reason=reason.strip(), by=str(by), look=look)
        return _answered(row, step, revision=revision, by=by, now=now)


def note_told(*, patient_id: int, episode_id: int, by: Actor, now: datetime) -> None:
    """A message about this episode reached somebody of his clinic. From then on the man may read that it was told.

    Called once the message is out, in a transaction of its own: where it is lost, he is told less than there is, never more.
    """
    with acting_as(by):
        man = lock_patient(patient_id)
        Episode.objects.filter(patient=man, pk=episode_id, resolved_at=None).update(told_at=now)


def assign(*, patient: Patient, uid: UUID, by: Actor, now: datetime, revision: int, to: UUID | None) -> Episode:
    """A prescriber says whose work an episode is: that of a member of a clinic that looks after him, or nobody's by name.

    It answers nothing: the response target runs on. ``revision`` as above; the same member again changes nothing. Raises
    Problem that names the members there are.
    """
    with acting_as(by):
        man = lock_patient(patient)
        row = _his_to_answer(man, uid, by=by)
        member = None if to is None else _colleague(man, to)
        if row.assigned_to == member:
            return row
        _refuse_changed(row, revision)
        row.assigned_to = member
        row.save(update_fields=["assigned_to"])
        events = (pure.Happened(pure.What.ASSIGNED, "to nobody by name" if member is None else f"to {member}"),)
        EpisodeEvent.objects.bulk_create(_events(row, events, by=str(by), at=now, seen=row.evaluation))
        row.refresh_from_db(fields=["revision"])
        return row


def find(man: Patient, uid: UUID) -> Episode:
    """One of his episodes, else not found."""
    row = Episode.objects.filter(patient=man, uid=uid).first()
    if row is None:
        raise not_found("episode")
    found: Episode = row
    return found


def state(row: Episode, now: datetime) -> State:
    """What a reader sees at ``now``."""
    return pure.state_of(row.acknowledged_at, row.snoozed_until, row.resolved_at, now)


def is_overdue(row: Episode, now: datetime) -> bool:
    """Nobody has answered in time."""
    return pure.is_overdue(row.respond_by, state(row, now), now)


def sentences(rows: Collection[Episode]) -> dict[int, Finding]:
    """The finding that speaks for each episode, by its key: as it is found now, else as it was found last.

    Two queries: asked for in one, both kinds of evaluation would be looked for among all findings there are.
    """
    latest = Standing.objects.filter(patient__in={row.patient_id for row in rows}).values_list("evaluation", flat=True)
    said_in = Finding.objects.filter(evaluation__in={row.evaluation_id for row in rows}.union(latest))
    found = {(f.patient_id, f.detail["family"], f.code): f for f in said_in.order_by("evaluation_id")}
    keys = {row.pk: (row.patient_id, row.family, row.code) for row in rows}
    return {pk: found[key] for pk, key in keys.items() if key in found}


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An episode that nobody answered in time, and who is to hear of it by now: lead, clinic or clinic_administrator.

    Where a man has no lead prescriber, the lead's part falls to the clinic.
    """

    id: int
    patient_id: int
    priority: int
    respond_by: datetime
    zone: str
    level: str


def unanswered(now: datetime, *, limit: int, above_id: int = 0) -> list[Unanswered]:
    """Overdue responses in ascending id, of men whom a clinic looks after; what sleeps or is P4 is not among them.

    The level is a pure function of ``now``: whoever tells people keeps what has been told, by (id, respond_by, level).
    """
    rulebook = load_rulebook()
    rows = (
        open_to(CareRelationship.objects.covering(), now)
        .filter(acknowledged_at=None, respond_by__lte=now, pk__gt=above_id)
        .select_related("patient")
        .exclude(priority=Priority.P4.rank)
        .order_by("pk")[:limit]
    )
    return [
        Unanswered(
            id=row.pk,
            patient_id=row.patient_id,
            priority=row.priority,
            respond_by=row.respond_by,
            zone=row.patient.zone,
            level=pure.escalation(row.respond_by, priority_of(row.priority), Look(now, row.patient.zone, rulebook)),
        )
        for row in rows
    ]


def still_unanswered(ids: Iterable[int]) -> set[int]:
    """Those of these episodes that nobody has answered and that have not ended, in one query."""
    return set(Episode.objects.unresolved().filter(pk__in=ids, acknowledged_at=None).values_list("pk", flat=True))


def open_to(care: QuerySet[CareRelationship], now: datetime) -> QuerySet[Any]:
    """Unresolved and awake, of men in this care; a survey row is in nobody's."""
    return Episode.objects.unresolved().awake(now).filter(Exists(care.filter(patient=OuterRef("patient"))))


def _unresolved_since(men: Sequence[int], since: datetime) -> QuerySet[Any]:
    rows = Episode.objects.filter(Q(resolved_at=None) | Q(resolved_at__gte=since), patient__in=men)
    return rows.order_by(F("resolved_at").asc(nulls_last=True), "pk")


_UNRESOLVED_SINCE = Kept(_unresolved_since, [int], datetime)


def _standing(men: Sequence[Patient], now: datetime) -> dict[int, dict[str, Episode]]:
    """By man and family the episode that is not resolved, else the last one that may come back."""
    since = now - timedelta(days=load_rulebook().episodes.recurrence.days)
    found: dict[int, dict[str, Episode]] = {}
    for row in _UNRESOLVED_SINCE.of([man.pk for man in men], since):
        found.setdefault(row.patient_id, {})[row.family] = row
    return found


def _look_of(each: Concluded, now: datetime) -> Look:
    said = each.conclusion
    return Look(
        now,
        said.zone,
        load_rulebook(),
        recheck_on=pure.recheck_on(said.open_items),
        switched=each.rulebook_before not in ("", said.rulebook_version),
    )


def _recheck_on(man: Patient) -> date | None:
    items = DueItem.objects.filter(patient=man, kind=LAB, state=DueItem.State.OPEN).order_by("due_on")
    return items.values_list("due_on", flat=True).first()


def _his_to_answer(man: Patient, uid: UUID, *, by: Actor) -> Episode:
    """Asked under the lock: a consent that was ended meanwhile has closed the door."""
    row = find(man, uid)
    members = {"clinic__prescribers__user": by.user_id, "clinic__prescribers__is_active": True}
    if (
        by.user_id is None
        or by.user_id == man.user_id
        or not CareRelationship.objects.covering().filter(patient=man, **members).exists()
    ):
        raise problem("", "prescriber-only", "A prescriber of a clinic that looks after him answers this.", kind="forbidden")
    return row


def _answered(row: Episode, step: Step | None, *, revision: int, by: Actor, now: datetime) -> Episode:
    if step is None:
        return row
    _refuse_changed(row, revision)
    _fill(row, step.episode)
    row.save(update_fields=_WRITTEN)
    EpisodeEvent.objects.bulk_create(_events(row, step.events, by=str(by), at=now, seen=row.evaluation))
    row.refresh_from_db(fields=["revision"])
    return row


def _refuse_changed(row: Episode, revision: int) -> None:
    if row.revision != revision:
        raise problem(
            "/revision",
            "episode-changed",
            "This episode has changed since it was read. Read it again; its revision is now {revision}.",
            kind="conflict",
            revision=row.revision,
        )


def _colleague(man: Patient, uid: UUID) -> Prescriber:
    """An active member of a clinic that looks after him, and not himself."""
    in_care = Prescriber.objects.filter(
        is_active=True, user__is_active=True, clinic__in=CareRelationship.objects.active().filter(patient=man).values("clinic")
    ).exclude(user=man.user_id)
    found = list(in_care.select_related("user", "clinic").order_by("user__name", "pk"))
    member = next((each for each in found if each.uid == uid), None)
    if member is None:
        text = "This is no prescriber of a clinic that looks after him. Accepted: {accepted}."
        raise problem("/to", "assignee-unknown", text, accepted=", ".join(str(each) for each in found))
    return member


def _events(
    row: Episode, happened: Iterable[pure.Happened], *, by: str, at: datetime, seen: Evaluation
) -> Iterator[EpisodeEvent]:
    for event in happened:
        yield EpisodeEvent(
            patient_id=row.patient_id,
            episode=row,
            what=event.what,
            at=at,
            by=by,
            why=event.why[:500],
            priority=row.priority,
            evaluation=seen,
        )


def _who() -> str:
    actor = current_actor()
    assert actor is not None, "episodes are followed inside acting_as"
    return str(actor)


def _record(row: Episode) -> EpisodeRecord:
    level = {name: getattr(row, name) for name in _LEVEL} | {
        "priority": priority_of(row.priority),
        "lane": Lane(row.lane),
        "margin": Decimal(row.margin) if row.margin else None,
    }
    kept = {name: getattr(row, name) for name in _COLUMNS}
    return EpisodeRecord(level=Level(**level), worst_priority=priority_of(row.worst_priority), **kept)


def _fill(row: Episode, episode: EpisodeRecord) -> None:
    for name in _COLUMNS:
        setattr(row, name, getattr(episode, name))
    for name in _LEVEL:
        setattr(row, name, getattr(episode.level, name))
    row.priority, row.worst_priority = episode.level.priority.rank, episode.worst_priority.rank
    row.margin = _exact(episode.level.margin)


def _exact(margin: Decimal | None) -> str:
    return "" if margin is None else f"{margin:f}"


def priority_of(rank: int) -> Priority:
    """As the domain names it."""
    return Priority(f"P{rank}")
