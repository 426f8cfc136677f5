from __future__ import annotations

from django.db import OperationalError, connection


def test_a_process_that_answers_is_alive(client):
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_it_is_ready_when_the_database_has_our_tables(client, db):
    assert client.get("/health/ready").status_code == 200


def test_it_is_not_ready_while_the_database_is_away(client, db):
    def refuse(*_):
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (503, {"status": "the database is away"})


def test_health_is_never_cached_and_only_read(client, db):
    assert "no-store" in client.get("/health/ready").headers["Cache-Control"]
    assert client.post("/health/live").status_code == 405
