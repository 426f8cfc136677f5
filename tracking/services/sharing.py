"""How a clinic comes to be let in: by a code that a man made, or by an invitation that he accepts.

A code that is wrong, has run out or was used is answered alike, and wrong ones are counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tracking.domain.actor import Actor
from tracking.domain.categories import read_scope
from tracking.domain.problems import problem
from tracking.domain.share_code import ALPHABET, LENGTH, digest_of, read_code
from tracking.models import CareRelationship, Invitation, Patient, Prescriber, ShareCode
from tracking.services import clinics, consent, tries
from tracking.services.access import acting_as, lock_patient, not_found

__all__ = [
    "INVITATION_HOLDS",
    "SHARE_CODE_HOLDS",
    "SHARING",
    "accept",
    "invite",
    "make_code",
    "redeem",
    "withdraw_code",
    "withdraw_invitation",
]  # fmt: skip

# He holds his phone out while somebody types or scans.
SHARE_CODE_HOLDS = timedelta(minutes=15)
# It may come by letter.
INVITATION_HOLDS = timedelta(days=7)
# Acts for a clinic that has his code: before that the policies show it nothing of him.
SHARING = Actor.system("sharing")


def make_code(*, patient: Patient, scope: Iterable[str], by: Actor, now: datetime) -> tuple[ShareCode, str]:
    """A new code, which is nowhere kept; the one before it, if it still stands, no longer counts."""
    named = read_scope(scope)
    with acting_as(by):
        man = lock_patient(patient)
        ShareCode.objects.open().filter(patient=man).update(withdrawn_at=now)
        code = _drawn()
        row = ShareCode.objects.create(
            patient=man, digest=digest_of(code), scope=named, made_at=now, expires_at=now + SHARE_CODE_HOLDS
        )
        return row, code


def withdraw_code(*, patient: Patient, uid: UUID, by: Actor, now: datetime) -> None:
    """Take it back. One that was used is a consent by now, and stays as it is; to end that is another matter."""
    with acting_as(by):
        man = lock_patient(patient)
        if not ShareCode.objects.filter(patient=man, uid=uid).exists():
            raise not_found("code")
        ShareCode.objects.open().filter(patient=man, uid=uid).update(withdrawn_at=now)


def redeem(*, clinic_uid: UUID, code: str, by: Actor, now: datetime) -> CareRelationship:
    """Let a clinic in by a man's code: the consent is his, given when he made it. ``by`` becomes the lead prescriber.

    To be called as :data:`SHARING`. Raises not found for an account that is no member of the clinic, and one Problem for
    whatever is wrong with a code.
    """
    member = clinics.member(by, clinic_uid)
    tries.not_too_many(str(by), now=now)
    with acting_as(SHARING):
        found = ShareCode.objects.open().filter(digest=_digest(code), expires_at__gt=now).first()
        if found is None:
            raise _refused(by, now)
        man = lock_patient(found.patient_id)
        row = ShareCode.objects.open().filter(pk=found.pk).select_for_update(no_key=True).first()
        if row is None:  # a twin was first
            raise _refused(by, now)
        himself = Actor.user(man.user_id) if man.user_id else SHARING
        lead = None if member.user_id == man.user_id else member
        care = consent.grant(
            patient=man, clinic_uid=clinic_uid, by=SHARING, now=now, lead=lead, scope=row.scope, granted_by=himself
        )
        row.used_at, row.used_by, row.care = now, str(by), care
        row.save(update_fields=["used_at", "used_by", "care"])
        return care


@transaction.atomic
def invite(*, clinic_uid: UUID, by: Actor, now: datetime) -> tuple[Invitation, str]:
    """A code with which one man lets this clinic in. Who makes it leads, once it is accepted. It holds nothing of any man."""
    member = clinics.member(by, clinic_uid)
    code = _drawn()
    row = Invitation.objects.create(
        clinic=member.clinic, made_by=member, digest=digest_of(code), made_at=now, expires_at=now + INVITATION_HOLDS
    )
    return row, code


@transaction.atomic
def withdraw_invitation(*, clinic_uid: UUID, uid: UUID, by: Actor, now: datetime) -> None:
    """Take an invitation back; one that was accepted stays so."""
    member = clinics.member(by, clinic_uid)
    rows = Invitation.objects.filter(clinic=member.clinic, uid=uid)
    if not rows.exists():
        raise not_found("invitation")
    rows.filter(used_at=None, withdrawn_at=None).update(withdrawn_at=now)


def accept(*, patient: Patient, code: str, scope: Iterable[str], by: Actor, now: datetime) -> CareRelationship:
    """Let a clinic in by its invitation, for what he says. One Problem for whatever is wrong with a code."""
    named = read_scope(scope)
    tries.not_too_many(str(by), now=now)
    with acting_as(by):
        man = lock_patient(patient)
        standing = Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)
        row = (
            standing.filter(digest=_digest(code)).select_for_update(no_key=True, of=("self",)).select_related("clinic").first()
        )
        if row is None:
            raise _refused(by, now)
        lead = Prescriber.objects.filter(pk=row.made_by_id, is_active=True).exclude(user=man.user_id).first()
        row.used_at = now
        row.save(update_fields=["used_at"])
        return consent.grant(patient=man, clinic_uid=row.clinic.uid, by=by, now=now, lead=lead, scope=named)


def _drawn() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _digest(text: str) -> str:
    """Of what cannot be a code too, so that it takes the same way as a wrong one."""
    return digest_of(read_code(text) or "")


def _refused(by: Actor, now: datetime) -> Exception:
    tries.failed(str(by), now=now)
    text = "This code is not accepted: it is wrong, was used, or has run out. Ask for a new one."
    return problem("/code", "code-not-accepted", text)
