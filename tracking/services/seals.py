"""Closed days of what is kept about who did what, sealed once and compared whenever somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from django.db import connection, models
from django.db.models import Min
from psycopg import sql

from tracking.domain.actor import Actor
from tracking.domain.sealing import RowSeal, TableSeal, compare, day_digest
from tracking.models import AccessEvent, AuditEvent, EpisodeEvent, Patient, ProposalEvent, SealedDay, SealedTable
from tracking.services import owned
from tracking.services.access import acting_as

__all__ = ["GRACE", "KEPT", "Kept", "behind", "forget", "kept_tables", "last_sealed", "seal", "verify"]

log = structlog.get_logger(__name__)

_SEALING = Actor.system("sealing")
# A day is closed once what began in it has ended; nothing runs for as long as this.
GRACE = timedelta(hours=1)
# How long sign-ins and exports are kept. The database itself forgets nothing younger than five years (migration 0020).
KEPT = timedelta(days=6 * 365 + 2)
_MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class Kept:
    """A table of what is kept, the column that says when, and the one that says whose (None: no man's)."""

    model: type[models.Model]
    when: str
    owner: str | None

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def rows(self) -> models.QuerySet[Any]:
        return models.QuerySet(self.model)

    @property
    def key(self) -> str:
        return str(self.model._meta.pk.column)


def kept_tables() -> list[Kept]:
    """Reads, sign-ins and exports, answers and decisions, and every version of every record."""
    histories = [Kept(table.model, "pgh_created_at", table.ownership.owner) for table in owned.tables() if table.is_history]
    by_nature = [Kept(model, "at", "patient_id") for model in (AccessEvent, EpisodeEvent, ProposalEvent)]
    return sorted([Kept(AuditEvent, "at", None), *by_nature, *histories], key=lambda kept: kept.table)


def seal(*, now: datetime) -> list[SealedDay]:
    """Seal the closed days that are not sealed yet, in order, and write each digest to the log. Safe to run twice or late.

    A month of days at most: who comes late, or begins with years of them, gets there night by night.
    """
    sealed: list[SealedDay] = []
    while len(sealed) < _MOST_DAYS and (day := _next_day(now)) is not None:
        with acting_as(_SEALING):
            # Two at once: the second waits here, and the day's unique key refuses it.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('trabecula seals'))")
            if SealedDay.objects.filter(day=day).exists():
                continue
            row = _seal(day, now)
        log.info("audit day sealed", day=row.day.isoformat(), digest=row.digest, rows=row.rows)
        sealed.append(row)
    return sealed


def forget(*, now: datetime) -> int:
    """Remove sign-ins and exports that were kept long enough, and say how many. Their digests stay."""
    with acting_as(_SEALING), connection.cursor() as cursor:
        cursor.execute("SELECT trabecula_forget_audit(%s)", [now - KEPT])
        (gone,) = cursor.fetchone()
        return int(gone)


def verify(*, now: datetime, noted: Mapping[date, str] | None = None) -> Iterator[tuple[SealedDay, list[str]]]:
    """Every sealed day with what is not as it was, in words. ``noted``: digests by day that were kept outside, from the log."""
    noted = dict(noted or {})
    before = ""
    with acting_as(_SEALING):
        for day in SealedDay.objects.order_by("day").iterator(chunk_size=50):
            said = _differences(day, now)
            if day.before != before:
                said.append("a day before it was taken away, added or sealed anew")
            if (outside := noted.pop(day.day, day.digest)) != day.digest:
                said.append(f"its digest is not the one in the log, {outside}")
            before = day.digest
            yield day, said
    for missing in sorted(noted):
        yield (
            SealedDay(day=missing, digest=noted[missing], rows=0),
            ["the log has a seal of this day, and the database has none"],
        )


def last_sealed() -> SealedDay | None:
    """The newest day that is closed and sealed."""
    return SealedDay.objects.order_by("-day").first()


def behind(*, now: datetime) -> int:
    """How many days are over and not sealed."""
    day = _next_day(now)
    return 0 if day is None else ((now - GRACE).astimezone(UTC).date() - day).days


def _next_day(now: datetime) -> date | None:
    """The first closed day that is not sealed; None where all are."""
    with acting_as(_SEALING):
        last = SealedDay.objects.order_by("-day").values_list("day", flat=True).first()
        if last is None:
            firsts = [kept.rows().aggregate(first=Min(kept.when))["first"] for kept in kept_tables()]
            begun = min((first for first in firsts if first is not None), default=None)
            if begun is None:
                return None
            day = begun.astimezone(UTC).date()
        else:
            day = last + timedelta(days=1)
    return day if _end(day) + GRACE <= now else None


def _seal(day: date, now: datetime) -> SealedDay:
    before = SealedDay.objects.order_by("-day").values_list("digest", flat=True).first() or ""
    tables = [made for kept in kept_tables() if (made := _read(kept, day)).rows]
    row = SealedDay.objects.create(
        day=day,
        sealed_at=now,
        rows=sum(len(table.rows) for table in tables),
        before=before,
        digest=day_digest(day, before, tables),
    )
    SealedTable.objects.bulk_create(
        SealedTable(
            day=row,
            table=table.table,
            columns=list(table.columns),
            ids=[each.id for each in table.rows],
            owners=[each.owner for each in table.rows],
            digests=[each.digest for each in table.rows],
        )
        for table in tables
    )
    return row


def _differences(day: SealedDay, now: datetime) -> list[str]:
    said: list[str] = []
    seals = []
    unsealed = {kept.table: kept for kept in kept_tables()}
    for row in day.tables.order_by("table"):
        sealed = TableSeal(row.table, tuple(row.columns), tuple(map(RowSeal, row.ids, row.owners, row.digests)))
        seals.append(sealed)
        kept = unsealed.pop(row.table, None)
        if kept is None or not _columns(kept, also=sealed.columns):
            said.append(f"{row.table}: it has changed its shape since, and its rows cannot be compared")
            continue
        found = {each.id: each.digest for each in _rows(kept, sealed.columns, _BY_KEY, [row.ids])}
        if kept.owner is None and _end(day.day) <= now - KEPT:
            sealed = replace(sealed, rows=tuple(each for each in sealed.rows if each.id in found))
        gone = _erased({each.owner for each in sealed.rows if each.id not in found and each.owner is not None})
        said += compare(sealed, found, added=set(_of_the_day(kept, day.day)) - set(row.ids), gone=gone)
    for kept in unsealed.values():
        said += compare(TableSeal(kept.table, (), ()), {}, added=_of_the_day(kept, day.day), gone=set())
    if day_digest(day.day, day.before, seals) != day.digest:
        said.append("the seal itself was changed: its rows do not make its digest")
    return said


def _read(kept: Kept, day: date) -> TableSeal:
    columns = tuple(str(field.column) for field in kept.model._meta.concrete_fields)
    return TableSeal(kept.table, columns, tuple(_rows(kept, columns, _OF_A_DAY, list(_span(day)))))


_BY_KEY = sql.SQL("{key} = ANY(%s)")
_OF_A_DAY = sql.SQL("{when} >= %s AND {when} < %s")


def _of_the_day(kept: Kept, day: date) -> list[int]:
    return [row.id for row in _rows(kept, (kept.key,), _OF_A_DAY, list(_span(day)))]


def _rows(kept: Kept, columns: tuple[str, ...], condition: sql.SQL, values: list[Any]) -> Iterator[RowSeal]:
    """The rows under a condition, in the order of their key. A row is digested as PostgreSQL prints it, in UTC."""
    query = sql.SQL(
        "SELECT {key}, {owner}, encode(sha256(convert_to(ROW({columns})::text, 'UTF8')), 'hex') FROM {table}"
        " WHERE {condition} ORDER BY {key}"
    ).format(
        key=sql.Identifier(kept.key),
        owner=sql.Identifier(kept.owner) if kept.owner else sql.SQL("NULL::bigint"),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        table=sql.Identifier(kept.table),
        condition=condition.format(key=sql.Identifier(kept.key), when=sql.Identifier(kept.when)),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        yield from (RowSeal(*row) for row in cursor.fetchall())


def _columns(kept: Kept, *, also: tuple[str, ...]) -> bool:
    """Whether the table still has all of these columns."""
    return {field.column for field in kept.model._meta.concrete_fields}.issuperset(also)


def _erased(owners: set[int]) -> set[int]:
    """Who of these patients was erased; what is left of him is a skeleton."""
    standing = Patient.objects.filter(pk__in=owners, erased_at=None)
    return owners - set(standing.values_list("pk", flat=True)) if owners else set()


def _span(day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, time.min, tzinfo=UTC), _end(day)


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)
