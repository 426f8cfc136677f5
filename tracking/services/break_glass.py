"""A superuser opens the record of a man who did not let him in: for a reason, for an hour, to read, and for the man to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.models import AccessEvent, BreakGlass, Patient, User
from tracking.services.access import acting_as, lock_patient, not_found

__all__ = ["HELD_FOR", "MOST_TOLD", "THROUGH", "Access", "close", "close_expired", "open_of", "open_record", "past_and_open"]

HELD_FOR = timedelta(hours=1)
# Of the accesses of one superuser, the newest.
MOST_TOLD = 50
# What the man reads in his access log.
THROUGH = "break_glass"
_LEAST_REASON = 10  # characters: a word is no reason
# The policies let nobody find him before the glass is broken, and whoever breaks it is on the row.
_OPENING = Actor.system("break-glass")


def open_record(*, email: str, reason: str, by: User, now: datetime) -> BreakGlass:
    """Let this superuser read the record behind an account for an hour. One that is open already is answered as it stands.

    Raises Problem: forbidden for everybody else, else it names the field.
    """
    if not (by.is_active and by.is_staff and by.is_superuser):
        raise problem("", "superuser-only", "Only a superuser opens a record without consent.", kind="forbidden")
    reason = reason.strip()
    if len(reason) < _LEAST_REASON:
        raise problem("/reason", "reason-missing", "Say why in a sentence. He reads it in his access log.")
    with acting_as(_OPENING):
        found = Patient.objects.filter(user__email=email.strip().lower()).exclude(user=by).first()
        if found is None:
            raise problem("/email", "record-unknown", "No record of another person belongs to this address.")
        man = lock_patient(found)
        standing = BreakGlass.objects.filter(patient=man, user=by, closed_at=None).first()
        if standing is not None and standing.expires_at > now:
            return standing
        if standing is not None:
            _close(standing, standing.expires_at)
        AccessEvent.objects.create(patient=man, user=by, at=now, through=THROUGH, what=reason[:80])
        return BreakGlass.objects.create(patient=man, user=by, reason=reason[:400], opened_at=now, expires_at=now + HELD_FOR)


def open_of(user: User, now: datetime) -> QuerySet[BreakGlass]:
    """The records that this superuser has open at ``now``."""
    return BreakGlass.objects.filter(user=user, user__is_superuser=True, closed_at=None, expires_at__gt=now)


@dataclass(frozen=True, slots=True)
class Access:
    """One time that a superuser broke the glass. ``name`` is the man's while it is open, and empty once it has ended."""

    uid: UUID
    record: UUID
    name: str
    reason: str
    opened_at: datetime
    ended_at: datetime
    is_open: bool
    is_early: bool


def past_and_open(user: User, *, now: datetime) -> list[Access]:
    """What this superuser opened, the newest first. An ended one tells the record by its uid alone: he is let in no more."""
    with acting_as(_OPENING):
        rows = BreakGlass.objects.filter(user=user).select_related("patient").order_by("-opened_at", "-pk")[:MOST_TOLD]
        return [_access(row, now) for row in rows]


def _access(row: BreakGlass, now: datetime) -> Access:
    is_open = row.closed_at is None and now < row.expires_at
    ended_at = row.closed_at or row.expires_at
    return Access(
        uid=row.uid,
        record=row.patient.uid,
        name=str(row.patient) if is_open else "",
        reason=row.reason,
        opened_at=row.opened_at,
        ended_at=ended_at,
        is_open=is_open,
        is_early=not is_open and ended_at < row.expires_at,
    )


def close(*, uid: UUID, by: User, now: datetime) -> None:
    """Close one before its time. Raises Problem where he has no such one open."""
    with acting_as(_OPENING):
        standing = BreakGlass.objects.filter(uid=uid, user=by).first()
        if standing is None:
            raise not_found()
        lock_patient(standing.patient_id)
        standing.refresh_from_db()
        if standing.closed_at is None:
            _close(standing, min(now, standing.expires_at))


def close_expired(*, now: datetime) -> int:
    """Close those whose time is over, each in its own transaction; how many. The pages refuse them already."""
    with acting_as(_OPENING):
        over = list(BreakGlass.objects.filter(closed_at=None, expires_at__lte=now).values_list("pk", "patient_id"))
    for pk, patient_id in over:
        with acting_as(_OPENING):
            lock_patient(patient_id)
            BreakGlass.objects.filter(pk=pk, closed_at=None).update(closed_at=now)
    return len(over)


def _close(row: BreakGlass, at: datetime) -> None:
    row.closed_at = max(at, row.opened_at)  # a clock may have been ahead when it was opened
    row.save(update_fields=["closed_at"])
