"""Who acts, in which transaction, and on whose record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet

from tracking.domain.actor import Actor
from tracking.domain.categories import SHAREABLE, Category, covers
from tracking.domain.problems import problem
from tracking.models import CareRelationship, ErasureRequest, Patient, Prescriber, User
from tracking.services.kept import Kept

__all__ = [
    "ADMINISTRATORS",
    "Actor",
    "CareTeam",
    "Contact",
    "Isolation",
    "Member",
    "acting_as",
    "care_teams",
    "contact",
    "contacts",
    "current_actor",
    "lock_patient",
    "lock_patients",
    "looked_after_by",
    "members",
    "not_found",
    "own_patient",
    "shared_with",
    "staff_addresses",
    "visible_patient",
]

_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)

# The last is what every trigger asks first: which triggers rest. Where nobody has said that none does, each row's triggers meet
# an error and roll a savepoint of their own back, which looks through all rows of the transaction so far.
_SAY_WHO = (
    "SELECT set_config('trabecula.actor', %s, true), set_config('pghistory.context_metadata', %s, true),"
    " set_config('pgtrigger.ignore', '{}', true)"
)


# Asked at each request of a man.
_OWN: Kept[Patient] = Kept(lambda user_id: Patient.objects.filter(user=user_id))


class Isolation(StrEnum):
    REPEATABLE_READ = "REPEATABLE READ"
    SERIALIZABLE = "SERIALIZABLE"


def current_actor() -> Actor | None:
    return _acting.get()


@contextmanager
def acting_as(actor: Actor, *, isolation: Isolation | None = None, reads_only: bool = False) -> Iterator[None]:
    """Open a transaction in which ``actor`` acts. Row-level security and the history read him from it.

    Within the same actor it nests (a savepoint); another actor inside is a programming error and raises RuntimeError, because
    a setting made in a savepoint would outlive it. ``isolation`` is for the outermost only: it must be the first statement.
    ``reads_only``: the database refuses whatever writes, as it always does for a token.
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
            if reads_only or actor.kind == "token":
                cursor.execute("SET TRANSACTION READ ONLY")
            yield
            if inside_a_test:
                # A commit forgets the setting; a savepoint of the test's transaction would not.
                cursor.execute(_SAY_WHO, ["", ""])
    finally:
        _acting.reset(token)


def lock_patient(patient: Patient | int, *, for_a_look: bool = False) -> Patient:
    """The man's row, locked: the first statement of every write to his record, so that two writers queue and never deadlock.

    ``no_key`` leaves room for the key share that inserts of other transactions take. Raises Problem for a clinic with which he
    shares a part of his record: what one writes is weighed against all of it. ``for_a_look``: to note that somebody looked,
    which takes no more than the door.
    """
    pk = patient if isinstance(patient, int) else patient.pk
    found = _TO_LOCK.of(pk)
    if not found:
        raise not_found()
    man: Any = found[0]
    if not (man.may_write or for_a_look):
        text = "He shares a part of his record with your clinic, which lets it look and not write. Ask him to share all of it."
        raise problem("", "not-in-scope", text, kind="forbidden")
    locked: Patient = man
    return locked


def _to_lock(pk: int) -> QuerySet[Any]:
    may_write = Func(F("pk"), function="trabecula_may_write", output_field=BooleanField())
    rows: QuerySet[Any] = Patient.objects.filter(pk=pk, erased_at=None).annotate(may_write=may_write)
    return rows.select_for_update(no_key=True, of=("self",))


_TO_LOCK = Kept(_to_lock)


def lock_patients(ids: Sequence[int], *, skip_locked: bool = False) -> list[int]:
    """Lock several men in ascending id, the one order that everybody keeps. Returns the ids that were locked."""
    rows = Patient.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True, skip_locked=skip_locked)
    return list(rows.values_list("pk", flat=True))


def own_patient(user: User) -> Patient:
    """The man whose account this is; 404 for an account that is no man's."""
    found = _OWN.of(user.pk)
    if not found:
        raise not_found()
    return found[0]


def visible_patient(user: User, uid: UUID, category: Category = Category.CONCLUSIONS) -> Patient:
    """A man who shares this category with this account; what is out of scope is not found, like what does not exist."""
    try:
        return Patient.objects.visible_to(user, category).get(uid=uid)
    except Patient.DoesNotExist:
        raise not_found() from None


def shared_with(user: User, men: Iterable[Patient]) -> dict[int, list[str]]:
    """Which categories each of these men shares with a clinic of this account, by patient, in one query."""
    doors = CareRelationship.objects.active().filter(
        patient__in=list(men), clinic__prescribers__user=user, clinic__prescribers__is_active=True
    )
    scopes: dict[int, list[list[str]]] = {}
    for pk, scope in doors.values_list("patient_id", "scope"):
        scopes.setdefault(pk, []).append(scope)
    return {
        pk: [category.value for category in SHAREABLE if any(covers(scope, category) for scope in his)]
        for pk, his in scopes.items()
    }


def not_found(what: str = "record") -> Exception:
    return problem("", "not-found", "There is no such {what}.", kind="not-found", what=what)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a man. ``email`` is empty for an account that was switched off, or is about to be erased."""

    patient_id: int
    email: str
    zone: str


def contact(patient_id: int) -> Contact | None:
    """Where messages to this man go; None for a statistical record."""
    return contacts([patient_id]).get(patient_id)


def contacts(patient_ids: Iterable[int]) -> dict[int, Contact]:
    """Where messages to these men go, by patient, in one query; statistical records are left out."""
    leaving = Exists(ErasureRequest.objects.standing().filter(patient=OuterRef("pk")))
    rows = Patient.objects.filter(pk__in=patient_ids, is_statistical=False, user__isnull=False).annotate(leaving=leaving)
    return {
        pk: Contact(pk, email if is_active and not leaving else "", zone)
        for pk, email, is_active, leaving, zone in rows.values_list("pk", "user__email", "user__is_active", "leaving", "zone")
    }


# Members of a clinic who are told last when nobody answers: the account is in the group of this name.
ADMINISTRATORS = "clinic administrators"


@dataclass(frozen=True, slots=True)
class CareTeam:
    """Accounts that look after one man, by id: his lead prescribers, all prescribers, and the administrators among them."""

    lead: frozenset[int]
    clinic: frozenset[int]
    administrators: frozenset[int]


def care_teams(patient_ids: Iterable[int]) -> dict[int, CareTeam]:
    """Who looks after these men by their consent, in one query; men whom no clinic looks after are left out.

    A clinic that may not see what is concluded about a man is not told of it either.
    """
    rows = CareRelationship.objects.covering().filter(
        patient__in=patient_ids, clinic__prescribers__is_active=True, clinic__prescribers__user__is_active=True
    )
    member = "clinic__prescribers__user"
    teams: dict[int, tuple[set[int], set[int], set[int]]] = {}
    for pk, his_own, lead, user, group in rows.values_list(
        "patient_id", "patient__user_id", "lead__user_id", f"{member}_id", f"{member}__groups__name"
    ):
        if user == his_own:
            continue  # nobody is told about himself
        leads, everybody, administrators = teams.setdefault(pk, (set(), set(), set()))
        everybody.add(user)
        if user == lead:
            leads.add(user)
        if group == ADMINISTRATORS:
            administrators.add(user)
    return {pk: CareTeam(*(frozenset(ids) for ids in sets)) for pk, sets in teams.items()}


@dataclass(frozen=True, slots=True)
class Member:
    """A prescriber at work. ``zone``: that of the clinic he joined first, where his day begins."""

    user_id: int
    email: str
    zone: str


def members(*, limit: int, above_id: int = 0) -> list[Member]:
    """Active prescribers in ascending id of their accounts, each once, in one query."""
    rows = (
        Prescriber.objects.filter(is_active=True, user__is_active=True, user_id__gt=above_id)
        .order_by("user_id", "pk")
        .distinct("user_id")
        .values_list("user_id", "user__email", "clinic__zone")
    )
    return [Member(*row) for row in rows[:limit]]


def looked_after_by(user_id: int, patient_ids: Iterable[int]) -> dict[int, UUID]:
    """Those of these men who let a clinic of this prescriber in, by id, with their public names; never himself. One query."""
    rows = CareRelationship.objects.active().filter(
        patient__in=patient_ids, clinic__prescribers__user=user_id, clinic__prescribers__is_active=True
    )
    return dict(rows.exclude(patient__user=user_id).values_list("patient_id", "patient__uid"))


def staff_addresses(user_ids: Iterable[int]) -> dict[int, str]:
    """E-mail addresses of active accounts, by id, in one query."""
    return dict(User.objects.filter(pk__in=user_ids, is_active=True).values_list("pk", "email"))
