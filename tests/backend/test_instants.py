"""Instants are read as Django reads them, by other code."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import get_adapters_template
from psycopg.pq import Format

from backend.instants import InUtc

pytestmark = pytest.mark.django_db

WRITTEN = (
    "2026-11-27 08:05:55.123456+00",
    "2026-03-29 02:30:00+02",
    "2026-11-27 08:05:55.1+05:45",
    "1890-01-01 00:00:00+00:53:28",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
)


@pytest.mark.parametrize("written", WRITTEN)
def test_an_instant_is_read_as_django_reads_it(written: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, 'timestamptz'::regtype::oid::int", [written])
        ((read, oid),) = cursor.fetchall()
        assert cursor.cursor.adapters.get_loader(oid, Format.TEXT) is InUtc
    of_django = get_adapters_template(True, connection.timezone).get_loader(oid, Format.TEXT)
    assert of_django is not None
    theirs = of_django(oid, connection.connection).load(written.encode())
    assert read == theirs
    assert read.tzinfo is theirs.tzinfo
