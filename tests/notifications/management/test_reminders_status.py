"""The state of the reminders, in words and in numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from notifications import services
from tests.conftest import NOW
from tests.notifications.conftest import Obedient

BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)


@pytest.fixture
def tell(monkeypatch: Any) -> Any:
    def say(now: datetime, *arguments: str) -> str:
        monkeypatch.setattr("tracking.clock.now", lambda: now)
        out = StringIO()
        call_command("reminders_status", *arguments, stdout=out)
        return out.getvalue()

    return say


def test_an_empty_house_is_on_time(db: None, tell: Any) -> None:
    verdict, waiting, ended = tell(NOW).splitlines()
    assert verdict == "On time."
    assert waiting.startswith(
        "Waiting: 0 men with news to plan, 0 reminders due to be said (oldest 0:00:00), 0 messages to send"
    )
    assert ended.startswith("In the last 24 hours: 0 reminders said, 0 messages sent, 0 refused, 0 unknown, 0 given up")


def test_a_sweep_that_does_not_come_is_late(adam: Any, make_due: Any, tell: Any) -> None:
    make_due(adam)
    assert "1 men with news to plan" in tell(NOW)
    services.plan(now=NOW)
    assert tell(BEFORE + timedelta(minutes=5)).startswith("On time.")
    late = tell(BEFORE + timedelta(hours=2))
    assert late.startswith("LATE by 2:00:00. Is a worker running, and beat?")
    assert "2 reminders due to be said (oldest 2:00:00)" in late
    services.claim(now=BEFORE + timedelta(hours=2))
    assert "1 messages to send (oldest 1:00:00)" in tell(BEFORE + timedelta(hours=3))


def test_what_became_of_a_day_is_counted(adam: Any, make_due: Any, mail_server: Obedient, tell: Any) -> None:
    make_due(adam)
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    mail_server["TEXT"] = "disconnect"
    services.deliver(now=BEFORE)
    said = tell(BEFORE + timedelta(hours=1))
    assert said.startswith("On time. Some messages may not have arrived.")
    assert "2 reminders said, 0 messages sent, 0 refused, 1 unknown" in said
    assert tell(BEFORE + timedelta(hours=25)).startswith("On time.\n")


def test_a_collector_reads_the_same_as_numbers(db: None, tell: Any) -> None:
    lines = dict(line.split() for line in tell(NOW, "--metrics").splitlines())
    assert lines.keys() >= {
        f"trabecula_reminders_{name}" for name in ("due", "claimed", "sent", "refused", "unknown", "claim_lag")
    }
    assert set(lines.values()) == {"0", "0.0"}
