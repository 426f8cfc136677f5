"""A prescriber lets the man read what was found, where the deployment has findings reviewed first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.models import Evaluation, Finding, Patient
from tracking.services import evaluations, prescribers
from tracking.services.access import acting_as, lock_patient, not_found

__all__ = ["release"]


def release(*, patient: Patient, by: Actor, now: datetime, uid: UUID | None = None) -> int:
    """Release the findings that wait: those of the evaluation that was looked at, and of all before it; how many there were.

    ``uid`` names the evaluation; without it, the latest. Once more releases none. Raises Problem for an evaluation that is not
    his, and for whoever is no prescriber whom he lets in: nobody releases for himself.
    """
    with acting_as(by):
        man = lock_patient(patient)
        prescribers.authors(man, by)
        row = evaluations.of(man) if uid is None else Evaluation.objects.filter(patient=man, uid=uid).first()
        if row is None:
            raise not_found()
        return Finding.objects.filter(patient=man, evaluation_id__lte=row.pk, released_at=None).update(released_at=now)
