"""The state of the house: what waits, how late it is, and what does not answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from prometheus_client import generate_latest

from backend.metrics import state
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import Episode, Standing
from tracking.services import labs
from tracking.services.access import acting_as


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The figures as Prometheus reads them, at an instant."""
    # The test's transaction lives on this connection.
    monkeypatch.setattr(connection, "close", lambda: None)

    def read(now: Any = NOW) -> dict[str, float]:
        monkeypatch.setattr("tracking.clock.now", lambda: now)
        lines = generate_latest(state.registry()).decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}

    return read


@pytest.mark.django_db
def test_what_waits_is_counted_and_how_late_it_is(adam: Any, in_care: Any, look: Any) -> None:
    empty = look()
    assert (empty["trabecula_database_up"], empty["trabecula_broker_up"]) == (1, 1)
    assert empty['trabecula_episodes_open{priority="0"}'] == empty["trabecula_evaluations_overdue"] == 0
    assert empty.keys() >= {"trabecula_queue_messages", "trabecula_reminders_claim_lag", "trabecula_reminders_dead"}

    sent = {"analyte": "estradiol", "value": "9.0", "unit": "pg/mL", "collected_at": "2026-10-20", "method": "lcmsms"}
    labs.record(patient=adam, by=Actor.user(adam.user_id), now=NOW, client_id="a-low", **sent)
    with acting_as(Actor.system("test")):
        found, standing = Episode.objects.order_by("priority")[0], Standing.objects.get()
    later = look(NOW + timedelta(days=400))
    assert later[f'trabecula_episodes_open{{priority="{found.priority}"}}'] >= 1
    assert later[f'trabecula_episodes_overdue{{priority="{found.priority}"}}'] >= 1
    assert later["trabecula_evaluations_overdue"] == 1
    waited = NOW + timedelta(days=400) - standing.next_change_at
    assert later["trabecula_evaluations_lag_seconds"] == waited.total_seconds()
    assert look()["trabecula_evaluations_overdue"] == 0


@pytest.mark.django_db
def test_a_database_that_is_away_is_told_and_breaks_nothing(look: Any) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        told = look()
    assert told["trabecula_database_up"] == 0
    assert told["trabecula_broker_up"] == 1


@pytest.mark.django_db
def test_a_broker_that_is_away_is_told(look: Any, settings: Any) -> None:
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    told = look()
    assert (told["trabecula_database_up"], told["trabecula_broker_up"]) == (1, 0)
    assert "trabecula_queue_messages" not in told
