from __future__ import annotations

import smtplib
from contextlib import closing
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from backend.devstack import roles
from backend.devstack.session import begin
from backend.devstack.stack import Stack

if TYPE_CHECKING:
    from pathlib import Path

    from backend.devstack.services import Services

pytestmark = pytest.mark.processes


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def named(services: Services) -> dict[str, str]:
    return {
        "DATABASE_URL": services.database_url,
        "MIGRATION_DATABASE_URL": services.migration_database_url,
        "BROKER_URL": services.broker_url,
    }


def test_the_roles_are_bound_by_row_level_security_and_the_application_makes_nothing(stack: Stack) -> None:
    facts = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert rows(stack.services.database_url, facts) == [(False, False, False, False)]
    assert rows(stack.services.migration_database_url, facts) == [(False, False, False, True)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(stack.services.database_url, "CREATE TABLE refused ()")


def test_a_wrong_password_is_refused(stack: Stack) -> None:
    password = urlsplit(stack.services.database_url).password or ""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        rows(stack.services.database_url.replace(password, "guessed"), "SELECT 1")


def test_the_database_sorts_by_code_point_on_every_machine(stack: Stack) -> None:
    query = (
        "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    )
    assert rows(stack.services.database_url, query) == [("b", "C.UTF-8", "UTF8")]


def test_the_broker_wants_a_password_and_never_evicts(stack: Stack) -> None:
    with redis.Redis.from_url(stack.services.broker_url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    parts = urlsplit(stack.services.broker_url)
    with redis.Redis(host=parts.hostname or "", port=parts.port or 0) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_each_mail_becomes_one_whole_file(stack: Stack) -> None:
    parts = urlsplit(stack.process_environment()["EMAIL_URL"])
    message = EmailMessage()
    message["Subject"] = "Time for a lab"
    message["From"], message["To"] = "clinic@example.org", "adam@example.org"
    message.set_content("Sign in to read it.")
    with smtplib.SMTP(parts.hostname or "", parts.port or 0, timeout=10) as server:
        server.send_message(message)
    (stored,) = stack.mail_folder.iterdir()
    assert stored.suffix == ".eml"
    assert "X-Envelope-To: adam@example.org" in stored.read_text()
    assert "Subject: Time for a lab" in stored.read_text()


def test_web_worker_and_beat_never_learn_the_owners_address(stack: Stack) -> None:
    assert "MIGRATION_DATABASE_URL" not in stack.process_environment()
    assert "MIGRATION_DATABASE_URL" in stack.environment()


def test_the_secrets_are_for_their_owner_alone(stack: Stack) -> None:
    assert (stack.home / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_killed_database_comes_back_though_one_of_its_children_is_still_at_work(run_folder: Path) -> None:
    # A child that waits for nothing does not see that its server has gone until it has done what it was asked.
    busy = (
        "DO $$ DECLARE until timestamptz := clock_timestamp() + interval '2 seconds';"
        " BEGIN WHILE clock_timestamp() < until LOOP NULL; END LOOP; END $$"
    )
    with Stack(run_folder / "demo") as stack:
        url = stack.start_services().database_url
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            connection.pgconn.send_query(busy.encode())
            asked = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %'"
            while rows(url, asked) == [(0,)]:
                pass
            stack.kill("postgres")
            stack.revive("postgres")
        assert rows(url, "SELECT 1") == [(1,)]


def test_a_session_uses_the_servers_that_the_environment_names(stack: Stack, tmp_path: Path) -> None:
    session = begin(named(stack.services), run_folder=tmp_path)
    assert session.services == stack.services
    assert session.environment()["APP_DB_ROLE"] == "trabecula_app"
    session.stop()


def test_a_session_embeds_servers_of_its_own_and_leaves_nothing(run_folder: Path) -> None:
    session = begin({}, run_folder=run_folder)
    assert rows(session.environment()["DATABASE_URL"], "SELECT 1") == [(1,)]
    session.stop()
    assert not session.home.exists()


def test_half_named_servers_stop_the_session_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="BROKER_URL is not set"):
        begin(
            {"DATABASE_URL": "postgresql://a@127.0.0.1/a", "MIGRATION_DATABASE_URL": "postgresql://b@127.0.0.1/b"},
            run_folder=tmp_path,
        )


def test_an_owner_that_may_not_make_databases_gets_the_sql_for_an_administrator(stack: Stack, tmp_path: Path) -> None:
    environment = named(stack.services) | {"MIGRATION_DATABASE_URL": stack.services.database_url}
    with pytest.raises(SystemExit) as stop:
        begin(environment, run_folder=tmp_path)
    advice = str(stop.value)
    assert "may not create databases" in advice
    assert 'CREATE ROLE "trabecula_app" LOGIN' in advice
    assert 'CREATE DATABASE "trabecula" OWNER "trabecula_app"' in advice
    password = urlsplit(stack.services.database_url).password or ""
    assert password not in advice


def test_an_application_role_that_is_not_there_gets_the_sql_too(stack: Stack, tmp_path: Path) -> None:
    absent = stack.services.database_url.replace("trabecula_app", "absent")
    with pytest.raises(SystemExit, match="DATABASE_URL does not connect") as stop:
        begin(named(stack.services) | {"DATABASE_URL": absent}, run_folder=tmp_path)
    assert 'CREATE ROLE "absent" LOGIN' in str(stop.value)


def test_names_and_passwords_are_quoted_as_sql_wants_them() -> None:
    odd = roles.Login(role='o"dd', password="it's", database="da ta")
    made = "\n".join(statement.as_string(None) for statement in roles.statements(odd, odd))
    assert 'CREATE ROLE "o""dd"' in made
    assert "PASSWORD 'it''s'" in made
    assert 'CREATE DATABASE "da ta"' in made


def test_other_databases_of_the_same_servers(stack: Stack) -> None:
    other = stack.services.for_database("test_gw1").for_broker_database(7)
    assert other.database_url.endswith("/test_gw1")
    assert other.migration_database_url.endswith("/test_gw1")
    assert other.broker_url.endswith("/7")
