"""A database for each test process.

Tables are made and emptied by the owner's role; tests run as the application's, bound by row-level security like the product.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.owner import triggers_off

# A process remembers which rulebooks are stored, and they are the same for every test.
_KEPT = ["django_migrations", "django_content_type", "auth_permission", "tracking_rulebookversion"]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """A freshly migrated database for this process, dropped at the end."""
    from django.core.management import call_command
    from django.db import connections

    name = f"test_trabecula_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"
    owner = connections["owner"]
    home = owner.settings_dict["NAME"]
    with django_db_blocker.unblock():
        with owner.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        for alias in ("owner", "default"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", database="owner", verbosity=0)
        owner.close()
        yield
        for alias in ("owner", "default"):
            connections[alias].close()
        owner.settings_dict["NAME"] = home
        with owner.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        owner.close()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For tests that need real commits and several connections. Everything is emptied afterwards, by the owner."""
    from django.db import connections

    with django_db_blocker.unblock():
        yield
        connections["default"].close()
        _empty(connections["owner"])


def _empty(owner: Any) -> None:
    """Take every row away, from the tables that have any. To truncate ninety of them makes a thousand files anew: a second."""
    from django.db import transaction

    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("SELECT set_config('trabecula.actor', 'system:test', true)")
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)", [_KEPT]
        )
        every = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for (name,) in cursor.fetchall())
        cursor.execute(every)
        filled = [name for (name,) in cursor.fetchall()]
        with triggers_off(cursor, filled):
            for name in filled:
                cursor.execute(f"DELETE FROM {name}")
    owner.close()
