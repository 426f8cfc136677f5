"""A clinic's work: one row per man, his worst open episode, in the order of CLINICAL 9.7.

The order is :func:`tracking.domain.work_queue.queue_key`, said once more to the database, which sorts narrow rows and hands
out a page of them; a test holds the two together. Whatever a page shows is read for its men alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import (
    BooleanField,
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, NullIf

from tracking.domain.problems import problem
from tracking.domain.rulebook import Lane, Priority
from tracking.domain.work_queue import LANES
from tracking.models import CareRelationship, Clinic, Patient, User
from tracking.services.episodes import open_to
from tracking.services.lived import local_today

__all__ = ["Asked", "Counts", "QueueRow", "Work", "WorkLine", "lines_for", "work_of"]

# More than anybody can answer in a day, by far.
_MOST_TOLD = 10_000

# Open episodes of a man, of which most have fewer.
_OPEN_EACH = 4

# As many digits as an episode's margin has at most.
_MARGIN = DecimalField(max_digits=40, decimal_places=30)
_STANDING = "patient__standing__"
_BASIS = f"{_STANDING}evaluation__basis__"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which men of the queue: those who have an open episode of every kind that is asked for. ``name``: a part of his."""

    also_p4: bool = False
    mine: bool = False
    unacknowledged: bool = False
    blind: bool = False
    overdue: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Men by the priority of their worst open episode, and by what of it is asked for."""

    by_priority: tuple[int, ...]
    mine: int
    unacknowledged: int
    blind: int
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.by_priority)

    def least_urgent_of(self, first: int) -> int | None:
        """The priority that none of the first so many men falls behind, since priority orders first; None: there are fewer."""
        reached = accumulate(self.by_priority)
        return next((rank for rank, men in enumerate(reached) if men >= first), None)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One man of the work queue: his worst open episode, the others, and what his evaluation says, where a page shows it."""

    man: Patient
    worst: Any
    others: tuple[Any, ...]
    days_below: int
    days_without: int | None


@dataclass(frozen=True, slots=True)
class Work:
    """The open episodes of some clinics' men, as one of their prescribers may see them at ``now``."""

    rows: QuerySet[Any]
    now: datetime

    def page(self, *, start: int, limit: int, counts: Counts | None = None) -> list[QueueRow]:
        """So many men from this place on, each with all of his open episodes: two queries, however many wait.

        Where men have more than a few open episodes each, it is one more. ``counts`` of this work, where they were asked for:
        what is less urgent than anything on the page is not ranked.
        """
        most, bound = start + limit, counts.least_urgent_of(start + limit) if counts else None
        men = _men(self.rows if bound is None else self.rows.filter(priority__lte=bound), most)
        if bound is not None and len(men) < most:  # somebody left since they were counted
            men = _men(self.rows, most)
        return self._lines(men[start:])

    def after(self, uid: UUID, *, limit: int) -> list[QueueRow]:
        """So many men behind this one. Raises Problem where he has left the queue."""
        men = _men(self.rows)
        there = Patient.objects.filter(uid=uid).values_list("pk", flat=True).first()
        if there not in men:
            raise problem("?cursor", "cursor-unreadable", "He has left the queue meanwhile. Take the list from its start.")
        start = men.index(there) + 1
        return self._lines(men[start : start + limit])

    def counts(self) -> Counts:
        """How many men, in one query."""
        every = ("mine", "unacknowledged", "blind", "overdue")
        per_man = self.rows.order_by().values("patient").annotate(
            worst=Min("priority"), **{f"any_{name}": BoolOr(name) for name in every}
        )  # fmt: skip
        asked = {f"p{rank}": Count("patient", filter=Q(worst=rank)) for rank in range(len(Priority))}
        asked |= {name: Count("patient", filter=Q(**{f"any_{name}": True})) for name in every}
        found = per_man.aggregate(**asked)
        return Counts(tuple(found[f"p{rank}"] for rank in range(len(Priority))), *(found[name] for name in every))

    def asked(self, asked: Asked) -> Work:
        """The part of it that is asked for. A man's row shows all of his open episodes nevertheless."""
        rows = self.rows
        for name in ("mine", "unacknowledged", "blind", "overdue"):
            if getattr(asked, name):
                rows = rows.filter(Exists(self.rows.filter(patient=OuterRef("patient"), **{name: True})))
        for word in asked.name.split():
            rows = rows.filter(Q(patient__name__icontains=word) | Q(patient__user__email__icontains=word))
        return Work(rows, self.now)

    def _lines(self, men: Sequence[int]) -> list[QueueRow]:
        shown = (
            self.rows.filter(patient__in=men)
            .select_related("patient", "assigned_to__user", f"{_STANDING.removesuffix('__')}")
            .annotate(
                evaluation_uid=F(f"{_STANDING}evaluation__uid"),
                word=F(f"{_STANDING}evaluation__word"),
                verdict_state=F(f"{_STANDING}evaluation__state"),
                drawn_on=F(f"{_BASIS}verdict__drawn_on"),
                result=F(f"{_BASIS}result"),
                on_ai=F(f"{_BASIS}context__now__ai"),
                windows=F(f"{_BASIS}series__days_below"),
            )
        )
        by_man: dict[int, list[Any]] = {pk: [] for pk in men}
        for row in _in_order(shown):
            by_man[row.patient_id].append(row)
        return [_line(his, self.now) for his in by_man.values() if his]


def work_of(
    *, clinics: Iterable[Clinic] | QuerySet[Clinic], now: datetime, also_p4: bool = False, user: User | None = None
) -> Work:
    """The work of these clinics. Snoozed episodes are out until the snooze ends; P4 is, unless it is asked for.

    ``user``: who looks. Nobody works on his own record; what is assigned to him, or to nobody where he leads, is his.
    """
    in_care = CareRelationship.objects.covering().filter(clinic__in=clinics if isinstance(clinics, QuerySet) else list(clinics))
    rows = open_to(in_care, now)
    if not also_p4:
        rows = rows.exclude(priority=Priority.P4.rank)
    if user is not None:
        # Asked apart: a join with every man, to find the one who is oneself, would cost more than the sort.
        rows = rows.exclude(patient__in=list(Patient.objects.filter(user=user).values_list("pk", flat=True)))
    unanswered = Q(acknowledged_at=None)
    return Work(
        rows.annotate(
            unacknowledged=_flag(unanswered),
            overdue=_flag(unanswered & Q(respond_by__lte=now)),
            blind=_flag(Q(lane=Lane.BLIND_ON_AI)),
            mine=_flag(_mine(in_care, user)),
            lane_rank=Case(*(When(lane=lane, then=rank) for rank, lane in enumerate(LANES)), output_field=IntegerField()),
            exact=Cast(NullIf("margin", Value("")), _MARGIN),
        ),
        now,
    )


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One man of a prescriber's work, as it may be told outside: how urgent, and by when an answer is due, if one is."""

    patient: UUID
    priority: str
    is_overdue: bool
    respond_by: datetime | None
    others: int


def lines_for(user_id: int, *, now: datetime) -> list[WorkLine]:
    """The work of all clinics of this prescriber, in its order; it names no drug, hormone or result. Five queries."""
    himself = User.objects.get(pk=user_id)
    clinics = Clinic.objects.filter(prescribers__user=user_id, prescribers__is_active=True)
    return [
        WorkLine(
            patient=row.man.uid,
            priority=list(Priority)[row.worst.priority].value,
            is_overdue=row.worst.overdue,
            respond_by=row.worst.respond_by,
            others=len(row.others),
        )
        for row in work_of(clinics=clinics, now=now, user=himself).page(start=0, limit=_MOST_TOLD)
    ]


def _mine(in_care: QuerySet[CareRelationship], user: User | None) -> Q:
    if user is None:
        return Q(pk=None)
    leads = in_care.filter(lead__user=user).values("patient")
    return Q(assigned_to__user=user) | Q(assigned_to=None, patient__in=leads)


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


# As `queue_key` has it; the last decides between episodes of one man alone.
_ORDER: tuple[Any, ...] = (
    F("priority").asc(),
    F("overdue").desc(),
    F("unacknowledged").desc(),
    F("lane_rank").asc(),
    F("exact").asc(nulls_last=True),
    F("censored").desc(),
    F(f"{_STANDING}days_below").desc(),
    F(f"{_STANDING}has_current").asc(),
    F(f"{_STANDING}without_since").asc(nulls_first=True),
    F("opened_at").asc(),
    F("patient_id").asc(),
    F("pk").asc(),
)


def _in_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by(*_ORDER)


def _men(rows: QuerySet[Any], most: int | None = None) -> list[int]:
    """The men, or the first so many, in order, each at the place of his worst episode.

    To keep the first few of many rows costs the database less than to rank the episodes of every man.
    """
    ordered = _in_order(rows).values_list("patient_id", flat=True)
    if most is None:
        return list(dict.fromkeys(ordered))
    taken = most * _OPEN_EACH
    while True:
        found = list(ordered[:taken])
        men = list(dict.fromkeys(found))
        if len(men) >= most or len(found) < taken:
            return men[:most]
        taken *= _OPEN_EACH


def _line(his: Sequence[Any], now: datetime) -> QueueRow:
    worst, *others = his
    standing = worst.patient.standing
    return QueueRow(
        man=worst.patient,
        worst=worst,
        others=tuple(others),
        days_below=standing.days_below,
        days_without=_days_without(standing.has_current, standing.without_since, local_today(worst.patient, now)),
    )


def _days_without(has_current: bool, since: date | None, today: date) -> int | None:  # noqa: FBT001  a column of the row
    """For how many days he has had no current estradiol; None where none was ever current, or nobody knows since when."""
    if has_current:
        return 0
    return None if since is None else (today - since).days
