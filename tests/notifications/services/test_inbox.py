"""The inbox is his alone, and a message is read once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications import services
from notifications.models import InboxMessage
from tracking.services.access import Actor, acting_as
from tracking.services.owned import Problem

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BEFORE, ON = datetime(2026, 11, 3, 8, tzinfo=UTC), datetime(2026, 11, 17, 8, tzinfo=UTC)


@pytest.fixture
def item(adam: Any, make_due: Any) -> Any:
    item = make_due(adam)
    services.plan(now=NOW)
    for now in (BEFORE, ON):
        services.claim(now=now)
    return item


def test_newest_first(adam: Any, item: Any) -> None:
    with acting_as(Actor.user(adam.user_id)):
        inbox = [(message.title, message.reminder.due_item_id) for message in services.inbox_of(adam.pk)]
    assert inbox == [("Due now", item.pk), ("Coming up", item.pk)]


def test_a_reminder_is_listed_once_however_many_ways_it_goes(adam: Any, item: Any) -> None:
    with acting_as(Actor.user(adam.user_id)):
        listed = list(services.reminders_of(adam.pk).values_list("stage", "state"))
    assert listed == [("before", "claimed"), ("on", "claimed"), ("overdue", "planned")]


def test_a_message_is_read_once(adam: Any, item: Any, rows: Any) -> None:
    (uid, _) = rows(InboxMessage, "uid")
    for minutes in (5, 10):
        read = services.mark_read(
            patient_id=adam.pk, message_uid=uid, by=Actor.user(adam.user_id), now=BEFORE + timedelta(minutes=minutes)
        )
    assert read.read_at == BEFORE + timedelta(minutes=5)
    assert read.revision == rows(type(adam), "revision", pk=adam.pk)[0]


def test_a_clock_that_lags_behind_does_not_matter(adam: Any, item: Any, rows: Any) -> None:
    (uid, _) = rows(InboxMessage, "uid")
    read = services.mark_read(
        patient_id=adam.pk, message_uid=uid, by=Actor.user(adam.user_id), now=BEFORE - timedelta(seconds=1)
    )
    assert read.read_at == BEFORE


def test_a_stranger_reads_nothing(adam: Any, carl: Any, item: Any, rows: Any) -> None:
    with acting_as(Actor.user(carl.user_id)):
        assert not services.inbox_of(adam.pk).exists()
        assert not services.reminders_of(adam.pk).exists()
    (uid, _) = rows(InboxMessage, "uid")
    for patient in (adam, carl):
        with pytest.raises(Problem) as refused:
            services.mark_read(patient_id=patient.pk, message_uid=uid, by=Actor.user(carl.user_id), now=ON)
        assert refused.value.kind == "not-found"


def test_without_an_actor_nothing_is_seen(adam: Any, item: Any) -> None:
    with pytest.raises(Exception, match="no actor"):
        list(services.inbox_of(adam.pk))
