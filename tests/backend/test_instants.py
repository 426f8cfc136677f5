"""Instants are read out of the database in C, as Django reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.postgres import types

OID = types["timestamptz"].oid
STORED = [
    "2026-11-27 08:02:58+00", "2026-11-27 08:02:58.4+00", "2026-11-27 08:02:58.40838+00", "2026-11-27 08:02:58.408381+00",
    "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00", "1890-03-31 23:06:32+00",
]  # fmt: skip


class Djangos(BaseTzLoader):
    timezone = UTC


@pytest.mark.django_db
def test_each_is_the_one_that_is_stored_and_in_utc() -> None:
    with connection.cursor() as cursor:
        loader = cursor.connection.adapters.get_loader(OID, 0)
        cursor.execute("SELECT unnest(%s::text[])::timestamptz", [STORED])
        found: list[datetime] = [at for (at,) in cursor.fetchall()]
    assert loader.__module__ == "backend.instants"
    assert found == [Djangos(OID).load(text.encode()) for text in STORED]
    assert {at.tzinfo for at in found} == {UTC}


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["infinity", "0044-03-15 00:00:00+00 BC", "10000-01-01 00:00:00+00"])
def test_a_year_that_python_does_not_have_is_refused_as_by_django(at: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [at])
        with pytest.raises(DataError):
            cursor.fetchone()
