"""As whose prescriber an account decides about a man: for a clinic that he lets in, and never for himself."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.models import CareRelationship, Patient, Prescriber

__all__ = ["author", "authors", "members"]


def members(by: Actor) -> QuerySet[Prescriber]:
    """The active memberships of this account."""
    return Prescriber.objects.filter(user=by.user_id, is_active=True).select_related("clinic", "user").order_by("pk")


def authors(man: Patient, by: Actor) -> list[Prescriber]:
    """As whom this account may decide for this man: for clinics that see all of his record. Never empty: else it raises.

    Ask it under his lock.
    """
    if man.user_id is not None and man.user_id == by.user_id:
        raise problem("", "own-record", "Nobody decides this for himself. Ask your prescriber.", kind="forbidden")
    let_in = set(CareRelationship.objects.covering().filter(patient=man).values_list("clinic_id", flat=True))
    found = [member for member in members(by) if member.clinic_id in let_in]
    if not found:
        raise problem("", "prescriber-only", "Only a prescriber of a clinic that he lets in may do this.", kind="forbidden")
    return found


def author(man: Patient, by: Actor, clinic_uid: UUID | None) -> Prescriber:
    """The one of :func:`authors` who acts. ``clinic_uid`` is needed only where there are several. Raises Problem."""
    found = authors(man, by)
    chosen = [member for member in found if clinic_uid in (None, member.clinic.uid)]
    if len(chosen) != 1:
        accepted = ", ".join(f"{member.clinic.uid} ({member.clinic})" for member in found)
        text = "Say for which of your clinics. Accepted: {accepted}."
        raise problem("/clinic", "clinic-not-stated", text, accepted=accepted)
    return chosen[0]
