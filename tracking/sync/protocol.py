"""The phone contract in plain Python: what a request may say, and how what it says is put in order.

Shaped so that ``synchronize()`` of WatermelonDB works against it unchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracking.domain.problems import Issue, Problem, problem

__all__ = [
    "MOST_ROWS",
    "Asked",
    "Pulled",
    "Rejection",
    "TablePush",
    "read_changes",
    "read_cursor",
    "read_pull",
]

MOST_ROWS = 20_000
_KINDS = ("created", "updated", "deleted")
# What the stock client keeps in a row about itself.
_BOOKKEEPING = ("_status", "_changed", "id")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,36}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,16}", re.ASCII)
_NOTHING = ("", "null", "undefined")
_LONGEST_MIGRATION = 4_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A pull. ``since``: the revision last pulled, 0 for everything. ``schema_version`` None: whatever there is.

    ``anew``: tables that the phone has only just got, or whose columns grew; they are pulled whole.
    """

    since: int
    schema_version: int | None
    anew: frozenset[str]
    token: str | None = None

    def since_for(self, table: str) -> int:
        return 0 if table in self.anew else self.since

    def knows(self, introduced_in: int) -> bool:
        """Whether the phone's schema has what this version of the contract introduced."""
        return self.schema_version is None or introduced_in <= self.schema_version


@dataclass(frozen=True, slots=True)
class Pulled:
    """One table's part of an answer: an id once, and a tombstone wins."""

    updated: tuple[dict[str, Any], ...] = ()
    deleted: tuple[str, ...] = ()

    @classmethod
    def of(cls, updated: Iterable[dict[str, Any]], deleted: Iterable[str]) -> Pulled:
        gone = tuple(dict.fromkeys(deleted))
        rows = {row["id"]: row for row in updated}
        for key in gone:
            rows.pop(key, None)
        return cls(tuple(rows.values()), gone)

    def as_dict(self) -> dict[str, Any]:
        return {"created": [], "updated": list(self.updated), "deleted": list(self.deleted)}


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not stored, while the rest was."""

    id: str
    issues: tuple[Issue, ...]


@dataclass(slots=True)
class TablePush:
    """What a phone says of one table: rows by id, without the client's bookkeeping, and ids that are gone there."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    rejected: list[Rejection] = field(default_factory=list)


def read_pull(query: Mapping[str, str]) -> Asked:
    """Read the query of a pull. Raises Problem with ``?name`` as the pointer."""
    version = query.get("schema_version", "")
    return Asked(
        since=read_cursor(query),
        schema_version=None if version in _NOTHING else _whole(version, "schema_version"),
        anew=_read_migration(query.get("migration", "")),
        token=query.get("resync_token") or None,
    )


def read_cursor(query: Mapping[str, str]) -> int:
    """The revision last pulled; 0 where the phone has pulled nothing yet."""
    sent = query.get("last_pulled_at", "")
    return 0 if sent in _NOTHING else _whole(sent, "last_pulled_at")


def read_changes(body: Any, tables: Collection[str]) -> dict[str, TablePush]:
    """The ``changes`` of a push, in order: created and updated are one, and an id that is deleted is only deleted.

    Raises Problem where the whole cannot be read: not these shapes, an unknown table, a row without an id, too many rows.
    A row whose id has a wrong form is rejected by itself.
    """
    if not isinstance(body, Mapping):
        raise problem("", "changes-form", "Send an object with a member for each table that changed.")
    found: dict[str, TablePush] = {}
    count = 0
    for table, changes in body.items():
        if table not in tables:
            raise problem(
                f"/{table[:40]}",
                "table-unknown",
                "There is no such table. Accepted: {accepted}.",
                accepted=", ".join(sorted(tables)),
            )
        found[table], rows = _read_table(table, changes)
        count += rows
    if count > MOST_ROWS:
        raise problem("", "too-many-rows", "{count} rows are too many. Accepted: {most}.", count=count, most=MOST_ROWS)
    return found


def _read_table(table: str, changes: Any) -> tuple[TablePush, int]:
    if not isinstance(changes, Mapping) or not set(changes) <= set(_KINDS):
        raise problem(f"/{table}", "changes-form", "Send an object with {accepted}.", accepted=", ".join(_KINDS))
    lists = {kind: changes.get(kind) or [] for kind in _KINDS}
    for kind, sent in lists.items():
        if not isinstance(sent, list):
            raise problem(f"/{table}/{kind}", "changes-form", "Send a list.")
    read = TablePush(deleted=tuple(dict.fromkeys(_id(key, f"/{table}/deleted") for key in lists["deleted"])))
    gone = set(read.deleted)
    for kind in ("created", "updated"):
        for number, row in enumerate(lists[kind]):
            pointer = f"/{table}/{kind}/{number}"
            if not isinstance(row, Mapping):
                raise problem(pointer, "changes-form", "Send each row as an object.")
            key = _id(row.get("id"), f"{pointer}/id")
            if key in gone:
                continue
            if _ID.fullmatch(key):
                read.rows[key] = {name: value for name, value in row.items() if name not in _BOOKKEEPING}
            else:
                read.rejected.append(Rejection(key, _malformed(key)))
    return read, sum(map(len, lists.values()))


def _id(sent: Any, pointer: str) -> str:
    if not isinstance(sent, str) or not sent:
        raise problem(pointer, "id-missing", "Every row is named by its id, a text.")
    return sent


def _malformed(key: str) -> tuple[Issue, ...]:
    text = "'{received}' is not an id. Accepted: 1 to 36 letters, digits, '_', '.' or '-', for example a UUID."
    return (Issue("/id", "client-id-form", text, {"received": key[:40]}),)


def _whole(sent: str, name: str) -> int:
    if not _WHOLE.fullmatch(sent):
        raise problem(f"?{name}", "not-a-whole-number", "'{received}' is not a whole number from 0 on.", received=sent[:40])
    return int(sent)


def _read_migration(sent: str) -> frozenset[str]:
    """The tables that a migration of the phone's schema made, or gave columns to."""
    if sent in _NOTHING:
        return frozenset()
    try:
        said: Any = json.loads(sent) if len(sent) <= _LONGEST_MIGRATION else ""
        tables = [str(name) for name in said.get("tables") or ()]
        columns = [str(part["table"]) for part in said.get("columns") or ()]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise _no_migration() from None
    return frozenset(tables + columns)


def _no_migration() -> Problem:
    text = 'This describes no migration. Accepted: JSON like {{"from": 1, "tables": ["a"], "columns": [{{"table": "b"}}]}}.'
    return problem("?migration", "migration-unreadable", text)
