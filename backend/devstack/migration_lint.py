"""Checks the migrations for steps that break the version still running, by django-migration-linter.

    python -m backend.devstack.migration_lint

It reads the SQL of each migration, for which Django wants a server: an embedded one. It is called from here so that it
need not be among the installed apps, which production shares.
"""

import os
import sys

import django
from django.db import connections
from django_migration_linter import MigrationLinter

from backend.devstack.session import begin

APPS = ("tracking", "notifications")


def main() -> int:
    """Print the linter's findings; 1 where one is an error."""
    session = begin()
    try:
        os.environ.update(session.environment(), DJANGO_SETTINGS_MODULE="backend.settings", LOG_LEVEL="WARNING")
        django.setup()
        refused = lint()
        connections.close_all()
    finally:
        session.stop()
    return 1 if refused else 0


def lint() -> bool:
    """Print what the linter says of all migrations; whether it refuses one. Django has to be set up."""
    linter = MigrationLinter(
        path=".",
        include_apps=APPS,
        database="owner",
        no_cache=True,
        # A first migration makes new tables, which nothing uses yet.
        ignore_initial_migrations=True,
        # An index that is made under a lock is a warning to it, and a pause to everybody.
        all_warnings_as_errors=True,
        quiet=["ok", "ignore"],
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return bool(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
