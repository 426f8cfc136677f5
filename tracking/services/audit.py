"""Who read a man's record. Kept for him to see, and for those who must answer for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from tracking.models import AccessEvent, Patient, ReadToken, User
from tracking.services.access import lock_patient

__all__ = ["VISIT", "labels_of", "note_visit", "reader_of"]

# Opening ten pages in a row is one visit.
VISIT = timedelta(minutes=30)


def note_visit(*, patient: Patient, user: User, through: str, what: str, now: datetime) -> None:
    """Note that ``user`` opened this man's record; nothing is added within a visit, nor when it is his own."""
    if patient.user_id == user.pk:
        return
    if _in_a_visit(patient, user, now):
        return
    lock_patient(patient, for_a_look=True)
    # Asked again under the lock: two pages that open at once are one visit.
    if not _in_a_visit(patient, user, now):
        AccessEvent.objects.create(patient=patient, user=user, at=now, through=through, what=what[:80])


def labels_of(man: Patient) -> dict[UUID, str]:
    """What he calls those to whom he gave a token, by its uid."""
    return dict(ReadToken.objects.filter(patient=man).values_list("uid", "label"))


def reader_of(event: AccessEvent, labels: Mapping[UUID, str]) -> str:
    """Who it was, by name; a token by the label that he gave it."""
    return str(event.user) if event.token_uid is None else labels.get(event.token_uid, "a token")


def _in_a_visit(patient: Patient, user: User, now: datetime) -> bool:
    return AccessEvent.objects.filter(patient=patient, user=user, at__gt=now - VISIT, at__lte=now).exists()
