"""A task reads the clock and calls one service; the beat knows their names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from notifications import tasks
from notifications.models import InboxMessage

BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)


def test_the_beat_calls_each_of_them() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {task.name for task in vars(tasks).values() if getattr(task, "name", "").startswith("notifications.tasks.")}
    assert len(ours) == 7
    assert ours <= scheduled


def test_together_they_remind_him(adam: Any, make_due: Any, rows: Any, mailoutbox: Any, monkeypatch: Any) -> None:
    make_due(adam)
    for now in (BEFORE - timedelta(days=1), BEFORE, BEFORE):
        monkeypatch.setattr("tracking.clock.now", lambda now=now: now)
        for task in (tasks.plan_reminders, tasks.claim_reminders, tasks.deliver_queued):
            task()
    assert rows(InboxMessage, "created_at") == [BEFORE]
    assert [mail.to for mail in mailoutbox] == [["adam@example.org"]]
