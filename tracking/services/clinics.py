"""Clinics and who works there. They hold nothing of a man, so nobody needs to act on a record."""

from __future__ import annotations

from django.db import transaction

from tracking.domain.moments import parse_zone
from tracking.models import Clinic, Prescriber, User

__all__ = ["add_prescriber", "set_up"]


@transaction.atomic
def set_up(*, name: str, zone: str | None = None) -> Clinic:
    """A clinic of this name; the one that is there already, if it is, moved to ``zone`` where one is given.

    ``zone``: an IANA time zone; UTC for a new clinic where none is given. Raises Problem where it is none.
    """
    stated = {} if zone is None else {"zone": parse_zone(zone)}
    clinic, _ = Clinic.objects.update_or_create(name=name, defaults=stated, create_defaults={"name": name, **stated})
    return clinic


@transaction.atomic
def add_prescriber(*, clinic: Clinic, email: str, name: str, password: str) -> Prescriber:
    """A member of the clinic who may open the admin. An account that exists keeps its password and joins."""
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    member, _ = Prescriber.objects.update_or_create(user=user, clinic=clinic, defaults={"is_active": True})
    return member
