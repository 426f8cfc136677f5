"""A man is evaluated in the transaction that changed his record, and again when time alone changes the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import DurationField, Exists, OuterRef, Q, QuerySet, Value

from tracking.domain.actor import Actor
from tracking.domain.basis_parts import Part, apart, name_of
from tracking.domain.evaluate import Evaluation as Conclusion
from tracking.domain.evaluate import evaluate
from tracking.domain.verdict import CURRENT
from tracking.domain.work_queue import known_days, without_since
from tracking.evidence import load_rulebook
from tracking.models import BasisPart, CareRelationship, ClinicFloor, Evaluation, Finding, Patient, Standing
from tracking.services import bulk, due, episodes, rulebooks
from tracking.services.access import acting_as, lock_patient, lock_patients
from tracking.services.history import histories_of
from tracking.services.in_force import deployment_floor
from tracking.services.kept import Kept

__all__ = [
    "by_another_rulebook",
    "changing_by",
    "count_by_another_rulebook",
    "count_everybody",
    "evaluated_once",
    "everybody",
    "in_care_of",
    "of",
    "reevaluate",
    "reevaluate_many",
    "refresh",
    "refresh_many",
]

# Longer than any request or task lives: between its reading of the clock and its commit.
_LONGEST_WRITE = timedelta(minutes=15)
# By so much the clocks of two machines that are kept right may differ, and more.
_CLOCKS_DIFFER = timedelta(minutes=1)
_STANDS = tuple(field.name for field in Standing._meta.concrete_fields if field.name not in ("id", "patient"))


@dataclass(slots=True)
class _Gathering:
    patient_id: int
    before: Evaluation
    wanted: bool = False


def _latest(men: Sequence[int]) -> QuerySet[Any]:
    rows = Standing.objects.filter(patient__in=men).select_related("evaluation")
    return rows.defer("evaluation__basis")


# What stands of men without its basis, which is much, and is read when somebody asks for it.
_LATEST = Kept(_latest, [int])


_gathering: ContextVar[_Gathering | None] = ContextVar("gathering", default=None)


def refresh(man: Patient, *, now: datetime) -> Evaluation:
    """Evaluate him as of ``now`` and store what came out, if it is not what stands. Call it holding his lock.

    Inside :func:`evaluated_once` it only notes that this is wanted, and answers with what stood before.
    """
    gathering = _gathering.get()
    if gathering is not None and gathering.patient_id == man.pk:
        gathering.wanted = True
        return gathering.before
    return refresh_many([man], now=now)[man.pk]


@contextmanager
def evaluated_once(man: Patient, *, now: datetime) -> Iterator[None]:
    """Several writes to one man's record, by any services, and one evaluation of what they come to, at the end.

    Call it holding his lock, inside the transaction that all the writes share. Where nothing was written, or where the block
    raises, nothing is evaluated. It does not nest for the same man: the outermost evaluates.
    """
    outer = _gathering.get()
    if outer is not None and outer.patient_id == man.pk:
        yield
        return
    standing = _standing([man])
    gathering = _Gathering(man.pk, standing[man.pk] if standing else refresh(man, now=now))
    token = _gathering.set(gathering)
    try:
        yield
    finally:
        _gathering.reset(token)
    if gathering.wanted:
        # He is read anew, for his zone may be among what was written; what stands was not.
        refresh_many([lock_patient(man)], now=now, standing={man.pk: gathering.before})


def refresh_many(
    men: Sequence[Patient], *, now: datetime, standing: Mapping[int, Evaluation] | None = None
) -> dict[int, Evaluation]:
    """The same for several men, whose locks are held, in a number of statements that does not grow with them.

    A new row is made where the outcome, the inputs or the rulebook differ; time alone makes none. ``standing``: what stands of
    them, where it was read under the same locks.
    """
    rulebook = load_rulebook()
    conclusions = {pk: evaluate(history, rulebook, now) for pk, history in histories_of(men).items()}
    standing = _standing(men) if standing is None else standing
    news = [man for man in men if man.pk not in standing or not _says_the_same(standing[man.pk], conclusions[man.pk])]
    if news:
        rulebooks.remember(rulebook, now=now)
    latest = {**standing} | _store([(man, conclusions[man.pk]) for man in news], standing, now=now)
    Standing.objects.bulk_create(
        (
            Standing(
                patient=man,
                evaluation=latest[man.pk],
                evaluated_at=now,
                next_change_at=conclusions[man.pk].next_change_at,
                deployment_floor=deployment_floor(),
                rulebook_version=rulebook.version,
                days_below=known_days(conclusions[man.pk].series.days_below),
                has_current=conclusions[man.pk].verdict.state == CURRENT,
                without_since=without_since(conclusions[man.pk].verdict),
            )
            for man in men
        ),
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=_STANDS,
    )
    plans = ((man, conclusions[man.pk].plan) for man in men if not man.is_statistical)
    due.store_plans(plans, said_anew={man.pk for man in news})
    before = {pk: row.rulebook_version for pk, row in standing.items()}
    followed = (
        episodes.Concluded(man, conclusions[man.pk], latest[man.pk], before.get(man.pk, ""))
        for man in men
        if not man.is_statistical
    )
    episodes.follow(list(followed), now=now)
    return latest


def reevaluate(patient_id: int, *, by: Actor, now: datetime) -> Evaluation:
    """Look at one man again although nothing was written about him."""
    with acting_as(by):
        return refresh(lock_patient(patient_id), now=now)


def reevaluate_many(ids: Sequence[int], *, by: Actor, now: datetime) -> list[int]:
    """The same for several men, in one transaction and in a number of statements that does not grow with them.

    Returns the ids, ascending, of those who were looked at; who is being written to at this moment, or is gone, is left out.
    """
    with acting_as(by):
        locked = lock_patients(ids, skip_locked=True)
        refresh_many(list(Patient.objects.filter(pk__in=locked, erased_at=None).order_by("pk")), now=now)
        return locked


def changing_by(now: datetime, *, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men whose outcome changes by ``now`` without a write to their record.

    Time passed, or the floor of the deployment or of a clinic of theirs changed after they were evaluated; or they were
    evaluated as of an instant that has not come: whoever did it went by a clock that was ahead.
    """
    another_floor_here = Q(patient__is_statistical=False) & ~Q(deployment_floor=deployment_floor())
    changes = (
        Q(next_change_at__lte=now)
        | Q(evaluated_at__gt=now + _CLOCKS_DIFFER)
        | another_floor_here
        | Exists(_floor_changed_since())
    )
    rows = Standing.objects.filter(changes, patient_id__gt=above_id).order_by("patient_id")
    return list(rows.values_list("patient_id", flat=True)[:limit])


def in_care_of(clinic_id: int, *, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men whom this clinic looks after."""
    doors = CareRelationship.objects.covering().filter(clinic_id=clinic_id, patient_id__gt=above_id)
    return list(doors.order_by("patient_id").values_list("patient_id", flat=True)[:limit])


def _floor_changed_since() -> QuerySet[ClinicFloor]:
    """For a standing: floors of his clinics that began or ended after it, or a moment before.

    An evaluation that ran beside the change may carry the later time and not have seen it.
    """
    evaluated_at = OuterRef("evaluated_at") - Value(_LONGEST_WRITE, output_field=DurationField())
    return ClinicFloor.objects.filter(
        Q(set_at__gt=evaluated_at) | Q(ended_at__gt=evaluated_at),
        clinic__care_relationships__patient=OuterRef("patient"),
        clinic__care_relationships__revoked_at=None,
    )


def by_another_rulebook(*, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men who were last looked at by other rules than those loaded."""
    rows = _by_another_rulebook().filter(patient_id__gt=above_id).order_by("patient_id")
    return list(rows.values_list("patient_id", flat=True)[:limit])


def count_by_another_rulebook() -> int:
    return _by_another_rulebook().count()


def everybody(*, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of all men who are still here."""
    return list(Patient.objects.filter(pk__gt=above_id, erased_at=None).order_by("pk").values_list("pk", flat=True)[:limit])


def count_everybody() -> int:
    return Patient.objects.filter(erased_at=None).count()


def _by_another_rulebook() -> QuerySet[Standing]:
    """Below or above, not "other than": two ranges of an index, and next to nothing to read once all are done."""
    version = load_rulebook().version
    return Standing.objects.filter(Q(rulebook_version__lt=version) | Q(rulebook_version__gt=version))


def _standing(men: Sequence[Patient]) -> dict[int, Evaluation]:
    return {row.patient_id: row.evaluation for row in _LATEST.of([man.pk for man in men])}


def of(man: Patient, *, whole: bool = False) -> Evaluation | None:
    """His latest evaluation, or None before the first. ``whole``: with the parts of its basis, for who opens it."""
    parts = ("evaluation__placed", "evaluation__grounds") if whole else ()
    standing = Standing.objects.filter(patient=man).select_related("evaluation", *parts).first()
    return standing.evaluation if standing else None


def _says_the_same(row: Evaluation, conclusion: Conclusion) -> bool:
    return (
        row.outcome_digest == conclusion.outcome_digest
        and row.input_digest == conclusion.input_digest
        and row.rulebook_version == conclusion.rulebook_version
    )


def _store(
    concluded: Sequence[tuple[Patient, Conclusion]], standing: Mapping[int, Evaluation], *, now: datetime
) -> dict[int, Evaluation]:
    rows = [_row(man, conclusion, now=now) for man, conclusion in concluded]
    _store_parts(rows, standing)
    bulk.insert_and_number(Evaluation, rows)
    is_released = _releasing(rows, standing)
    findings = [
        _finding(row, said, released_at=now if is_released(row, said["code"]) else None)
        for row in rows
        for said in _findings(row)
    ]
    bulk.insert_objects(Finding, findings)
    return {row.patient_id: row for row in rows}


def _store_parts(rows: Sequence[Evaluation], standing: Mapping[int, Evaluation]) -> None:
    """Those that no standing evaluation points to already. What came to stand as it once stood is there as well."""
    known = {part for row in standing.values() for part in (row.placed_id, row.grounds_id)}
    parts = (part for row in rows for part in (row.placed, row.grounds) if part is not None)
    news = [part for part in parts if part.uid not in known]
    bulk.insert_objects(BasisPart, news, but_those_there=True)


def _row(man: Patient, conclusion: Conclusion, *, now: datetime) -> Evaluation:
    verdict = conclusion.verdict
    basis, placed, grounds = apart(conclusion.as_dict())
    return Evaluation(
        patient=man,
        as_of=now,
        rulebook_version=conclusion.rulebook_version,
        word=verdict.word,
        state=verdict.state,
        tier=verdict.tier or "",
        best_tier=verdict.best_tier or "",
        worst_tier=verdict.worst_tier or "",
        priority=None if conclusion.priority is None else conclusion.priority.rank,
        basis=basis,
        placed=_part(man, placed),
        grounds=_part(man, grounds),
        input_digest=conclusion.input_digest,
        outcome_digest=conclusion.outcome_digest,
        next_change_at=conclusion.next_change_at,
    )


def _part(man: Patient, content: Part) -> BasisPart:
    return BasisPart(patient=man, uid=name_of(content, man.uid), content=content)


def _findings(row: Evaluation) -> list[dict[str, Any]]:
    """Of an evaluation that was just made: its parts are at hand."""
    return [] if row.grounds is None else row.grounds.content["findings"]


def _finding(row: Evaluation, said: dict[str, Any], *, released_at: datetime | None) -> Finding:
    return Finding(
        patient_id=row.patient_id,
        evaluation=row,
        code=said["code"],
        priority=int(said["priority"][1:]),
        lane=said["lane"],
        severity=said["severity"],
        detail=said,
        released_at=released_at,
    )


def _releasing(rows: Sequence[Evaluation], standing: Mapping[int, Evaluation]) -> Callable[[Evaluation, str], bool]:
    """Whether the man reads a finding at once, as the deployment decided, or because it was released to him before.

    What was released of a result stays released when that result is looked at again, because he logged a dose or a day passed.
    """
    if settings.FINDINGS_RELEASE == "immediate":
        return lambda _row, _code: True
    stood = Evaluation.objects.filter(pk__in=[standing[row.patient_id].pk for row in rows if row.patient_id in standing])
    decided = dict(stood.values_list("patient_id", "basis__verdict__reading"))  # the rest of a basis is much
    same = [
        standing[row.patient_id].pk
        for row in rows
        if row.patient_id in decided and row.basis["verdict"]["reading"] == decided[row.patient_id]
    ]
    released = set(Finding.objects.filter(evaluation__in=same, released_at__isnull=False).values_list("patient_id", "code"))
    return lambda row, code: (row.patient_id, code) in released
