"""The roles of the test's database, each with a connection of its own."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connections


def connect(alias: str) -> psycopg.Connection[Any]:
    """``default``: the application's role; ``owner``: that of the tables."""
    settings = connections[alias].settings_dict
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return psycopg.connect(**{name: settings[key] for name, key in named.items()})
