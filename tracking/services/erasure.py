"""A man has his account erased: asked for now, done after a time in which he can think better of it.

Asking closes every door at once; what is stored goes when the time is over, in one transaction, by the one function of the
database that may delete. What is left: tombstones, and who was let in, who read and when it was erased, without health data.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection

from tracking.domain.actor import Actor
from tracking.models import (
    AccessEvent,
    CareRelationship,
    ErasureRequest,
    ImportBatch,
    ImportRow,
    Patient,
    Prescriber,
    ReadToken,
    ShareCode,
    User,
)
from tracking.services import consent, evaluations, owned
from tracking.services.access import acting_as, lock_patient, lock_patients

__all__ = ["ERASING", "ask", "cancel", "due", "erase", "erase_again", "erased_tables", "leaving", "standing"]

log = structlog.get_logger(__name__)

# The one actor whom the database lets erase.
ERASING = Actor.system("erasure")


def ask(*, patient: Patient, by: Actor, now: datetime) -> ErasureRequest:
    """Ask for it. Clinics, keys and codes are shut out at once, for good; the record waits. Asking again changes nothing."""
    with acting_as(by):
        man = lock_patient(patient)
        request = standing(man)
        if request is not None:
            return request
        for care in CareRelationship.objects.active().filter(patient=man):
            consent.end(care, by=by, now=now)
        ReadToken.objects.filter(patient=man, revoked_at=None).update(revoked_at=now)
        ShareCode.objects.open().filter(patient=man).update(withdrawn_at=now)
        evaluations.refresh(man, now=now)
        return ErasureRequest.objects.create(
            patient=man, asked_at=now, due_at=now + timedelta(days=settings.ERASURE_GRACE_DAYS)
        )


def standing(man: Patient) -> ErasureRequest | None:
    """What he asked for and what is not done yet."""
    return ErasureRequest.objects.standing().filter(patient=man).first()


def leaving(user: User) -> Patient | None:
    """The man of this account, if he asked for its erasure."""
    with acting_as(Actor.user(user.pk)):
        request = ErasureRequest.objects.standing().filter(patient__user=user).select_related("patient").first()
        return None if request is None else request.patient


def cancel(*, patient: Patient, by: Actor, now: datetime) -> bool:
    """He wants to keep it. Whether there was anything to cancel."""
    with acting_as(by):
        man = lock_patient(patient)
        return bool(ErasureRequest.objects.standing().filter(patient=man).update(cancelled_at=now))


def due(*, now: datetime, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men whose time to think is over. To be asked as the system."""
    rows = ErasureRequest.objects.standing().filter(due_at__lte=now, patient_id__gt=above_id).order_by("patient_id")
    return list(rows.values_list("patient_id", flat=True)[:limit])


def erase(patient_id: int, *, by: Actor = ERASING, now: datetime, leave: Callable[[User], None]) -> None:
    """Erase one man, all of it or nothing; what is done or was cancelled meanwhile is left alone. Safe to run twice.

    ``leave`` ends what sign-in keeps of an account; then the account goes too, unless it works for a clinic.
    """
    with acting_as(by):
        lock_patients([patient_id])
        man = Patient.objects.get(pk=patient_id)
        request = standing(man)
        if request is None or request.due_at > now:
            return
        user = man.user
        batches = list(ImportRow.objects.filter(patient=man).values_list("batch_id", flat=True).distinct())
        tables = erased_tables()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT trabecula_erase(%s, %s, %s, %s)",
                [man.pk, now, [table.name for table in tables], [table.ownership.owner for table in tables]],
            )
            (counted,) = cursor.fetchone()
        request.done_at, request.erased = now, json.loads(counted) if isinstance(counted, str) else counted
        request.save(update_fields=["done_at", "erased"])
        ImportBatch.objects.filter(pk__in=batches).exclude(rows__isnull=False).delete()
        if user is not None and not _works_here(user):
            leave(user)
            user.delete()
    log.info("erased", patient=str(man.uid), rows=sum(request.erased.values()))


def erase_again(uid: UUID, *, now: datetime, leave: Callable[[User], None]) -> bool:
    """Erase at once a man who had been erased, and whom a restore from backup brought back; False where he is not here.

    He asked for it then, and his time to think was over: what the backup does not know is stated anew.
    """
    with acting_as(ERASING):
        man = Patient.objects.filter(uid=uid, erased_at=None, is_statistical=False).first()
        if man is None:
            return False
        lock_patients([man.pk])
        ErasureRequest.objects.standing().filter(patient=man).update(cancelled_at=now)
        ErasureRequest.objects.create(patient=man, asked_at=now, due_at=now)
        erase(man.pk, now=now, leave=leave)
    return True


def erased_tables() -> list[owned.OwnedTable]:
    """The tables of which nothing stays: all but those that keep a skeleton, and every history."""
    return [table for table in owned.tables() if table.is_history or table.ownership.erasure is owned.Erasure.DELETE]


def _works_here(user: User) -> bool:
    """Whether others' records name this account as who looked at them or decided."""
    return (
        user.is_staff
        or user.is_superuser
        or Prescriber.objects.filter(user=user).exists()
        or AccessEvent.objects.filter(user=user).exists()
    )
