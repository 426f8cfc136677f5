"""A backup knows men who had themselves erased after it was taken. They must not come back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from backend.backup.server import Server

__all__ = ["read_list", "still_there"]


def read_list(text: str) -> list[UUID]:
    """The men on an erasure list: one uid a line, what follows a # is left out. ValueError names the line that is none."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if stated := line.partition("#")[0].strip():
            try:
                found.append(UUID(stated))
            except ValueError:
                raise ValueError(f"Line {number} of the erasure list is no uid. Accepted: one uid a line.") from None
    return found


def still_there(server: Server, erased: Iterable[UUID]) -> list[UUID]:
    """Who of them stands in this database, in the order of the list."""
    wanted = list(erased)
    with server.connect() as connection:
        # An old backup does not know the column yet.
        standing = "SELECT uid FROM tracking_patient p WHERE uid = ANY(%s) AND to_jsonb(p) ->> 'erased_at' IS NULL"
        rows = connection.execute(standing, [wanted]).fetchall()
    there = {uid for (uid,) in rows}
    return [uid for uid in wanted if uid in there]
