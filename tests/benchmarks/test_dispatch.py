"""What the benchmark of dispatch measures is what it says: so many are due, and each way dispatches them, by an index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from benchmarks import dispatching
from benchmarks.dispatch import NOW
from benchmarks.reminder_rows import fill
from notifications.models import Delivery, InboxMessage, Reminder
from tests.benchmarks.roles import connect
from tracking.services.access import Actor, acting_as

LIMIT = 1000


def test_each_way_of_dispatching_takes_what_is_due_and_finds_it_by_an_index(committed: Any) -> None:
    with connect("owner") as owner:
        fill(owner, rows=2_000, men=100, due_men=40, a_minute=20, now=NOW)
    with acting_as(Actor.system("test")):
        assert Reminder.objects.count() == 2_000
        assert Reminder.objects.filter(state="planned", send_at__lte=NOW).count() == 40
        plan = Reminder.objects.filter(state="planned", send_at__lte=NOW).order_by("send_at", "id")[:500].explain()
    assert "reminder_to_claim" in plan
    assert dispatching.dispatch(NOW - timedelta(days=1), LIMIT) == 0
    assert dispatching.dispatch(NOW, LIMIT) == 40
    with acting_as(Actor.system("test")):
        assert (InboxMessage.objects.count(), Delivery.objects.count()) == (20, 20)
    later = NOW + timedelta(minutes=1)
    assert dispatching.a_task_for_each(later, 10) == 10
    assert dispatching.claim_alone(later, LIMIT) == 30
    assert dispatching.dispatch(later, LIMIT) == 0
    connection.close()
