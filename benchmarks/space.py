"""How many bytes of the database a row takes, with its indexes and its history, and so a man's year.

The rows come by the API, as a phone sends them, so that all is written that belongs to them. A table is measured packed, so
that room which old versions of rows leave is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString

import orjson
from django.db import connections
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from benchmarks.reminder_rows import fill
from benchmarks.writing import Phone, lab, push_of
from tracking import clock
from tracking.models.base import new_client_id

__all__ = ["Taken", "measure", "report"]

_OF = {
    "a result": ("tracking_labresult", "tracking_labresulthistory"),
    "a dose": ("tracking_doseevent", "tracking_doseeventhistory"),
    "an evaluation": ("tracking_evaluation", "tracking_finding", "tracking_findinghistory"),
    "a due item": ("tracking_dueitem",),
    "a reminder": ("notifications_reminder",),
}
_AT_ONCE = 500
_DOSE = {"drug": "anastrozole", "kind": "taken", "amount": "0.5 mg", "precision": "minute", "zone": "UTC"}


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows of the first table, and bytes of all of them with their indexes."""

    rows: int
    bytes: int

    @property
    def each(self) -> float:
        return self.bytes / self.rows


def measure(*, rows: int = 120, days: int = 40, reminders: int = 5_000) -> dict[str, Taken]:
    """By what it is.

    ``rows`` results and as many doses are pushed, then a dose on each of so many ``days``; ``reminders`` are made as
    :mod:`benchmarks.reminder_rows` makes them, with the due items that they speak of.
    """
    phone = Phone("space")
    for start in range(0, rows, _AT_ONCE):
        some = range(start, min(start + _AT_ONCE, rows))
        phone.post("/api/v1/sync?last_pulled_at=0", push_of([lab(number) for number in some]))
        phone.post("/api/v1/sync?last_pulled_at=0", _doses([number + 100 for number in some]))
    for day in range(days):
        phone.post("/api/v1/sync?last_pulled_at=0", _doses([days - day]))
    connection = connections["owner"]
    connection.ensure_connection()
    owner: Connection[Any] = connection.connection
    owner.autocommit = False
    fill(owner, rows=reminders, men=reminders // 20, due_men=1, a_minute=1, now=clock.now())
    owner.autocommit = True
    taken = {name: _taken(owner, tables) for name, tables in _OF.items()}
    connection.close()
    return taken


def report() -> Iterator[str]:
    """The figures as lines; Django stands upon an empty database."""
    yield "Bytes of the database that a row takes, with its indexes and its history"
    for name, taken in measure().items():
        yield f"  {name:<14} {taken.each:8,.0f}   (of {taken.rows:,} rows)"


def _taken(owner: Connection[Any], tables: Sequence[str]) -> Taken:
    size = 0
    for table in tables:
        owner.execute(SQL("VACUUM (FULL, ANALYZE) {}").format(Identifier(table)))
        size += _number(owner, "SELECT pg_total_relation_size(%s::regclass)", table)
    return Taken(_number(owner, "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", tables[0]), size)


def _number(owner: Connection[Any], statement: LiteralString, table: str) -> int:
    ((found,),) = owner.execute(statement, [table]).fetchall()
    return int(found)


def _doses(days: Sequence[int]) -> bytes:
    """What a phone pushes of a dose on each of these days before now."""
    now = clock.now().replace(microsecond=0)
    rows = [_DOSE | {"id": new_client_id(), "taken_at": (now - timedelta(days=day)).isoformat()} for day in days]
    return orjson.dumps({"dose_events": {"created": rows, "updated": [], "deleted": []}})
