"""Published survey data as statistical records: no account, plan, reminders or queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tracking.domain.actor import Actor
from tracking.domain.reported import MethodEvidence
from tracking.exchange.survey import DRAWN_BY, SOURCE, SurveyMan
from tracking.models import DrugUse, ImportBatch, LabResult, Patient
from tracking.services import evaluations, labs
from tracking.services.access import acting_as

__all__ = ["CONFIRMED_REASON", "import_men", "statistical"]

CONFIRMED_REASON = "published survey"
_CHUNK = 200


def import_men(men: Iterable[SurveyMan], *, now: datetime, sha256: str = "") -> Iterator[int]:
    """Store and evaluate the men who are not there yet, a chunk per transaction; yields how many men each chunk held.

    Safe to repeat and to interrupt: a man is there with all his labs and his evaluation, or not at all.
    """
    by = Actor.system("import-survey")
    batch = None
    for chunk in _chunks(men):
        with acting_as(by):
            if batch is None:
                batch = ImportBatch.objects.create(source_system=SOURCE, started_at=now, started_by=str(by), sha256=sha256)
            _store(chunk, batch=batch, by=by, now=now)
        yield len(chunk)


def statistical(**facts: str) -> Iterator[Patient]:
    """Statistical records whose facts say this, by their key. To be called by an actor who may see them (the system)."""
    rows = Patient.objects.filter(is_statistical=True, **{f"statistical_facts__{name}": value for name, value in facts.items()})
    yield from rows.select_related("standing__evaluation").order_by("statistical_key")


def _store(chunk: list[SurveyMan], *, batch: ImportBatch, by: Actor, now: datetime) -> None:
    known = set(
        Patient.objects.filter(statistical_key__in=[man.key for man in chunk]).values_list("statistical_key", flat=True)
    )
    fresh = [man for man in chunk if man.key not in known]
    patients = Patient.objects.bulk_create(
        Patient(is_statistical=True, statistical_key=man.key, statistical_facts=dict(man.facts), zone="UTC") for man in fresh
    )
    stated = {"recorded_at": now, "recorded_by": str(by), "source_system": SOURCE, "import_batch": batch}
    rows = [
        LabResult(
            patient=patient,
            source_id=f"{man.key}/{lab.analyte}",
            **stated,
            **labs.content_of(
                man=patient,
                now=now,
                staff=True,
                analyte=lab.analyte,
                value=lab.value,
                unit=lab.unit,
                collected_at=DRAWN_BY,
                precision="unknown",
                method=lab.method,
                method_evidence=MethodEvidence.SOURCE_DOCUMENTED,
                confirmed_reason=CONFIRMED_REASON,
            ),
        )
        for patient, man in zip(patients, fresh, strict=True)
        for lab in man.labs
    ]
    LabResult.objects.bulk_create(rows)
    DrugUse.objects.bulk_create(
        DrugUse(patient=patient, drug=drug, source_id=f"{man.key}/{drug}", **stated)
        for patient, man in zip(patients, fresh, strict=True)
        for drug in man.uses
    )
    evaluations.refresh_many(patients, now=now)


def _chunks(men: Iterable[SurveyMan]) -> Iterator[list[SurveyMan]]:
    chunk: list[SurveyMan] = []
    for man in men:
        chunk.append(man)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
