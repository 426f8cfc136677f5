"""Instants are read from the database by psycopg's own code in C.

Django registers a reader in Python in its place, which lets a connection answer in any zone, and costs twenty times as much. A
man's record has more than a thousand instants, and each connection of ours answers in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.backends.signals import connection_created
from psycopg import adapters
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

__all__ = ["InUtc", "listen"]

_TIMESTAMPTZ = "timestamptz"
_OF_PSYCOPG: Any = adapters.get_loader(adapters.types[_TIMESTAMPTZ].oid, Format.TEXT)


class InUtc(Loader):
    """Reads an instant as psycopg does, in the zone of the session, which is UTC."""

    # Django asks in which zone a connection reads, and would register its own again for another.
    timezone: ClassVar[Any] = UTC

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._read = _OF_PSYCOPG(oid, context).load

    def load(self, data: Buffer) -> datetime:
        """An aware instant in UTC."""
        read: datetime = self._read(data)
        return read


def listen() -> None:
    """Let each connection that is opened from now on read instants so."""
    connection_created.connect(_opened, dispatch_uid="instants")


def _opened(*, connection: Any, **_: Any) -> None:
    if connection.timezone_name == "UTC":
        connection.connection.adapters.register_loader(_TIMESTAMPTZ, InUtc)
