"""A database of a checkout that had other migrations is refused with what to do, and not used half-right."""

from __future__ import annotations

import os

import psycopg
import pytest

from backend.devstack.earlier import refuse_data_of_an_earlier_checkout
from backend.devstack.problems import SetupError
from backend.devstack.services import Services


@pytest.fixture
def database():
    """An empty database of its own, and its address."""
    services = Services.named_in(os.environ)
    name = f"earlier_{os.getpid()}"
    with psycopg.connect(services.migration_database_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
        yield services.for_database(name).migration_database_url
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_empty_database_and_one_of_this_checkout_are_taken(database):
    refuse_data_of_an_earlier_checkout(database)
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE django_migrations (app text, name text)")
        connection.execute("INSERT INTO django_migrations VALUES ('tracking', '0001_initial'), ('auth', '0012_x')")
    refuse_data_of_an_earlier_checkout(database)


def test_one_with_a_migration_that_is_gone_is_refused_with_what_to_do(database):
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE django_migrations (app text, name text)")
        connection.execute("INSERT INTO django_migrations VALUES ('tracking', '0001_initial'), ('tracking', '0014_sync')")
    with pytest.raises(SetupError, match="make clean"):
        refuse_data_of_an_earlier_checkout(database)
