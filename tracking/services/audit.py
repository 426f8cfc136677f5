"""Who read a man's record. Kept for him to see, and for those who must answer for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracking.models import AccessEvent, Patient, User
from tracking.services.access import lock_patient

__all__ = ["VISIT", "note_visit"]

# Opening ten pages in a row is one visit.
VISIT = timedelta(minutes=30)


def note_visit(*, patient: Patient, user: User, through: str, what: str, now: datetime) -> None:
    """Note that ``user`` opened this man's record; nothing is added within a visit, nor when it is his own."""
    if patient.user_id == user.pk:
        return
    if _in_a_visit(patient, user, now):
        return
    lock_patient(patient)
    # Asked again under the lock: two pages that open at once are one visit.
    if not _in_a_visit(patient, user, now):
        AccessEvent.objects.create(patient=patient, user=user, at=now, through=through, what=what[:80])


def _in_a_visit(patient: Patient, user: User, now: datetime) -> bool:
    return AccessEvent.objects.filter(patient=patient, user=user, at__gt=now - VISIT, at__lte=now).exists()
