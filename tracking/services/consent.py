"""A man lets a clinic in, and shows it out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.domain.categories import read_scope
from tracking.models import CareRelationship, Clinic, Patient, Prescriber
from tracking.services import evaluations
from tracking.services.access import acting_as, lock_patient, not_found

__all__ = ["end", "grant", "revoke"]


def grant(
    *,
    patient: Patient,
    clinic_uid: UUID,
    by: Actor,
    now: datetime,
    lead: Prescriber | None = None,
    scope: Iterable[str] = (),
    granted_by: Actor | None = None,
) -> CareRelationship:
    """Open his record, or the categories of ``scope``, to a clinic. Where it sees all of it, its floors count for him.

    Granting again what stands already changes nothing; with another scope the old consent ends and a new one begins. Raises
    Problem for a scope that cannot be. ``granted_by``: whose word it is, where the system acts on it.
    """
    named = read_scope(scope)
    with acting_as(by):
        man = lock_patient(patient)
        clinic = Clinic.objects.filter(uid=clinic_uid).first()
        if clinic is None:
            raise not_found("clinic")
        standing = CareRelationship.objects.active().filter(patient=man, clinic=clinic).first()
        if standing is not None and standing.scope == named:
            return standing
        if standing is not None:
            end(standing, by=by, now=now)
        care = CareRelationship.objects.create(
            patient=man, clinic=clinic, lead=lead, scope=named, granted_at=now, granted_by=str(granted_by or by)
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
            end(care, by=by, now=now)
            evaluations.refresh(man, now=now)


def end(care: CareRelationship, *, by: Actor, now: datetime) -> None:
    """Close this door. To be called by who holds the man's lock, and evaluates him afterwards."""
    # A clock may have been ahead when it began, and a door is closed whatever the clock says.
    care.revoked_at, care.revoked_by = max(now, care.granted_at), str(by)
    care.save(update_fields=["revoked_at", "revoked_by"])
