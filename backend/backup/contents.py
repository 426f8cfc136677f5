"""What a database holds, as digests: of every table over every row, and where every sequence stands."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

__all__ = ["Contents", "Table", "differences", "read"]

_TABLES = """
    SELECT c.relname, (
        SELECT array_agg(a.attname ORDER BY k.place) FROM pg_index i
        CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, place)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE i.indrelid = c.oid AND i.indisprimary
    ) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Table:
    """How many rows, and the SHA-256 of all of them as PostgreSQL prints them, in the order of their key."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """All tables, and all sequences with the value they gave out last (None: none yet)."""

    tables: dict[str, Table]
    sequences: dict[str, int | None]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stated: dict[str, Any]) -> Contents:
        return cls({name: Table(**table) for name, table in stated["tables"].items()}, stated["sequences"])


def read(connection: psycopg.Connection) -> Contents:
    """Read every row once. In a transaction of one snapshot it is of one instant."""
    tables = {name: _digest(connection, name, key) for name, key in connection.execute(_TABLES).fetchall()}
    stands = "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public'"
    return Contents(tables, dict(connection.execute(stands).fetchall()))


def differences(stated: Contents, found: Contents) -> list[str]:
    """In words, what is not as it was; [] where all is."""
    said = []
    for name in sorted(stated.tables.keys() | found.tables.keys()):
        was, now = stated.tables.get(name), found.tables.get(name)
        if was is None or now is None:
            said.append(f"{name}: {'not in the backup' if was is None else 'missing'}")
        elif was.rows != now.rows:
            said.append(f"{name}: {now.rows} rows instead of {was.rows}")
        elif was != now:
            said.append(f"{name}: {now.rows} rows, and not all as they were")
    was_at, is_at = stated.sequences, found.sequences
    names = (name for name in sorted(was_at.keys() | is_at.keys()) if was_at.get(name) != is_at.get(name))
    return [*said, *(f"{name}: stands at {is_at.get(name)} instead of {was_at.get(name)}" for name in names)]


def _digest(connection: psycopg.Connection, name: str, key: list[str] | None) -> Table:
    order = sql.SQL(", ").join(map(sql.Identifier, key)) if key else sql.SQL("t::text")
    rows, digest = 0, hashlib.sha256()
    query = sql.SQL("COPY (SELECT * FROM {} AS t ORDER BY {}) TO STDOUT").format(sql.Identifier(name), order)
    with connection.cursor() as cursor, cursor.copy(query) as lines:
        for line in lines:
            digest.update(line)
            rows += 1
    return Table(rows, digest.hexdigest())
