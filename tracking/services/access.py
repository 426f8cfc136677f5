"""Who acts, in which transaction, and on whose record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.models import Patient, User

__all__ = [
    "Actor",
    "Contact",
    "Isolation",
    "acting_as",
    "contact",
    "current_actor",
    "lock_patient",
    "lock_patients",
    "not_found",
    "own_patient",
    "visible_patient",
]

_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)

_SAY_WHO = "SELECT set_config('trabecula.actor', %s, true), set_config('pghistory.context_metadata', %s, true)"


class Isolation(StrEnum):
    REPEATABLE_READ = "REPEATABLE READ"
    SERIALIZABLE = "SERIALIZABLE"


def current_actor() -> Actor | None:
    return _acting.get()


@contextmanager
def acting_as(actor: Actor, *, isolation: Isolation | None = None) -> Iterator[None]:
    """Open a transaction in which ``actor`` acts. Row-level security and the history read him from it.

    Within the same actor it nests (a savepoint); another actor inside is a programming error and raises RuntimeError, because
    a setting made in a savepoint would outlive it. ``isolation`` is for the outermost only: it must be the first statement.
    """
    outer = _acting.get()
    if outer is not None:
        if outer != actor or isolation is not None:
            raise RuntimeError(f"{outer} is acting; {actor} cannot begin inside, nor can the isolation change")
        with transaction.atomic():
            yield
        return
    token = _acting.set(actor)
    inside_a_test = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if isolation is not None and not inside_a_test:
                # A test that holds a transaction open has spoken in it already; what isolation does is tested with commits.
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            cursor.execute(_SAY_WHO, [str(actor), json.dumps({"actor": str(actor)})])
            yield
            if inside_a_test:
                # A commit forgets the setting; a savepoint of the test's transaction would not.
                cursor.execute(_SAY_WHO, ["", ""])
    finally:
        _acting.reset(token)


def lock_patient(patient: Patient | int) -> Patient:
    """The man's row, locked: the first statement of every write to his record, so that two writers queue and never deadlock.

    ``no_key`` leaves room for the key share that inserts of other transactions take.
    """
    pk = patient if isinstance(patient, int) else patient.pk
    try:
        return Patient.objects.select_for_update(no_key=True).get(pk=pk)
    except Patient.DoesNotExist:
        raise not_found() from None


def lock_patients(ids: Sequence[int], *, skip_locked: bool = False) -> list[int]:
    """Lock several men in ascending id, the one order that everybody keeps. Returns the ids that were locked."""
    rows = Patient.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True, skip_locked=skip_locked)
    return list(rows.values_list("pk", flat=True))


def own_patient(user: User) -> Patient:
    """The man whose account this is; 404 for an account that is no man's."""
    try:
        return Patient.objects.get(user=user)
    except Patient.DoesNotExist:
        raise not_found() from None


def visible_patient(user: User, uid: UUID) -> Patient:
    """A man this account may see; what is out of scope is not found, exactly like what does not exist."""
    try:
        return Patient.objects.visible_to(user).get(uid=uid)
    except Patient.DoesNotExist:
        raise not_found() from None


def not_found(what: str = "record") -> Exception:
    return problem("", "not-found", "There is no such {what}.", kind="not-found", what=what)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a man. ``email`` is empty for an account that was switched off."""

    patient_id: int
    email: str
    zone: str
    language: str = "en"


def contact(patient_id: int) -> Contact | None:
    """Where messages to this man go; None for a statistical record."""
    row = (
        Patient.objects.filter(pk=patient_id, is_statistical=False, user__isnull=False)
        .values_list("user__email", "user__is_active", "zone")
        .first()
    )
    if row is None:
        return None
    email, is_active, zone = row
    return Contact(patient_id, email if is_active else "", zone)
