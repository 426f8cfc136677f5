"""Keys that a man gives to somebody without an account here: they read some of his record, until a day, and write nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.domain.categories import SHAREABLE, read_scope
from tracking.domain.problems import problem
from tracking.domain.share_code import digest_of
from tracking.models import AccessEvent, Patient, ReadToken
from tracking.services.access import acting_as, lock_patient, not_found

__all__ = ["LONGEST", "MOST_STANDING", "PREFIX", "find", "give", "note_reading", "revoke"]

# How a key begins, so that a leaked one is recognised by who finds it, and by us before we look for it.
PREFIX = "trabecula_read_"
LONGEST = timedelta(days=366)
MOST_STANDING = 20
_ENTROPY = 32  # bytes
_DOOR = Actor.system("third-party")


def give(
    *, patient: Patient, label: str, scope: Iterable[str], expires_at: datetime, by: Actor, now: datetime
) -> tuple[ReadToken, str]:
    """A new key, which is nowhere kept. Raises Problem for a scope that cannot be or names nothing, and for a wrong end."""
    named = read_scope(scope)
    if not named:
        text = "Name at least one category. Accepted: {accepted}."
        raise problem("/scope", "scope-missing", text, accepted=", ".join(SHAREABLE))
    if not now < expires_at <= now + LONGEST:
        text = "It cannot hold until {received}. Accepted: from now to {last}."
        last = (now + LONGEST).isoformat()
        raise problem("/expires_at", "expiry-out-of-range", text, received=expires_at.isoformat(), last=last)
    with acting_as(by):
        man = lock_patient(patient)
        if ReadToken.objects.filter(patient=man, revoked_at=None, expires_at__gt=now).count() >= MOST_STANDING:
            text = "There are {most} of them already. Revoke one that is no longer needed."
            raise problem("", "too-many-tokens", text, kind="conflict", most=MOST_STANDING)
        key = PREFIX + secrets.token_urlsafe(_ENTROPY)
        row = ReadToken.objects.create(
            patient=man, digest=digest_of(key), label=label, scope=named, made_at=now, expires_at=expires_at
        )
        return row, key


def revoke(*, patient: Patient, uid: UUID, by: Actor, now: datetime) -> None:
    """End it at once; ending one that has ended changes nothing."""
    with acting_as(by):
        man = lock_patient(patient)
        rows = ReadToken.objects.filter(patient=man, uid=uid)
        if not rows.exists():
            raise not_found("token")
        rows.filter(revoked_at=None).update(revoked_at=now)


def find(key: str, *, now: datetime) -> ReadToken | None:
    """The token of this key; None where there is none, or it has ended."""
    with acting_as(_DOOR):
        rows = ReadToken.objects.filter(digest=digest_of(key), revoked_at=None, expires_at__gt=now)
        return rows.first()


def note_reading(token: ReadToken, *, what: str, now: datetime) -> None:
    """Note that it is used, before anything is shown: one line for each request, for the man to see."""
    with acting_as(_DOOR):
        man = lock_patient(token.patient_id)
        ReadToken.objects.filter(pk=token.pk).update(last_used_at=now)
        AccessEvent.objects.create(patient=man, token_uid=token.uid, at=now, through="token", what=what[:80])
