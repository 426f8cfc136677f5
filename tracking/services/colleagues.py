"""How a colleague comes to work in a clinic: an administrator writes to a mailbox, and whoever holds it joins, once.

Whether an account stands behind an address is told to that mailbox alone: the one who invites gets the same answer always.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.domain.share_code import digest_of
from tracking.models import ColleagueInvitation, Prescriber, User
from tracking.services import audit, clinics
from tracking.services.access import ADMINISTRATORS, not_found

__all__ = ["HOLDS", "MOST_OPEN", "Invited", "clear", "find", "invite", "join", "of_clinic", "withdraw"]

# It is read at work, and not every colleague works every day.
HOLDS = timedelta(days=7)
# So many letters of a clinic wait at a time.
MOST_OPEN = 20
# Whoever sends again at once fills somebody's mailbox.
_AGAIN_AFTER = timedelta(minutes=10)
# What has ended is kept for so long, for whoever asks what became of it; the address goes with it.
_KEPT = timedelta(days=30)
_MOST_OF_A_NAME = 200


@dataclass(frozen=True, slots=True)
class Invited:
    """What a link opens: the letter, and the account that stands behind its address already, if one does."""

    row: ColleagueInvitation
    account: User | None


def of_clinic(clinic_id: int) -> QuerySet[ColleagueInvitation]:
    """All that is kept, the newest first."""
    rows = ColleagueInvitation.objects.filter(clinic=clinic_id).select_related("made_by__user", "member__user")
    return rows.order_by("-made_at", "-pk")


def invite(*, clinic_uid: UUID, email: str, by: Actor, now: datetime) -> tuple[ColleagueInvitation, str]:
    """A letter to this address, and the secret for its link, which is nowhere kept. An earlier one to it no longer holds.

    By an administrator of the clinic. Raises Problem, naming the field, for what is no address, for a member, for one who was
    written to a moment ago, and where too many letters wait.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        text = "'{received}' is no e-mail address. Accepted: one such as name@example.org."
        raise problem("/email", "email-unreadable", text, received=email.strip()[:80]) from None
    own = clinics.administrator(by, clinic_uid)
    members = Prescriber.objects.filter(clinic=own.clinic_id, user__email=address, is_active=True)
    if members.exists():
        raise problem("/email", "member-already", "Whoever has this address works here already.")
    rows = ColleagueInvitation.objects.filter(clinic=own.clinic_id)
    if rows.filter(email=address, made_at__gt=now - _AGAIN_AFTER).exists():
        text = "A letter went to this address a moment ago. Wait {minutes} minutes before you send another."
        raise problem("/email", "invited-just-now", text, minutes=_AGAIN_AFTER.seconds // 60)
    if _open(now).filter(clinic=own.clinic_id).exclude(email=address).count() >= MOST_OPEN:
        text = "{most} invitations wait for an answer, which is as many as a clinic may have. Take one back first."
        raise problem("", "too-many-invitations", text, most=MOST_OPEN)
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            rows.filter(email=address, used_at=None, withdrawn_at=None).update(withdrawn_at=now)
            row = ColleagueInvitation.objects.create(
                clinic=own.clinic, made_by=own, email=address, digest=digest_of(secret), made_at=now, expires_at=now + HOLDS
            )
            audit.note_membership(audit.What.MEMBER_INVITED, account=None, by=by, now=now)
    except IntegrityError:  # a colleague wrote to the same address at the same moment
        text = "A letter went to this address a moment ago. Wait {minutes} minutes before you send another."
        raise problem("/email", "invited-just-now", text, minutes=_AGAIN_AFTER.seconds // 60) from None
    return row, secret


@transaction.atomic
def withdraw(*, clinic_uid: UUID, uid: UUID, by: Actor, now: datetime) -> None:
    """Take a letter back, by an administrator; one that was taken up stays so."""
    own = clinics.administrator(by, clinic_uid)
    rows = ColleagueInvitation.objects.filter(clinic=own.clinic_id, uid=uid)
    if not rows.exists():
        raise not_found("invitation")
    rows.filter(used_at=None, withdrawn_at=None).update(withdrawn_at=now)


def find(secret: str, *, now: datetime) -> Invited | None:
    """What this link opens now. None for one that is wrong, was used or taken back, has run out, or whose author has left."""
    row = _open(now).filter(digest=digest_of(secret)).select_related("clinic", "made_by__user").first()
    return None if row is None else Invited(row, User.objects.filter(email=row.email).first())


@transaction.atomic
def join(*, secret: str, now: datetime, name: str = "", password: str | None = None) -> Prescriber:
    """Whoever holds the mailbox works in the clinic from now on. He is signed in nowhere by that.

    ``password``: for an account that is new, or whose address nobody has shown to be his; ``name`` then names it.
    None leaves the account that is there as it is. Raises Problem: not found for a link that opens nothing.
    """
    row = _open(now).filter(digest=digest_of(secret)).select_for_update(of=("self",), no_key=True).first()
    if row is None:  # also a twin who was first
        raise not_found("invitation")
    account = User.objects.select_for_update(no_key=True).filter(email=row.email).first()
    if account is not None and not account.is_active:
        raise problem("", "account-off", "The account of this address was switched off. Ask the operator.", kind="forbidden")
    if account is None and password is None:
        raise problem("/password", "password-missing", "Choose a password: there is no account yet.")
    if password is not None:
        named = name.strip()[:_MOST_OF_A_NAME]
        if not named:
            raise problem("/name", "name-missing", "Say your name, as colleagues are to read it.")
        if account is None:
            # Another letter of his, from another clinic, may be taken up at this moment: the account is made once.
            account, _ = User.objects.select_for_update(no_key=True).get_or_create(email=row.email, defaults={"name": named})
        account.name = named
        account.set_password(password)
        account.save()
    assert account is not None, "there was one, or it was made"
    member = clinics.let_work(account, row.clinic_id)
    row.used_at, row.member = now, member
    row.save(update_fields=["used_at", "member"])
    audit.note_membership(audit.What.MEMBER_JOINED, account=account.pk, by=Actor.user(account.pk), now=now)
    return member


def clear(*, now: datetime) -> int:
    """Remove letters that ended some time ago, and with them the addresses; how many."""
    return ColleagueInvitation.objects.filter(expires_at__lt=now - _KEPT).delete()[0]


def _open(now: datetime) -> QuerySet[ColleagueInvitation]:
    """Those that let somebody in: whoever wrote them still administers the clinic, so nobody who left lets anybody in."""
    author = Q(
        made_by__is_active=True,
        made_by__user__is_active=True,
        made_by__user__groups__name=ADMINISTRATORS,
    )
    return ColleagueInvitation.objects.filter(author, used_at=None, withdrawn_at=None, expires_at__gt=now)
