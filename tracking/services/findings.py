"""What a prescriber has looked at becomes the man's to read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.models import Evaluation, Finding, Patient
from tracking.services.access import acting_as, lock_patient, not_found

__all__ = ["release"]


def release(*, patient: Patient, uid: UUID, by: Actor, now: datetime) -> Evaluation:
    """Let the man read where his result stands: the findings of this evaluation, and of those before it, that wait for it.

    The same again changes nothing. Raises Problem where the evaluation is not his.
    """
    with acting_as(by):
        man = lock_patient(patient)
        row = Evaluation.objects.filter(patient=man, uid=uid).first()
        if row is None:
            raise not_found()
        Finding.objects.filter(patient=man, evaluation_id__lte=row.pk, released_at=None).update(released_at=now)
        return row
