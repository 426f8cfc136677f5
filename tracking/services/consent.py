"""A man lets a clinic in, and shows it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.models import CareRelationship, Clinic, Patient, Prescriber
from tracking.services import evaluations
from tracking.services.access import acting_as, lock_patient, not_found

__all__ = ["grant", "revoke"]


def grant(
    *,
    patient: Patient,
    clinic_uid: UUID,
    by: Actor,
    now: datetime,
    lead: Prescriber | None = None,
    scope: Sequence[str] = (),
) -> CareRelationship:
    """Open his record to a clinic, whose floors then count for him; granting again what stands already changes nothing."""
    with acting_as(by):
        man = lock_patient(patient)
        clinic = Clinic.objects.filter(uid=clinic_uid).first()
        if clinic is None:
            raise not_found("clinic")
        standing = CareRelationship.objects.active().filter(patient=man, clinic=clinic).first()
        if standing is not None:
            return standing
        care = CareRelationship.objects.create(
            patient=man, clinic=clinic, lead=lead, scope=list(scope), granted_at=now, granted_by=str(by)
        )
        evaluations.refresh(man, now=now)
        return care


def revoke(*, patient: Patient, uid: UUID, by: Actor, now: datetime) -> None:
    """Close the door at once; what that clinic set no longer counts. Revoking what has ended changes nothing."""
    with acting_as(by):
        man = lock_patient(patient)
        care = CareRelationship.objects.filter(patient=man, uid=uid).first()
        if care is None:
            raise not_found("consent")
        if care.revoked_at is None:
            care.revoked_at, care.revoked_by = now, str(by)
            care.save(update_fields=["revoked_at", "revoked_by"])
            evaluations.refresh(man, now=now)
