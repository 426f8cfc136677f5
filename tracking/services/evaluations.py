"""A man is evaluated in the transaction that changed his record, and again when time alone changes the outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from tracking.domain.actor import Actor
from tracking.domain.evaluate import Evaluation as Conclusion
from tracking.domain.evaluate import evaluate
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, Finding, Patient, Standing
from tracking.services import due
from tracking.services.access import acting_as, lock_patient
from tracking.services.history import history_of

__all__ = ["changing_by", "of", "reevaluate", "refresh"]


def refresh(man: Patient, *, now: datetime) -> Evaluation:
    """Evaluate him as of ``now`` and store what came out, if it is not what stands. Call it holding his lock.

    A new row is made where the outcome, the inputs or the rulebook differ; time alone makes none.
    """
    conclusion = evaluate(history_of(man), load_rulebook(), now)
    standing = Standing.objects.filter(patient=man).select_related("evaluation").first()
    latest = standing.evaluation if standing else None
    if latest is None or not _says_the_same(latest, conclusion):
        latest = _store(man, conclusion, now=now)
    Standing.objects.update_or_create(
        patient=man,
        defaults={"evaluation": latest, "evaluated_at": now, "next_change_at": conclusion.next_change_at},
    )
    if not man.is_statistical:
        due.store_plan(man, conclusion.due)
    return latest


def reevaluate(patient_id: int, *, by: Actor, now: datetime) -> Evaluation:
    """Look at one man again although nothing was written about him."""
    with acting_as(by):
        return refresh(lock_patient(patient_id), now=now)


def changing_by(now: datetime, *, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men whose outcome changes by ``now`` through the passing of time."""
    rows = Standing.objects.filter(next_change_at__lte=now, patient_id__gt=above_id).order_by("patient_id")
    return list(rows.values_list("patient_id", flat=True)[:limit])


def of(man: Patient) -> Evaluation | None:
    """His latest evaluation, or None before the first."""
    standing = Standing.objects.filter(patient=man).select_related("evaluation").first()
    return standing.evaluation if standing else None


def _says_the_same(row: Evaluation, conclusion: Conclusion) -> bool:
    return (
        row.outcome_digest == conclusion.outcome_digest
        and row.input_digest == conclusion.input_digest
        and row.rulebook_version == conclusion.rulebook_version
    )


def _store(man: Patient, conclusion: Conclusion, *, now: datetime) -> Evaluation:
    basis = conclusion.as_dict()
    verdict = conclusion.verdict
    row = Evaluation.objects.create(
        patient=man,
        as_of=now,
        rulebook_version=conclusion.rulebook_version,
        word=verdict.word,
        state=verdict.state,
        tier=verdict.tier or "",
        best_tier=verdict.best_tier or "",
        worst_tier=verdict.worst_tier or "",
        priority=min((finding.priority.rank for finding in conclusion.findings), default=None),
        basis=basis,
        input_digest=conclusion.input_digest,
        outcome_digest=conclusion.outcome_digest,
        next_change_at=conclusion.next_change_at,
    )
    Finding.objects.bulk_create(_finding(man, row, said, released_at=_released_at(now)) for said in basis["findings"])
    return row


def _finding(man: Patient, row: Evaluation, said: dict[str, Any], *, released_at: datetime | None) -> Finding:
    return Finding(
        patient=man,
        evaluation=row,
        code=said["code"],
        priority=int(said["priority"][1:]),
        lane=said["lane"],
        severity=said["severity"],
        detail=said,
        released_at=released_at,
    )


def _released_at(now: datetime) -> datetime | None:
    """The man reads a finding at once, or only after a prescriber released it, as the deployment decided."""
    return now if settings.FINDINGS_RELEASE == "immediate" else None
