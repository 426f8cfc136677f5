"""Who read a man's record, who took it out, and who signed in. Kept for him to see, and for those who must answer for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.domain.sealing import What
from tracking.models import AccessEvent, AuditEvent, Patient, ReadToken, User
from tracking.services.access import acting_as, lock_patient

__all__ = [
    "VISIT", "What", "account_of", "labels_of", "last_backup", "note_backup", "note_export", "note_membership", "note_sign_in",
    "note_visit", "reader_of",
]  # fmt: skip

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


def note_sign_in(what: What, *, account: int | None, how: str, now: datetime) -> None:
    """Note that an account signed in or out, or that somebody was refused; ``how`` is the door: api or admin.

    ``account`` is the one that it is about: None where no account has the address that was tried.
    """
    by = "" if what is What.REFUSED or account is None else str(Actor.user(account))
    AuditEvent.objects.create(at=now, what=what, by=by, account=account, how=how)


def note_export(*, uid: UUID, by: Actor, how: str, now: datetime) -> None:
    """Note that the record of the man with this uid was taken out of here; ``how`` names the format."""
    with acting_as(by):
        AuditEvent.objects.create(at=now, what=What.EXPORTED, by=str(by), patient=uid, how=how)


def note_membership(what: What, *, account: int | None, by: Actor, now: datetime) -> None:
    """Note that somebody was invited to a clinic (whose account is not told then), joined it, left it or came back."""
    AuditEvent.objects.create(at=now, what=what, by=str(by), account=account, how="desk")


def note_backup(*, is_tried: bool, now: datetime) -> None:
    """Note that a backup was taken, and whether it was put back for a trial."""
    by = Actor.system("backup")
    with acting_as(by):
        AuditEvent.objects.create(at=now, what=What.BACKED_UP, by=str(by), how="tried" if is_tried else "not tried")


def last_backup() -> AuditEvent | None:
    """The newest backup that was noted."""
    return AuditEvent.objects.filter(what=What.BACKED_UP).order_by("-at", "-pk").first()


def account_of(address: str) -> int | None:
    """The account with this e-mail address, by number."""
    return User.objects.filter(email=address.strip().lower()).values_list("pk", flat=True).first()


def _in_a_visit(patient: Patient, user: User, now: datetime) -> bool:
    return AccessEvent.objects.filter(patient=patient, user=user, at__gt=now - VISIT, at__lte=now).exists()
