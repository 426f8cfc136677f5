"""A prescriber lets the man read what was found, where the deployment has findings reviewed first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.models import Finding, Patient
from tracking.services import evaluations, prescribers
from tracking.services.access import acting_as, lock_patient

__all__ = ["release"]


def release(*, patient: Patient, by: Actor, now: datetime, evaluation: UUID) -> int:
    """Release the findings of his latest evaluation, and of those before it, that wait; how many. Once more releases none.

    ``evaluation`` is the one that was looked at: what was found since is not released unseen (a conflict). Only a prescriber
    whom he lets in releases, and nobody for himself. Raises Problem.
    """
    with acting_as(by):
        man = lock_patient(patient)
        prescribers.authors(man, by)
        latest = evaluations.of(man)
        if latest is None or latest.uid != evaluation:
            text = "He was evaluated anew since this was read. Look at what is found now, and release that."
            raise problem("/evaluation", "evaluation-changed", text, kind="conflict")
        return Finding.objects.filter(patient=man, evaluation_id__lte=latest.pk, released_at=None).update(released_at=now)
