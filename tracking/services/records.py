"""How any record is added, corrected and withdrawn. The nouns beside this module say what may be in it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, transaction

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem, problem
from tracking.models import ImportBatch, Patient, Tombstone
from tracking.models.base import CLIENT_ID, Record
from tracking.services.access import not_found
from tracking.services.bulk import insert_objects
from tracking.services.kept import Kept

__all__ = [
    "Source", "add", "add_each", "check_client_id", "find", "find_his", "is_typed", "not_storable", "same_content",
    "state_anew", "supersede", "withdraw", "withdraw_each",
]  # fmt: skip

log = logging.getLogger(__name__)

R = TypeVar("R", bound=Record)

# What a row says about itself rather than about the man; two rows that differ only in these say the same.
_ABOUT_THE_ROW = {
    "id", "uid", "patient", "revision", "recorded_at", "recorded_by", "source_system", "source_id", "import_batch",
    "superseded_at", "supersedes", "withdrawn_at", "withdrawn_reason", "number", "previous", "place",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record came from, when it was not typed here."""

    system: str = ""
    id: str = ""
    batch: ImportBatch | None = None


TYPED = Source()
# Rows of a table were mapped by a person, so that is what their source begins with.
TABLE = "csv"


def is_typed(system: str) -> bool:
    """Whether a person chose the unit of what came from there, by hand or by mapping a column; no message carried it."""
    return not system or system.partition(" ")[0] == TABLE


def add(
    model: type[R],
    *,
    man: Patient,
    by: Actor,
    now: datetime,
    content: dict[str, Any],
    client_id: str | None = None,
    source: Source = TYPED,
) -> tuple[R, bool]:
    """Insert a row; returns it and whether it is new.

    The same content under the same ``client_id`` is a repeat after a lost answer: the stored row comes back. Other content
    under it is a conflict (409), which a correction would solve.
    """
    if client_id is not None:
        said = _said_under(model, man, client_id, content)
        if said is not None:
            return said, False
        content = content | {"client_id": client_id}
    row = _new(model, man=man, by=by, now=now, content=content, source=source)
    row.save(force_insert=True)
    return row, True


def add_each(
    model: type[R], *, man: Patient, by: Actor, now: datetime, contents: Mapping[str, Callable[[], dict[str, Any]]]
) -> dict[str, Problem]:
    """Insert many new rows, each by itself, in few statements: what was refused, by id, and the rest is stored.

    ``contents``: by ids under which nothing stands and nothing was withdrawn; each makes its content, or raises its Problem.
    """
    refused: dict[str, Problem] = {}
    rows: list[R] = []
    for key, content in contents.items():
        try:
            check_client_id(key)
            rows.append(_new(model, man=man, by=by, now=now, content=content() | {"client_id": key}))
        except Problem as problem_of_row:
            refused[key] = problem_of_row
    try:
        with transaction.atomic():
            insert_objects(model, rows)
    except (DataError, IntegrityError):
        # No check of ours foresaw it. One by one, so that only the row itself is refused.
        for row in rows:
            try:
                with transaction.atomic():
                    row.pk = None
                    row.save(force_insert=True)
            except (DataError, IntegrityError) as error:
                refused[row.client_id] = not_storable(error)
    return refused


def not_storable(error: DataError | IntegrityError) -> Problem:
    """What to say where the database refused a row that passed every check of ours."""
    log.warning("the database refused a row", exc_info=error)
    return problem("", "not-storable", "This does not fit what is stored already.", kind="conflict")


def _new(model: type[R], *, man: Patient, by: Actor, now: datetime, content: dict[str, Any], source: Source = TYPED) -> R:
    return model(
        patient=man,
        recorded_at=now,
        recorded_by=str(by),
        source_system=source.system,
        source_id=source.id,
        import_batch=source.batch,
        **content,
    )


def state_anew(
    standing: R, *, man: Patient, by: Actor, now: datetime, content: dict[str, Any], client_id: str | None = None
) -> tuple[R, bool]:
    """Put a later statement in the place of the one that stands; returns it and whether it is new.

    It keeps the phone's id, unless it brings one of its own: then phones are told to drop the former. A repeat after a lost
    answer stays one, even where something later has taken its place since.
    """
    if client_id is None:
        return supersede(standing, man=man, by=by, now=now, content=content)
    said = _said_under(type(standing), man, client_id, content)
    if said is not None:
        return said, False
    _drop_from_phones(standing, man)
    return _replaced(standing, man=man, by=by, now=now, content=content | {"client_id": client_id}), True


def find(model: type[R], man: Patient, key: str) -> R:
    """A standing row by the id its reader knows: the phone's, or the uid."""
    rows = model.objects.live().filter(patient=man)
    row = rows.filter(client_id=key).first() or (rows.filter(uid=key).first() if _UID.fullmatch(key) else None)
    if row is None:
        raise not_found()
    found: R = row
    return found


def find_his(model: type[R], man: Patient, key: str, *, by: Actor, staff: bool) -> R:
    """A standing row that this person may correct or withdraw: staff any, the man what he entered himself."""
    row = find(model, man, key)
    if not staff and row.recorded_by != str(by):
        raise problem(
            "",
            "not-his-entry",
            "This was entered by a clinic or a laboratory. Ask them to correct it.",
            kind="forbidden",
        )
    return row


def supersede(
    row: R, *, man: Patient, by: Actor, now: datetime, content: dict[str, Any], parts_differ: bool = False
) -> tuple[R, bool]:
    """Put a corrected row in the place of ``row``, under the same phone id. Equal content changes nothing.

    ``parts_differ``: the row has parts in a table of their own, and those are not the same.
    """
    if not parts_differ and same_content(row, content):
        return row, False
    return _replaced(row, man=man, by=by, now=now, content=content), True


def withdraw(row: Record, *, man: Patient, now: datetime, reason: str) -> None:
    """Take a row back. It stays stored with the reason; phones are told to drop it."""
    type(row).objects.filter(pk=row.pk).update(withdrawn_at=now, withdrawn_reason=reason)
    _drop_from_phones(row, man)


def withdraw_each(model: type[Record], uids: Sequence[Any], *, man: Patient, now: datetime, reason: str) -> set[Any]:
    """The same of many rows of one table in few statements; returns the uids of those that still stood."""
    if not uids:
        return set()
    live = dict(model.objects.live().filter(patient=man, uid__in=uids).values_list("uid", "client_id"))
    model.objects.filter(patient=man, uid__in=live).update(withdrawn_at=now, withdrawn_reason=reason)
    if table := model.ownership.sync:
        Tombstone.objects.bulk_create(Tombstone(patient=man, table=table, client_id=client_id) for client_id in live.values())
    return set(live)


def same_content(row: Record, content: dict[str, Any]) -> bool:
    """Whether ``content`` says what ``row`` says, defaults included."""
    for field in row._meta.concrete_fields:
        if field.name in _ABOUT_THE_ROW or field.name == "client_id":
            continue
        sent = content[field.name] if field.name in content else field.get_default()
        if _said(getattr(row, field.name)) != _said(sent):
            return False
    return True


def _said(value: Any) -> Any:
    """Another record is named by its phone's id: it stays the one that was meant, however often it was put right since."""
    return value.client_id if isinstance(value, Record) else value


def _said_under(model: type[R], man: Patient, client_id: str, content: dict[str, Any]) -> R | None:
    """The row that says this under this id already; None where the id is free. A conflict where it names something else."""
    check_client_id(client_id)
    row: R | None = next(iter(_last_under(model).of(man.pk, client_id)), None)
    if row is None or (row.withdrawn_at is None and same_content(row, content)):
        return row
    raise problem(
        "/client_id",
        "client-id-taken",
        "'{received}' already names another record of this account. Correct that one, or send a new id.",
        kind="conflict",
        received=client_id,
    )


@cache
def _last_under(model: type[Record]) -> Kept[Any]:
    return Kept(lambda man, client_id: model.objects.filter(patient=man, client_id=client_id).order_by("-pk")[:1], int, str)


def _replaced(row: R, *, man: Patient, by: Actor, now: datetime, content: dict[str, Any]) -> R:
    type(row).objects.filter(pk=row.pk).update(superseded_at=now)
    kept = {name: getattr(row, name) for name in ("client_id", "source_system", "source_id", "import_batch")}
    replacing = type(row)(patient=man, recorded_at=now, recorded_by=str(by), supersedes=row, **(kept | content))
    replacing.save(force_insert=True)
    return replacing


def _drop_from_phones(row: Record, man: Patient) -> None:
    if row.ownership.sync:
        Tombstone.objects.create(patient=man, table=row.ownership.sync, client_id=row.client_id)


_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# Addresses of their own below a collection; a row of such a name could not be reached.
_RESERVED = {"bulk", "expected", "adherence", "sites", "counts"}
_CLIENT_ID = re.compile(CLIENT_ID, re.ASCII)


def check_client_id(client_id: str) -> None:
    """Raise Problem where this is no id that a phone may mint."""
    if not _CLIENT_ID.fullmatch(client_id) or client_id in _RESERVED:
        raise problem(
            "/client_id",
            "client-id-form",
            "'{received}' is not an id. Accepted: 1 to 36 letters, digits, '_', '.' or '-', for example a UUID.",
            received=client_id[:40],
        )
