"""By which way the database finds what the hot requests ask for: every statement of theirs, as it was planned and carried out.

A statement is explained in the transaction that sends it, by the same role, with the same values, under the same policies.
One that writes is planned and not carried out twice. One of which the server keeps the plan (``tracking.services.kept``) is
explained by the plan that is made for any values, which is the worst that it may go by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.db import connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor

__all__ = ["Plan", "explained", "rows_of_tables"]

_READ = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
_WRITTEN = "EXPLAIN (FORMAT JSON) "
_WRITES = ("UPDATE", "DELETE", "INSERT")
_OURS = ('"tracking_', '"notifications_', " tracking_", " notifications_")


@dataclass(frozen=True)
class Plan:
    """One statement, and the tree by which the database carried it out."""

    statement: str
    tree: dict[str, Any]
    is_kept: bool = False

    @property
    def scanned(self) -> set[str]:
        """The tables that were read from end to end."""
        return {node["Relation Name"] for node in _nodes(self.tree) if node["Node Type"].endswith("Seq Scan")}

    @property
    def indexes(self) -> set[str]:
        """The indexes by which it was found."""
        return {node["Index Name"] for node in _nodes(self.tree) if "Index Name" in node}

    @property
    def pages(self) -> int:
        """Pages of eight kilobytes that were looked at; 0 of what was planned only."""
        return int(self.tree.get("Shared Hit Blocks", 0) + self.tree.get("Shared Read Blocks", 0))


@contextmanager
def explained() -> Iterator[list[Plan]]:
    """The plan of each statement over our own tables that is sent in this block."""
    found: list[Plan] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  Django calls it so
        verb = sql.lstrip(" (").split(maxsplit=1)[0].upper()
        if not many and (verb in _WRITES or verb in ("SELECT", "WITH")) and any(name in sql for name in _OURS):
            of_server = isinstance(context["cursor"].cursor, ServerBindingCursor)
            with connection.connection.cursor() as cursor:
                if of_server:
                    told = _for_any_values(cursor, sql, params)
                else:
                    cursor.execute((_WRITTEN if verb in _WRITES else _READ) + sql, params)
                    ((told,),) = cursor.fetchall()
            found.append(Plan(sql, told[0]["Plan"], is_kept=of_server))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


def _for_any_values(cursor: Any, sql: str, params: Any) -> Any:
    numbers = count(1)
    numbered = re.sub(r"%([s%])", lambda sign: f"${next(numbers)}" if sign[1] == "s" else "%", sql)
    cursor.execute(f"PREPARE explained AS {numbered}")
    cursor.execute("SET plan_cache_mode = force_generic_plan")
    try:
        cursor.execute(f"{_READ}EXECUTE explained ({', '.join(['%s'] * len(params))})", params)
        ((told,),) = cursor.fetchall()
    finally:
        cursor.execute("RESET plan_cache_mode")
        cursor.execute("DEALLOCATE explained")
    return told


def rows_of_tables() -> dict[str, int]:
    """About how many rows each table holds, as the database last counted; the owner asks."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples > 0")
        return {name: int(rows) for name, rows in cursor.fetchall()}


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for below in tree.get("Plans", ()):
        yield from _nodes(below)
