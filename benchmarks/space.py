"""How many bytes of the database a row takes, with its indexes and its history, and so a man's year.

The rows come by the API, as a phone sends them, so that all is written that belongs to them. A table is measured packed, so
that room which old versions of rows leave is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    "an evaluation": ("tracking_evaluation",),
    "a finding": ("tracking_finding", "tracking_findinghistory"),
    "a part of a basis": ("tracking_basispart",),
    "a due item": ("tracking_dueitem",),
    "a reminder": ("notifications_reminder",),
}
_AT_ONCE = 500
_BETWEEN_DRAWS = 12
_TESTOSTERONE = {"analyte": "testosterone_total", "value": "540", "unit": "ng/dL"}
_REGIMEN = {
    "drug": "anastrozole", "dose_mg": "0.5", "schedule": {"kind": "every", "days": "3.5"}, "reason": "tenderness",
}  # fmt: skip
_DOSE = {"drug": "anastrozole", "kind": "taken", "amount": "0.5 mg", "precision": "minute", "zone": "UTC"}


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows of the first table, and bytes of all of them with their indexes."""

    rows: int
    bytes: int

    @property
    def each(self) -> float:
        return self.bytes / self.rows


def measure(*, draws: int = 60, days: int = 120, reminders: int = 5_000) -> dict[str, Taken]:
    """By what it is. Of parts an evaluation has two, most of which it shares with the one before.

    A man on anastrozole had so many ``draws`` of two analytes. Then he logs a dose on each of so many ``days``, and is drawn on
    every twelfth of them. ``reminders`` are made as :mod:`benchmarks.reminder_rows` makes them, with the due items that they
    speak of.
    """
    phone = Phone("space")
    phone.post("/api/v1/regimens", orjson.dumps(_REGIMEN | {"starts_on": _day(2 * days).date().isoformat()}))
    drawn = [row for number in range(draws) for row in _draw(days + 30 * number)]
    for start in range(0, len(drawn), _AT_ONCE):
        phone.post("/api/v1/sync?last_pulled_at=0", push_of(drawn[start : start + _AT_ONCE]))
    for day in range(days, 0, -1):
        phone.post("/api/v1/sync?last_pulled_at=0", _dose(day))
        if day % _BETWEEN_DRAWS == 0:
            phone.post("/api/v1/sync?last_pulled_at=0", push_of(_draw(day)))
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


def _draw(days: int) -> list[dict[str, Any]]:
    """Both analytes, drawn so many days ago."""
    return [lab(days), lab(days) | _TESTOSTERONE]


def _dose(days: int) -> bytes:
    """What a phone pushes of a dose so many days ago."""
    row = _DOSE | {"id": new_client_id(), "taken_at": _day(days).isoformat()}
    return orjson.dumps({"dose_events": {"created": [row], "updated": [], "deleted": []}})


def _day(days: int) -> datetime:
    return clock.now().replace(microsecond=0) - timedelta(days=days)
