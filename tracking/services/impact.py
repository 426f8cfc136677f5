"""For whom another rulebook would say something else, before it is switched on. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models.fields.json import KT

from tracking.domain.actor import Actor
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.history import History
from tracking.domain.impact import Impact, impact_of
from tracking.domain.rulebook import RuleBook
from tracking.models import Episode, Finding, Patient, Standing
from tracking.services.access import acting_as
from tracking.services.history import histories_of

__all__ = ["CandidateError", "ManImpact", "count", "impacts", "of_men"]

_PAGE = 200


@dataclass(frozen=True, slots=True)
class ManImpact:
    uid: UUID
    is_statistical: bool
    impact: Impact


class CandidateError(Exception):
    """The candidate loads, and yet a man cannot be evaluated by it."""


def count(*, by: Actor) -> int:
    """How many men there are."""
    with acting_as(by):
        return Patient.objects.filter(erased_at=None).count()


def impacts(
    current: RuleBook, candidate: RuleBook, *, by: Actor, now: datetime, limit: int | None = None
) -> Iterator[ManImpact]:
    """Every man under both, as of ``now``, by ascending id; each page of men in a transaction that can only read.

    Raises :class:`CandidateError` where the candidate cannot evaluate a man: it is not fit to be switched on.
    """
    last, left = 0, limit
    while left is None or left > 0:
        size = _PAGE if left is None else min(_PAGE, left)
        with acting_as(by, reads_only=True):
            men = list(Patient.objects.filter(pk__gt=last, erased_at=None).order_by("pk")[:size])
            found = of_men(men, current, candidate, now)
        yield from found
        if not men:
            return
        last = men[-1].pk
        left = None if left is None else left - len(men)


def of_men(men: Sequence[Patient], current: RuleBook, candidate: RuleBook, now: datetime) -> list[ManImpact]:
    """These men under both, in their order. So many queries, however many men. Raises :class:`CandidateError`, as above."""
    histories, is_open = histories_of(men), _open_families(men)
    return [
        ManImpact(
            man.uid,
            man.is_statistical,
            impact_of(evaluate(histories[man.pk], current, now), _by(candidate, histories[man.pk], man, now), is_open[man.pk]),
        )
        for man in men
    ]


def _by(candidate: RuleBook, history: History, man: Patient, now: datetime) -> Evaluation:
    try:
        return evaluate(history, candidate, now)
    except (LookupError, ArithmeticError, ValueError) as error:
        raise CandidateError(f"{man.uid} cannot be evaluated by {candidate.version}: {error!r}.") from error


def _open_families(men: Sequence[Patient]) -> dict[int, set[str]]:
    """By man the families of what is open: the findings of the evaluation that stands, and the episodes not yet closed."""
    standing = Standing.objects.filter(patient__in=men).values("evaluation")
    rows = Finding.objects.filter(evaluation__in=standing).annotate(family=KT("detail__family"))
    found: dict[int, set[str]] = defaultdict(set)
    episodes = Episode.objects.unresolved().filter(patient__in=men)
    for patient_id, family in (*rows.values_list("patient_id", "family"), *episodes.values_list("patient_id", "family")):
        found[patient_id].add(family)
    return found
