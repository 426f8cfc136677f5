"""A backup knows men who had themselves erased after it was taken. They must not come back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import environ
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from backend.backup.server import Server
from tracking.models import User
from tracking.services import erasure

__all__ = ["erase_again", "read_list", "still_there"]

# What the log says of each, with the uid as ``patient``.
_EVENT = "erased"


def read_list(text: str) -> list[UUID]:
    """The men on an erasure list, each once: uids, one a line, what follows a # left out; or the log, whatever else it says.

    ValueError names the line that is neither, and one of the log that tells of an erasure and was cut off.
    """
    found: dict[UUID, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stated = _logged(line) if "{" in line else line.partition("#")[0].strip()
        if stated:
            try:
                found[UUID(stated)] = None
            except ValueError:
                raise ValueError(
                    f"Line {number} of the erasure list is no uid. Accepted: one uid a line, or the lines of the log."
                ) from None
    return list(found)


def _logged(line: str) -> str:
    """Whose erasure a line of the log tells of. What a container engine puts before the line is passed over."""
    try:
        said = json.loads(line[line.index("{") :])
    except ValueError:
        return "cut off" if f'"{_EVENT}"' in line else ""
    return str(said.get("patient", "")) if isinstance(said, dict) and said.get("event") == _EVENT else ""


def still_there(server: Server, erased: Iterable[UUID]) -> list[UUID]:
    """Who of them stands in this database, in the order of the list."""
    wanted = list(erased)
    with server.connect() as connection:
        # An old backup does not know the column yet.
        standing = "SELECT uid FROM tracking_patient p WHERE uid = ANY(%s) AND to_jsonb(p) ->> 'erased_at' IS NULL"
        rows = connection.execute(standing, [wanted]).fetchall()
    there = {uid for (uid,) in rows}
    return [uid for uid in wanted if uid in there]


def erase_again(server: Server, men: Iterable[UUID], *, now: datetime, leave: Callable[[User], None]) -> bool:
    """Erase these men in a database that was put back, each in a transaction of his own.

    False, and nobody is erased, where its tables are older than this code: they have to be migrated first.
    """
    with _django_on(server):
        executor = MigrationExecutor(connections["default"])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        for uid in men:
            erasure.erase_again(uid, now=now, leave=leave)
        return True


@contextmanager
def _django_on(server: Server) -> Iterator[None]:
    """Django's own connection on this database, as the role that put it back; and where it was before, at the end."""
    connection = connections["default"]
    kept = connection.settings_dict
    connection.close()
    connection.settings_dict = kept | environ.Env.db_url_config(server.url)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = kept
