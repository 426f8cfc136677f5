from __future__ import annotations

import socket

from django.db import OperationalError, connection

from backend import health
from backend.health import BROKER_IS_AWAY


def test_a_process_that_answers_is_alive(client):
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_it_is_ready_when_the_database_has_our_tables(client, db):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready", "broker": "ready"})


def test_without_a_broker_it_is_ready_and_says_so(client, db, settings):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready", "broker": BROKER_IS_AWAY})


def test_a_broker_that_takes_the_call_and_says_nothing_keeps_nobody_waiting(client, db, settings):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        response = client.get("/health/ready")
    assert (response.status_code, response.json()["broker"]) == (200, BROKER_IS_AWAY)


def test_it_is_not_ready_while_the_database_is_away(client, db):
    def refuse(*_):
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (503, {"status": "the database is away"})


def test_a_release_is_not_ready_before_its_migrations_and_the_one_before_stays_ready_after_them(client, db, monkeypatch):
    shipped = health._migrations()
    assert {("tracking", "0001_initial"), ("notifications", "0002_protect"), ("mfa", "0001_initial")} <= shipped
    monkeypatch.setattr(health, "_migrations", lambda: shipped | {("tracking", "0003_next"), ("mfa", "0099_next")})
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (
        503,
        {"status": "2 migrations are not applied: run manage.py migrate --database owner"},
    )
    monkeypatch.setattr(health, "_migrations", lambda: shipped - {("tracking", "0002_protect")})
    assert client.get("/health/ready").status_code == 200


def test_health_is_never_cached_and_only_read(client, db):
    assert "no-store" in client.get("/health/ready").headers["Cache-Control"]
    assert client.post("/health/live").status_code == 405
