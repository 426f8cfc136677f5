"""Rows of invented people by the thousand, made by the owner's role: their history and revisions are nothing to measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg.sql import SQL, Identifier

__all__ = ["gather_figures", "triggers_off"]


@contextmanager
def triggers_off(owner: Any, tables: Sequence[str]) -> Iterator[None]:
    """For as long as the block lasts, the tables' own triggers rest; inside one transaction of the owner, as the system.

    ``owner``: whatever has ``execute``, a connection or a cursor.
    """
    owner.execute("SELECT set_config('trabecula.actor', 'system:bench', true)")
    _alter(owner, tables, "DISABLE")
    yield
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table whose keys are not checked yet cannot be altered
    _alter(owner, tables, "ENABLE")


def gather_figures(owner: Any, tables: Sequence[str]) -> None:
    """Vacuum and analyse, as the database would have done by itself after a while; outside of a transaction."""
    for table in tables:
        owner.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(table)).as_string(None))


def _alter(owner: Any, tables: Sequence[str], how: str) -> None:
    for table in tables:
        owner.execute(SQL(f"ALTER TABLE {{}} {how} TRIGGER USER").format(Identifier(table)).as_string(None))
