"""Embedded servers with a fresh database, for measurements that store something."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import connection

from backend import garbage
from backend.devstack import session

__all__ = ["backend_pid", "database"]


@contextmanager
def database() -> Iterator[None]:
    """Django upon an empty database of its own, which is gone afterwards."""
    running = session.begin()
    try:
        os.environ |= running.environment() | {"DJANGO_SETTINGS_MODULE": "backend.settings", "LOG_LEVEL": "WARNING"}
        django.setup()
        call_command("migrate", database="owner", verbosity=0)
        garbage.set_apart()  # as every process of the house does
        yield
    finally:
        running.stop()


def backend_pid() -> int:
    """The process of the database that works for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid
