"""Claimed once, by whatever sweep comes, however late; the inbox row stands with the claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from notifications import services
from notifications.models import Delivery, InboxMessage, Preference, Reminder
from tracking.models import Patient
from tracking.services.access import Actor, acting_as

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BEFORE, ON, LATE = (datetime(2026, month, day, 8, tzinfo=UTC) for month, day in ((11, 3), (11, 17), (12, 1)))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def item(adam: Any, make_due: Any) -> Any:
    item = make_due(adam)
    services.plan(now=NOW)
    return item


def messages(rows: Any) -> list[str]:
    return rows(InboxMessage, "title")


def test_not_a_second_too_early(item: Any, rows: Any) -> None:
    services.claim(now=BEFORE - timedelta(seconds=1))
    assert messages(rows) == []


def test_a_claim_writes_the_inbox_and_queues_the_mail(adam: Any, item: Any, rows: Any) -> None:
    done = services.claim(now=BEFORE)
    assert (done.inbox, done.queued) == (1, 1)
    (message,) = rows(InboxMessage)
    assert (message.patient_id, message.created_at, message.read_at) == (adam.pk, BEFORE, None)
    assert message.title == "Coming up"
    assert message.body == "Your next blood test can be drawn from now on and is due by 17 November 2026."
    (delivery,) = rows(Delivery)
    assert (delivery.channel, delivery.state, delivery.next_attempt_at) == ("email", "queued", BEFORE)
    assert rows(Reminder, "channel", "state", "claimed_at", stage="before") == [
        ("email", "claimed", BEFORE),
        ("inbox", "claimed", BEFORE),
    ]


def test_three_runs_of_the_whole_job_make_one_message(item: Any, rows: Any, mailoutbox: Any) -> None:
    for tick in range(3):
        now = BEFORE + tick * MINUTE
        services.plan(now=now)
        services.claim(now=now)
        services.deliver(now=now)
    assert messages(rows) == ["Coming up"]
    assert len(mailoutbox) == 1


def test_a_missed_tick_loses_nothing(item: Any, rows: Any) -> None:
    services.claim(now=BEFORE + timedelta(hours=5))
    assert messages(rows) == ["Coming up"]


def test_after_a_long_outage_there_is_one_message(item: Any, rows: Any, mailoutbox: Any) -> None:
    back = LATE + timedelta(days=3)
    done = services.claim(now=back)
    services.deliver(now=back)
    assert messages(rows) == ["Overdue"]
    assert len(mailoutbox) == 1
    assert done.expired == 4
    assert rows(Reminder, "state", channel="inbox") == ["expired", "expired", "claimed"]


def test_two_months_of_sweeps_says_three_things(item: Any, rows: Any, mailoutbox: Any) -> None:
    now = NOW
    while now < NOW + timedelta(days=60):
        services.plan(now=now)
        services.claim(now=now)
        services.deliver(now=now)
        now += timedelta(hours=11)
    assert messages(rows) == ["Coming up", "Due now", "Overdue"]
    assert len(mailoutbox) == 3


def test_a_result_silences_what_was_planned_even_before_the_planner_knows(item: Any, rows: Any, change_due: Any) -> None:
    change_due(item, state="answered")
    done = services.claim(now=BEFORE)
    assert done.silenced == 2
    assert messages(rows) == []
    assert rows(Reminder, "state", stage="before") == ["silenced", "silenced"]


def test_a_due_date_that_has_just_moved_waits_for_the_planner(item: Any, rows: Any, shift_due: Any) -> None:
    shift_due(item, 30)
    services.claim(now=BEFORE)
    assert messages(rows) == []
    services.plan(now=BEFORE)
    services.claim(now=BEFORE)
    assert messages(rows) == []
    services.claim(now=BEFORE + timedelta(days=30))
    assert messages(rows) == ["Coming up"]


def test_a_late_sweep_does_not_wake_him(item: Any, rows: Any) -> None:
    night = datetime(2026, 11, 3, 23, tzinfo=UTC)
    done = services.claim(now=night)
    assert done.postponed == 2
    assert messages(rows) == []
    services.claim(now=datetime(2026, 11, 4, 6, 59, tzinfo=UTC))
    assert messages(rows) == []
    services.claim(now=datetime(2026, 11, 4, 7, tzinfo=UTC))  # 08:00 in Berlin
    assert messages(rows) == ["Coming up"]


def test_his_own_quiet_hours_count(adam: Any, item: Any, rows: Any) -> None:
    with acting_as(Actor.system("test")):
        Preference.objects.create(patient_id=adam.pk, quiet_from="08:30", quiet_until="16:00")
    services.claim(now=BEFORE)
    services.claim(now=datetime(2026, 11, 3, 15, tzinfo=UTC))
    assert rows(InboxMessage, "created_at") == [datetime(2026, 11, 3, 15, tzinfo=UTC)]


def test_an_unreadable_zone_waits_and_does_not_block_the_others(make_man: Any, make_due: Any, rows: Any) -> None:
    adam, carl = make_man(), make_man("Carl Stranger")
    for man in (adam, carl):
        make_due(man)
    services.plan(now=NOW)
    with acting_as(Actor.system("test")):
        Patient.objects.filter(pk=adam.pk).update(zone="Mars/Olympus")
    done = services.claim(now=BEFORE)
    assert (done.inbox, done.postponed) == (1, 2)
    assert rows(InboxMessage, "patient_id") == [carl.pk]


def test_a_sweep_in_small_batches_claims_everything(make_man: Any, make_due: Any, rows: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("notifications.services.claiming.BATCH", 3)
    for name in ("A Man", "B Man", "C Man"):
        make_due(make_man(name))
    services.plan(now=NOW)
    assert services.claim(now=BEFORE, limit=3).inbox + services.claim(now=BEFORE).inbox == 3
    assert messages(rows) == ["Coming up"] * 3


def test_the_database_refuses_a_second_inbox_row(item: Any, rows: Any) -> None:
    services.claim(now=BEFORE)
    (message,) = rows(InboxMessage)
    message.pk = None
    message.uid = "01890000-0000-7000-8000-000000000001"
    with pytest.raises(IntegrityError), acting_as(Actor.system("test")):
        message.save(force_insert=True)


def test_a_claim_that_fails_half_way_leaves_nothing_behind(item: Any, rows: Any, monkeypatch: Any) -> None:
    def lost(*_: Any) -> None:
        raise ConnectionError("the database went away")

    with monkeypatch.context() as broken:
        broken.setattr("notifications.services.claiming.insert_objects", lost)
        with pytest.raises(ConnectionError):
            services.claim(now=BEFORE)
    assert messages(rows) == []
    services.claim(now=BEFORE + MINUTE)
    assert messages(rows) == ["Coming up"]


def test_an_idle_sweep_costs_a_handful_of_queries(item: Any) -> None:
    with CaptureQueriesContext(connection) as few:
        services.claim(now=NOW)
    assert len(few) <= 6
