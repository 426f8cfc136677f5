"""What a man sees when he opens the app, read in a number of statements that does not grow with his record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from tracking.domain.estradiol import ANALYTE
from tracking.domain.expected import Move
from tracking.evidence import load_rulebook
from tracking.models import DueItem, Evaluation, ImportRow, LabResult, Patient, Standing, User, ZoneMove
from tracking.models.imports import RowState
from tracking.services import plans, shown
from tracking.services.access import not_found
from tracking.services.intake import Expected, expected_of
from tracking.services.kept import Kept
from tracking.services.lived import local_today

__all__ = ["CHART_POINTS", "Stand", "Today", "chart_of", "opened_by", "stand_of", "today_of"]

# As many as a chart can tell apart; `older` says that there are more, and the list of results has them all.
CHART_POINTS = 200
_MOST = 10
_DUE = ("uid", "revision", "kind", "rule", "opens_on", "due_on", "overdue_on", "earliest_answer_on", "zone")


@dataclass(frozen=True, slots=True)
class Stand:
    """Where he stands and what is due. ``evaluation`` comes as :func:`tracking.services.shown.for_his_words` reads it, without
    its basis; of that, ``reading``, ``segments`` and ``results`` draw the chart. ``due``: as the database renders it.
    """

    evaluation: Any
    reading: dict[str, Any] | None
    segments: list[dict[str, Any]]
    results: dict[str, dict[str, Any]]
    due: list[dict[str, Any]]
    moves: list[Move]


@dataclass(frozen=True, slots=True)
class Today:
    """The doses of today, and the ids by which he knows their regimens."""

    doses: list[Expected]
    names: dict[str, str]


def _opened(user_id: int) -> QuerySet[Patient]:
    waiting = ImportRow.objects.filter(patient=OuterRef("pk"), state=RowState.ASKS)
    by_file = waiting.values("batch__uid").annotate(rows=Count("pk")).order_by("-batch__uid")
    rows = by_file.values(row=JSONObject(uid="batch__uid", rows="rows"))
    return Patient.objects.filter(user=user_id).annotate(asking=ArraySubquery(rows))


def _stands(patient_id: int) -> QuerySet[Evaluation]:
    his = {"patient": OuterRef("patient")}
    due = DueItem.objects.filter(**his, state=DueItem.State.OPEN, audience=DueItem.Audience.MAN).order_by("due_on", "pk")
    moves = ZoneMove.objects.filter(**his).order_by("at", "pk")
    standing = Standing.objects.filter(patient=patient_id).values("evaluation")
    return (
        Evaluation.objects.filter(pk=Subquery(standing))
        .defer("basis")
        .annotate(
            **shown.for_his_words(),
            reading=F("basis__result"),
            segments=F("placed__content__segments"),
            results=F("placed__content__results"),
            due=ArraySubquery(due.values(row=JSONObject(**{name: name for name in _DUE}))[:_MOST]),
            moves=ArraySubquery(moves.values(row=JSONObject(at="at", zone="zone"))),
        )
    )


def _newest(patient_id: int) -> QuerySet[LabResult]:
    results = LabResult.objects.live().filter(patient=patient_id, analyte=ANALYTE)
    return results.order_by("-at", "-pk")[: CHART_POINTS + 1]


# What every opening of the app asks, composed once.
_OPENED, _STANDS, _CHART = Kept(_opened), Kept(_stands), Kept(_newest)
_REGIMENS = Kept(lambda patient_id: plans.standing().filter(patient=patient_id))


def opened_by(user: User) -> Any:
    """The man whose account this is, with the rows of files that wait for an answer (``asking``); 404 where it is no man's.

    One statement. What it reads decides whether anything on his screen can have changed: rows of files carry no revision.
    """
    found = _OPENED.of(user.pk)
    if not found:
        raise not_found()
    return found[0]


def stand_of(man: Patient) -> Stand:
    """His latest evaluation, and what hangs on him beside it. One statement."""
    row: Any = _STANDS.of(man.pk)[0]
    return Stand(
        evaluation=row,
        reading=row.reading,
        segments=row.segments or [],
        results=row.results or {},
        due=row.due,
        moves=[Move(datetime.fromisoformat(move["at"]), move["zone"]) for move in row.moves],
    )


def chart_of(man: Patient) -> tuple[list[LabResult], bool]:
    """His newest estradiols, the oldest first, and whether there are older ones. One statement."""
    found = _CHART.of(man.pk)
    return found[:CHART_POINTS][::-1], len(found) > CHART_POINTS


def today_of(man: Patient, moves: list[Move], now: datetime) -> Today:
    """What he is expected to take today, each with what he logged for it. Two statements."""
    rows = _REGIMENS.of(man.pk)
    known = [plans.plan_of(row, load_rulebook()) for row in rows]
    today = local_today(man, now)
    doses = expected_of(man, today, today, known=(known, moves))
    return Today(doses, {str(row.uid): row.client_id for row in rows})
