"""Clinics and who works there. They hold nothing of a man, so nobody needs to act on a record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet

from tracking.domain.actor import Actor
from tracking.domain.moments import parse_zone
from tracking.domain.problems import problem
from tracking.models import Clinic, Prescriber, User
from tracking.services import audit, prescribers
from tracking.services.access import ADMINISTRATORS, not_found

__all__ = [
    "add_prescriber", "administers", "administrator", "end_membership", "let_administer", "let_work", "member", "members_of",
    "resume_membership", "set_up",
]  # fmt: skip


@transaction.atomic
def set_up(*, name: str, zone: str | None = None) -> Clinic:
    """A clinic of this name; the one that is there already, if it is, moved to ``zone`` where one is given.

    ``zone``: an IANA time zone; UTC for a new clinic where none is given. Raises Problem where it is none.
    """
    stated = {} if zone is None else {"zone": parse_zone(zone)}
    clinic, _ = Clinic.objects.update_or_create(name=name, defaults=stated, create_defaults={"name": name, **stated})
    return clinic


@transaction.atomic
def add_prescriber(*, clinic: Clinic, email: str, name: str, password: str, administers: bool = False) -> Prescriber:
    """A member of the clinic who may open the admin. An account that exists keeps its password and joins.

    ``administers``: he is a clinic administrator besides; one who is stays so.
    """
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
    if administers:
        let_administer(user)
    return let_work(user, clinic.pk)


@transaction.atomic
def let_work(user: User, clinic_id: int) -> Prescriber:
    """Make an account an active member of a clinic; it may open the desk."""
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    member, _ = Prescriber.objects.update_or_create(user=user, clinic_id=clinic_id, defaults={"is_active": True})
    return member


@transaction.atomic
def let_administer(user: User, *, may: bool = True) -> None:
    """Put an account among the clinic administrators, or take it out: of every clinic of which it is a member."""
    group, _ = Group.objects.get_or_create(name=ADMINISTRATORS)
    if may:
        user.groups.add(group)
    else:
        user.groups.remove(group)


def member(by: Actor, clinic_uid: UUID) -> Prescriber:
    """This account's active membership of the clinic; else the clinic is not found."""
    found = prescribers.members(by).filter(clinic__uid=clinic_uid).first()
    if found is None:
        raise not_found("clinic")
    return found


def administrator(by: Actor, clinic_uid: UUID) -> Prescriber:
    """This account's membership of the clinic, which it administers. Raises Problem: forbidden for another member."""
    own = member(by, clinic_uid)
    if not administers(own.user):
        text = "Only an administrator of the clinic may do this. Ask one of them."
        raise problem("", "administrator-only", text, kind="forbidden")
    return own


def members_of(clinic: Clinic) -> QuerySet[Prescriber]:
    """Everybody who works there or did, those who do first."""
    rows = Prescriber.objects.filter(clinic=clinic).select_related("user", "clinic")
    return rows.prefetch_related("user__groups").order_by("-is_active", "user__name", "user__email", "pk")


def administers(user: User) -> bool:
    """Whether this account administers the clinics of which it is a member. One query, or none where groups were read."""
    return any(group.name == ADMINISTRATORS for group in user.groups.all())


def end_membership(*, clinic_uid: UUID, uid: UUID, by: Actor, now: datetime) -> Prescriber:
    """From now on he sees none of this clinic's men and decides nothing there; what he decided keeps his name.

    By an administrator of the clinic, and never of his own membership, so one is left. Ending what has ended changes nothing.
    """
    return _switch(clinic_uid, uid, by, now, is_active=False)


def resume_membership(*, clinic_uid: UUID, uid: UUID, by: Actor, now: datetime) -> Prescriber:
    """He is a member again, by an administrator of the clinic."""
    return _switch(clinic_uid, uid, by, now, is_active=True)


@transaction.atomic
def _switch(clinic_uid: UUID, uid: UUID, by: Actor, now: datetime, *, is_active: bool) -> Prescriber:
    own = member(by, clinic_uid)
    # Two administrators who end each other queue here, and the second is none any more.
    Clinic.objects.select_for_update(no_key=True).get(pk=own.clinic_id)
    own = administrator(by, clinic_uid)
    row = members_of(own.clinic).filter(uid=uid).first()
    if row is None:
        raise not_found("member")
    if row.pk == own.pk:
        raise problem("", "own-membership", "This is your own membership. Another administrator can end it.", kind="forbidden")
    if row.is_active != is_active:
        row.is_active = is_active
        row.save(update_fields=["is_active"])
        what = audit.What.MEMBER_RESUMED if is_active else audit.What.MEMBER_ENDED
        audit.note_membership(what, account=row.user_id, by=by, now=now)
    return row
