"""All that is kept about a man, in one archive for him to take away.

It walks the registry of owned tables, so that a new table cannot be forgotten. The archive lies in the database: web and
workers share nothing else, and it goes with the record when that is erased.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

from tracking.domain.actor import Actor
from tracking.models import AccountExport, BasisPart, Episode, EpisodeEvent, Evaluation, Finding, Patient, User
from tracking.services import audit, exports, owned
from tracking.services.access import Isolation, acting_as, lock_patient, not_found

__all__ = [
    "HOLDS", "archive_of", "ask", "build", "clear", "exported_tables", "find", "tell_percent", "waiting",
]  # fmt: skip

# How long an archive can be fetched.
HOLDS = timedelta(days=3)
# An export whose task was lost, because the broker was away or a worker died, is taken up after so long.
LOST_AFTER = timedelta(minutes=10)
_CLEARING = Actor.system("exports")
_ACTOR = re.compile(r"user:(\d+)", re.ASCII)
# What is told of a conclusion that waits for a prescriber's release: that it is there.
_TOLD_WHILE_IT_WAITS = ("uid", "revision", "as_of", "at", "evaluation", "episode")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say; the archive says itself when it was made

_READ_ME = """This is everything that is kept about you here, made at {made_at}.

account.json      your account, and how many rows each table below holds
tables/*.json     every row of every table, each with what it is kept for; values stand digit for digit as they were reported;
                  where your clinic looks at a conclusion first, it says `waits_for_release`, and tells the rest afterwards
labs.csv          your lab results as a table, which this system and any spreadsheet can read
labs.fhir.json    the same as a FHIR R4 Bundle, for other health records
labs.json         the same, as this system reads it back in
"""

Progress = Callable[[int], None]


def ask(*, patient: Patient, by: Actor, now: datetime) -> tuple[AccountExport, bool]:
    """An export to be built, and whether it is a new one: one that is being built already is not begun again.

    An archive that was not fetched yet makes room for the new one.
    """
    with acting_as(by):
        man = lock_patient(patient)
        rows = AccountExport.objects.filter(patient=man)
        standing = rows.filter(state=AccountExport.State.ASKED).first()
        if standing is not None:
            return standing, False
        rows.filter(state=AccountExport.State.READY).update(state=AccountExport.State.GONE, archive=None)
        return AccountExport.objects.create(patient=man, asked_at=now), True


def build(*, uid: UUID, by: Actor, now: datetime, beside: Mapping[str, Any], progress: Progress | None = None) -> None:
    """Build the archive, as the man himself: the database shows him what is his and nothing else. Safe to run twice.

    ``beside``: what else there is about him, by the name of the file. What goes wrong is marked on the export, and raised.
    """
    try:
        content = _content(uid, by=by, now=now, beside=beside, progress=progress or (lambda _: None))
    except Exception:
        _settle(uid, by=by, state=AccountExport.State.FAILED, ended_at=now)
        raise
    if content is not None:
        _settle(
            uid,
            by=by,
            state=AccountExport.State.READY,
            ended_at=now,
            percent=100,
            archive=content,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            expires_at=now + HOLDS,
        )


def find(man: Patient, uid: UUID) -> AccountExport:
    """An export of his, without its archive; else not found."""
    row = AccountExport.objects.filter(patient=man, uid=uid).defer("archive").first()
    if row is None:
        raise not_found("export")
    return row


def archive_of(man: Patient, uid: UUID, *, by: Actor, now: datetime) -> bytes:
    """The archive, while it can be fetched; else not found. That it was taken out of here is noted."""
    rows = AccountExport.objects.filter(patient=man, uid=uid, state=AccountExport.State.READY, expires_at__gt=now)
    content = rows.values_list("archive", flat=True).first()
    if content is None:
        raise not_found("archive")
    audit.note_export(uid=man.uid, by=by, how="archive of the account", now=now)
    return bytes(content)


def waiting(*, now: datetime) -> list[tuple[UUID, int]]:
    """Exports that were asked for and that nobody builds, each with the account of the man."""
    with acting_as(_CLEARING):
        rows = AccountExport.objects.filter(state=AccountExport.State.ASKED, asked_at__lte=now - LOST_AFTER)
        return [(uid, user) for uid, user in rows.values_list("uid", "patient__user_id") if user is not None]


def clear(*, now: datetime) -> int:
    """Remove archives whose time is over, and say how many."""
    with acting_as(_CLEARING):
        rows = AccountExport.objects.filter(state=AccountExport.State.READY, expires_at__lte=now)
        return rows.update(state=AccountExport.State.GONE, archive=None)


def tell_percent(uid: UUID, by: Actor, percent: int) -> None:
    """Let him read how far it has come while the snapshot is read: over a connection of its own."""
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT set_config('trabecula.actor', %s, true)", [str(by)])
            cursor.execute("UPDATE tracking_accountexport SET percent = %s WHERE uid = %s AND state = 'asked'", [percent, uid])
            cursor.execute("COMMIT")
    finally:
        other.close()


def exported_tables() -> list[owned.OwnedTable]:
    """What the archive holds a file of."""
    return [table for table in owned.tables() if table.ownership.exported]


def _settle(uid: UUID, *, by: Actor, **fields: Any) -> None:
    with acting_as(by):
        AccountExport.objects.filter(uid=uid, state=AccountExport.State.ASKED).update(**fields)


def _content(uid: UUID, *, by: Actor, now: datetime, beside: Mapping[str, Any], progress: Progress) -> bytes | None:
    """The bytes of the archive, of one snapshot; None where it was built already."""
    packed = io.BytesIO()
    with acting_as(by, isolation=Isolation.REPEATABLE_READ, reads_only=True), zipfile.ZipFile(packed, "w") as archive:
        asked = AccountExport.objects.filter(uid=uid, state=AccountExport.State.ASKED).select_related("patient__user").first()
        if asked is None:
            return None
        man = asked.patient
        tables = exported_tables()
        counted: dict[str, int] = {}
        names, waits = _Names(man), _waiting(man)
        for done, table in enumerate(tables):
            rows = [_row(row, names, waits=waits(row)) for row in _rows(table, man)]
            counted[table.name] = len(rows)
            about = {"table": table.name, "kept_because": table.ownership.why, "kept_for": table.ownership.kept, "rows": rows}
            _add(archive, f"tables/{table.name}.json", _json(about))
            progress(100 * done // len(tables))
        for name, into in (("labs.csv", "csv"), ("labs.fhir.json", "fhir"), ("labs.json", "json")):
            _add(archive, name, exports.record(patient=man, by=by, now=now, into=into, of="labs"))
        for name, held in beside.items():
            _add(archive, name, _json(held))
        account = {"made_at": now, "email": man.user.email if man.user else "", "name": man.name, "rows": counted}
        _add(archive, "account.json", _json(account))
        _add(archive, "README.txt", _READ_ME.format(made_at=now.isoformat()).encode())
    return packed.getvalue()


def _rows(table: owned.OwnedTable, man: Patient) -> Iterator[models.Model]:
    fields = table.model._meta.concrete_fields
    pointing = [field.name for field in fields if field.is_relation and field.name != "patient" and not _is_told(field)]
    every = table.model._default_manager  # noqa: SLF001  Django's documented name for whatever manager a model has
    found = every.filter(**{table.ownership.owner: man.pk}).select_related(*pointing).order_by("pk")
    yield from found.iterator(chunk_size=500)


def _waiting(man: Patient) -> Callable[[models.Model], bool]:
    """Whether a row concludes what he may not read yet, by the filter of sync, REST and FHIR: its findings are released."""
    held = set(Finding.objects.filter(patient=man, released_at=None).values_list("evaluation", flat=True))
    told = set(chain(*Evaluation.objects.filter(patient=man).exclude(pk__in=held).values_list("placed", "grounds")))

    def waits(row: models.Model) -> bool:
        match row:
            case Evaluation():
                return row.pk in held
            case BasisPart():
                return row.pk not in told
            case Finding():
                return row.released_at is None
            case Episode():
                return not held.isdisjoint((row.evaluation_id, row.opened_in_id))
            case EpisodeEvent():
                return row.evaluation_id in held
        return False

    return waits


class _Names:
    """Accounts by name: the number of an account is nobody's business."""

    def __init__(self, man: Patient) -> None:
        self._known = {man.user_id: "you"}

    def of(self, text: str) -> str:
        match = _ACTOR.fullmatch(text)
        if match is None:
            return text
        pk = int(match[1])
        if pk not in self._known:
            self._known[pk] = str(User.objects.filter(pk=pk).first() or "an account that is gone")
        return self._known[pk]


def _row(row: models.Model, names: _Names, *, waits: bool) -> dict[str, Any]:
    """Every column but the keys inside: a row that another points to is named by its uid."""
    shown: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if (field.primary_key and not _is_told(field)) or field.name in ("patient", "patient_id", "revision_xact"):
            continue
        if _is_told(field):
            shown[field.name] = getattr(row, field.attname)
        elif field.is_relation:
            other = getattr(row, field.name)
            shown[field.name] = None if other is None else str(getattr(other, "uid", None) or other)
        elif not (field.name.endswith("_id") and isinstance(field, models.BigIntegerField)):
            value = getattr(row, field.name)
            shown[field.name] = names.of(value) if isinstance(value, str) else value
    if waits:
        return {name: shown[name] for name in _TOLD_WHILE_IT_WAITS if name in shown} | {"waits_for_release": True}
    return shown


def _is_told(field: Any) -> bool:
    """A key that is no number inside, but a name: it is told as it stands."""
    return isinstance(field.target_field if field.is_relation else field, models.UUIDField)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain).encode()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, compress_type=zipfile.ZIP_DEFLATED)
