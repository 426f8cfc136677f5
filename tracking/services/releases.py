"""A prescriber lets the man read what was found, where the deployment has findings reviewed first."""

from __future__ import annotations

from datetime import datetime

from tracking.domain.actor import Actor
from tracking.models import Finding, Patient
from tracking.services import evaluations, prescribers
from tracking.services.access import acting_as, lock_patient

__all__ = ["release"]


def release(*, patient: Patient, by: Actor, now: datetime) -> int:
    """Release every finding of his latest evaluation that waits; how many there were. Once more releases none. Raises Problem.

    Only a prescriber whom he lets in releases, and nobody for himself.
    """
    with acting_as(by):
        man = lock_patient(patient)
        prescribers.authors(man, by)
        waiting = Finding.objects.filter(evaluation=evaluations.of(man), released_at=None)
        return waiting.update(released_at=now)
