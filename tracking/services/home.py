"""What a man sees when he opens the app, read in a number of statements that does not grow with his record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import JSONObject

from tracking.domain.estradiol import ANALYTE
from tracking.domain.expected import Move
from tracking.evidence import load_rulebook
from tracking.models import DueItem, Evaluation, ImportRow, LabResult, Patient, Standing, User, ZoneMove
from tracking.models.imports import RowState
from tracking.services import plans, shown
from tracking.services.access import not_found
from tracking.services.intake import Expected, expected_of
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


def opened_by(user: User) -> Any:
    """The man whose account this is, with the rows of files that wait for an answer (``asking``); 404 where it is no man's.

    One statement. What it reads decides whether anything on his screen can have changed: rows of files carry no revision.
    """
    waiting = ImportRow.objects.filter(patient=OuterRef("pk"), state=RowState.ASKS)
    by_file = waiting.values("batch__uid").annotate(rows=Count("pk")).order_by("-batch__uid")
    rows = by_file.values(row=JSONObject(uid="batch__uid", rows="rows"))
    man = Patient.objects.filter(user=user).annotate(asking=ArraySubquery(rows)).first()
    if man is None:
        raise not_found()
    return man


def stand_of(man: Patient) -> Stand:
    """His latest evaluation, and what hangs on him beside it. One statement."""
    his = {"patient": OuterRef("patient")}
    due = DueItem.objects.filter(**his, state=DueItem.State.OPEN, audience=DueItem.Audience.MAN).order_by("due_on", "pk")
    moves = ZoneMove.objects.filter(**his).order_by("at", "pk")
    row: Any = (
        Evaluation.objects.filter(pk=Subquery(Standing.objects.filter(patient=man).values("evaluation")))
        .defer("basis")
        .annotate(
            **shown.for_his_words(),
            reading=F("basis__result"),
            segments=F("basis__series__segments"),
            results=F("basis__results"),
            due=ArraySubquery(due.values(row=JSONObject(**{name: name for name in _DUE}))[:_MOST]),
            moves=ArraySubquery(moves.values(row=JSONObject(at="at", zone="zone"))),
        )
        .get()
    )
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
    rows = LabResult.objects.live().filter(patient=man, analyte=ANALYTE).order_by("-at", "-pk")[: CHART_POINTS + 1]
    found = list(rows)
    return found[:CHART_POINTS][::-1], len(found) > CHART_POINTS


def today_of(man: Patient, moves: list[Move], now: datetime) -> Today:
    """What he is expected to take today, each with what he logged for it. Two statements."""
    rows = list(plans.standing().filter(patient=man))
    known = [plans.plan_of(row, load_rulebook()) for row in rows]
    today = local_today(man, now)
    doses = expected_of(man, today, today, known=(known, moves))
    return Today(doses, {str(row.uid): row.client_id for row in rows})
