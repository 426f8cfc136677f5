"""Data that an earlier checkout made, by migrations that are no longer there: nothing can bring it up to date."""

from __future__ import annotations

from pathlib import Path

import psycopg

from backend.devstack.problems import SetupError

CHECKOUT = Path(__file__).parents[2]
APPS = ("tracking", "notifications")


def refuse_data_of_an_earlier_checkout(database_url: str) -> None:
    """Raise SetupError, which says what to do, where the database has gone through migrations that are not in this checkout."""
    known = {(app, path.stem) for app in APPS for path in (CHECKOUT / app / "migrations").glob("[0-9]*.py")}
    with psycopg.connect(database_url) as database:
        (table,) = database.execute("SELECT to_regclass('public.django_migrations')").fetchone() or (None,)
        if table is None:
            return
        applied = set(database.execute("SELECT app, name FROM django_migrations WHERE app = ANY(%s)", [list(APPS)]))
    if applied - known:
        raise SetupError(
            "The demo's data were made by an earlier checkout, whose migrations have since been joined into one. "
            "Remove them with `make clean` (invented men only), and start again."
        )
