"""Episodes: followed at every evaluation, answered by prescribers, and listed as a clinic's work.

Notifications learns of silences only through :func:`unanswered` here; it names no drug, hormone or result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from tracking.domain.verdict import CURRENT, SUPERSEDED
from tracking.domain.work_queue import QueueEntry, queue_key
from tracking.evidence import load_rulebook
from tracking.models import (
    CareRelationship,
    Clinic,
    DueItem,
    Episode,
    EpisodeEvent,
    Evaluation,
    Finding,
    Patient,
    Standing,
    User,
)
from tracking.services.access import acting_as, current_actor, lock_patient, not_found
from tracking.services.lived import local_today

__all__ = [
    "Concluded",
    "QueueRow",
    "Unanswered",
    "acknowledge",
    "find",
    "follow",
    "is_overdue",
    "queue",
    "sentences",
    "snooze",
    "state",
    "still_unanswered",
    "unanswered",
]

_COLUMNS = tuple(field.name for field in fields(EpisodeRecord) if field.name not in ("level", "worst_priority"))
_LEVEL = tuple(field.name for field in fields(Level))
_WRITTEN = ("evaluation", "worst_priority", *_LEVEL, *_COLUMNS)


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
    Episode.objects.bulk_create(row for row, _ in made)
    if changed:
        Episode.objects.bulk_update((row for row, _ in changed), _WRITTEN)
    evaluations = {each.man.pk: each.row for each in concluded}
    events = (
        event
        for row, step in (*made, *changed)
        for event in _events(row, step, by=_who(), at=now, seen=evaluations[row.patient_id])
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
    """The finding that speaks for each episode, by its key: as it is found now, else as it was found last. One query."""
    about = Q(evaluation__in={row.evaluation_id for row in rows})
    about |= Q(evaluation__in=Standing.objects.filter(patient__in={row.patient_id for row in rows}).values("evaluation"))
    found = {(f.patient_id, f.detail["family"], f.code): f for f in Finding.objects.filter(about).order_by("evaluation_id")}
    keys = {row.pk: (row.patient_id, row.family, row.code) for row in rows}
    return {pk: found[key] for pk, key in keys.items() if key in found}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One man of the work queue: his worst open episode, the others, and what the order rests on besides them."""

    man: Patient
    worst: Episode
    others: tuple[Episode, ...]
    days_below: int
    days_without: int | None


def queue(
    *,
    clinics: Iterable[Clinic],
    now: datetime,
    limit: int,
    after: UUID | None = None,
    also_p4: bool = False,
    without: User | None = None,
) -> list[QueueRow]:
    """The open episodes of these clinics' men, one row per man, in the order of CLINICAL 9.7.

    Snoozed ones are out until the snooze ends. ``after``: the man behind whom to go on; raises Problem where he has left the
    queue. ``without``: nobody works on his own record. One query, however many men.
    """
    in_care = CareRelationship.objects.covering().filter(clinic__in=list(clinics))
    basis = "patient__standing__evaluation__basis__"
    rows = _open_to(in_care, now).annotate(verdict=F(f"{basis}verdict"), windows=F(f"{basis}series__days_below"))
    if not also_p4:
        rows = rows.exclude(priority=Priority.P4.rank)
    if without is not None:
        rows = rows.exclude(patient__user=without)
    ordered = sorted(((_entry(row, now), row) for row in rows), key=lambda pair: queue_key(pair[0]))
    men: dict[int, list[tuple[QueueEntry, Episode]]] = {}
    for entry, row in ordered:
        men.setdefault(row.patient_id, []).append((entry, row))
    lines = [_line(his) for his in men.values()]
    start = 0
    if after is not None:
        start = 1 + next((place for place, line in enumerate(lines) if line.man.uid == after), -2)
        if start < 0:
            raise problem("?cursor", "cursor-unreadable", "He has left the queue meanwhile. Take the list from its start.")
    return lines[start : start + limit]


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
        _open_to(CareRelationship.objects.covering(), now)
        .filter(acknowledged_at=None, respond_by__lte=now, pk__gt=above_id)
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
            level=pure.escalation(row.respond_by, _priority(row.priority), Look(now, row.patient.zone, rulebook)),
        )
        for row in rows
    ]


def still_unanswered(ids: Iterable[int]) -> set[int]:
    """Those of these episodes that nobody has answered and that have not ended, in one query."""
    return set(Episode.objects.unresolved().filter(pk__in=ids, acknowledged_at=None).values_list("pk", flat=True))


def _open_to(care: QuerySet[CareRelationship], now: datetime) -> QuerySet[Any]:
    """Unresolved and awake, of men in this care; a survey row is in nobody's."""
    return (
        Episode.objects.unresolved()
        .awake(now)
        .filter(Exists(care.filter(patient=OuterRef("patient"))), patient__is_statistical=False)
        .select_related("patient")
    )


def _entry(row: Any, now: datetime) -> QueueEntry:
    return QueueEntry(
        patient=row.patient_id,
        priority=_priority(row.priority),
        overdue=is_overdue(row, now),
        acknowledged=row.acknowledged_at is not None,
        lane=Lane(row.lane),
        margin=Decimal(row.margin) if row.margin else None,
        censored=row.censored,
        days_below=max(row.windows or [{"window": 0, "known": 0}], key=lambda days: days["window"])["known"],
        days_without=_days_without(row.verdict, local_today(row.patient, now)),
        opened_at=row.opened_at,
    )


def _days_without(verdict: Mapping[str, Any], today: date) -> int | None:
    """For how many days he has had no current estradiol; None where none was ever current, or nobody knows since when."""
    if verdict["state"] == CURRENT:
        return 0
    ended = [verdict["stale_on"], verdict["changed_by"]["on"] if verdict["state"] == SUPERSEDED else None]
    days = [(today - date.fromisoformat(day)).days for day in ended if day]
    return max(days, default=None)


def _line(his: Sequence[tuple[QueueEntry, Episode]]) -> QueueRow:
    entry, worst = his[0]
    return QueueRow(worst.patient, worst, tuple(row for _, row in his[1:]), entry.days_below, entry.days_without)


def _standing(men: Sequence[Patient], now: datetime) -> dict[int, dict[str, Episode]]:
    """By man and family the episode that is not resolved, else the last one that may come back."""
    since = now - timedelta(days=load_rulebook().episodes.recurrence.days)
    found: dict[int, dict[str, Episode]] = {}
    for row in Episode.objects.filter(Q(resolved_at=None) | Q(resolved_at__gte=since), patient__in=men).order_by(
        F("resolved_at").asc(nulls_last=True), "pk"
    ):
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
    if row.revision != revision:
        raise problem(
            "/revision",
            "episode-changed",
            "This episode has changed since it was read. Read it again; its revision is now {revision}.",
            kind="conflict",
            revision=row.revision,
        )
    _fill(row, step.episode)
    row.save(update_fields=_WRITTEN)
    EpisodeEvent.objects.bulk_create(_events(row, step, by=str(by), at=now, seen=row.evaluation))
    row.refresh_from_db(fields=["revision"])
    return row


def _events(row: Episode, step: Step, *, by: str, at: datetime, seen: Evaluation) -> Iterator[EpisodeEvent]:
    for event in step.events:
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
        "priority": _priority(row.priority),
        "lane": Lane(row.lane),
        "margin": Decimal(row.margin) if row.margin else None,
    }
    kept = {name: getattr(row, name) for name in _COLUMNS}
    return EpisodeRecord(level=Level(**level), worst_priority=_priority(row.worst_priority), **kept)


def _fill(row: Episode, episode: EpisodeRecord) -> None:
    for name in _COLUMNS:
        setattr(row, name, getattr(episode, name))
    for name in _LEVEL:
        setattr(row, name, getattr(episode.level, name))
    row.priority, row.worst_priority = episode.level.priority.rank, episode.worst_priority.rank
    row.margin = _exact(episode.level.margin)


def _exact(margin: Decimal | None) -> str:
    return "" if margin is None else f"{margin:f}"


def _priority(rank: int) -> Priority:
    return Priority(f"P{rank}")
