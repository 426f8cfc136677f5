"""Embedded servers with a fresh database, for measurements that store something."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection

import django
from django.core.management import call_command
from django.db import connection

from backend import garbage
from backend.devstack import session
from benchmarks.targets import Line

__all__ = ["backend_pid", "database", "told_upon_one"]


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


def told_upon_one(module: str) -> Iterator[Line]:
    """What the ``report`` of a module tells, in a process of its own upon an empty database of its own."""
    processes = get_context("spawn")
    here, there = processes.Pipe(duplex=False)
    process = processes.Process(target=_tell, args=(module, there))
    process.start()
    there.close()
    with suppress(EOFError):
        while True:
            yield here.recv()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def _tell(module: str, there: Connection[Line, Line]) -> None:
    with database():
        for line in import_module(module).report():
            there.send(line)


def backend_pid() -> int:
    """The process of the database that works for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid
