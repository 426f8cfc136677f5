"""The database refuses what must never be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.transaction import atomic
from django.db.utils import DatabaseError

from notifications import services
from notifications.models import Answer, CalendarFeed, Delivery, Device, Escalation, InboxMessage, Preference, Reminder
from tracking.services import owned
from tracking.services.access import Actor, acting_as

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_reminder(adam: Any, **changed: Any) -> Reminder:
    return Reminder(
        **{
            "patient_id": adam.pk,
            "due_item_id": 1,
            "kind": "lab_e2_t",
            "stage": "before",
            "channel": "inbox",
            "round": 1,
            "round_began_at": NOW,
            "due_on": date(2026, 11, 17),
            "send_at": BEFORE,
            "expires_at": BEFORE + timedelta(days=14),
        }
        | changed
    )


def store(*rows_: Any) -> None:
    with acting_as(Actor.system("test")):
        for row in rows_:
            row.save()


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"stage": "soon"}, "reminder_stage_known"),
        ({"channel": ""}, "reminder_channel_named"),
        ({"round": 0}, "reminder_rounds_count_from_1"),
        ({"expires_at": BEFORE}, "reminder_has_a_window"),
        ({"state": "claimed"}, "reminder_claimed_inside_its_window"),
        ({"state": "claimed", "claimed_at": BEFORE - SECOND}, "reminder_claimed_inside_its_window"),
        ({"state": "claimed", "claimed_at": BEFORE + timedelta(days=14)}, "reminder_claimed_inside_its_window"),
        ({"claimed_at": BEFORE}, "reminder_claimed_inside_its_window"),
        ({"state": "lost"}, "reminder_claimed_inside_its_window"),
        ({"occasion": "dose:1"}, "reminder_speaks_of_one_thing"),
        ({"due_item_id": None}, "reminder_speaks_of_one_thing"),
    ],
)
def test_a_reminder_that_cannot_be(adam: Any, changed: dict[str, Any], refusal: str) -> None:
    with pytest.raises(IntegrityError, match=refusal):
        store(a_reminder(adam, **changed))


def test_the_key_makes_a_second_one_impossible(adam: Any) -> None:
    with pytest.raises(IntegrityError, match="reminder_once"):
        store(a_reminder(adam), a_reminder(adam))
    store(a_reminder(adam), a_reminder(adam, round=2), a_reminder(adam, channel="email"), a_reminder(adam, stage="on"))


def test_the_key_holds_for_doses_and_refills_too_and_for_each_man_alone(adam: Any, carl: Any) -> None:
    dose = {"due_item_id": None, "occasion": "dose:1:2026-11-03:0"}
    with pytest.raises(IntegrityError, match="reminder_once_an_occasion"):
        store(a_reminder(adam, **dose), a_reminder(adam, **dose))
    store(a_reminder(adam, **dose), a_reminder(carl, **dose), a_reminder(adam, **dose | {"occasion": "dose:1:2026-11-03:1"}))


@pytest.mark.parametrize("back", ["planned", "expired", "silenced", "superseded"])
def test_a_claim_cannot_be_taken_back(adam: Any, back: str) -> None:
    reminder = a_reminder(adam, state="claimed", claimed_at=BEFORE)
    store(reminder)
    reminder.state, reminder.claimed_at = back, None
    with pytest.raises(DatabaseError, match="Invalid transition"):
        store(reminder)


def a_delivery(adam: Any, **changed: Any) -> Delivery:
    reminder = a_reminder(adam, channel="email", state="claimed", claimed_at=BEFORE)
    store(reminder)
    return Delivery(**{"patient_id": adam.pk, "reminder": reminder, "channel": "email", "next_attempt_at": BEFORE} | changed)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"channel": "inbox"}, "delivery_leaves_the_house"),
        ({"state": "sending"}, "delivery_state_is_whole"),
        ({"state": "sending", "sending_since": BEFORE}, "delivery_state_is_whole"),
        ({"state": "sent", "attempts": 1}, "delivery_state_is_whole"),
        ({"state": "sent", "ended_at": BEFORE}, "delivery_state_is_whole"),
        ({"state": "queued", "ended_at": BEFORE}, "delivery_state_is_whole"),
        ({"state": "dead"}, "delivery_state_is_whole"),
        ({"state": "lost"}, "delivery_state_is_whole"),
    ],
)
def test_a_delivery_that_cannot_be(adam: Any, changed: dict[str, Any], refusal: str) -> None:
    with pytest.raises(IntegrityError, match=refusal):
        store(a_delivery(adam, **changed))


@pytest.mark.parametrize("state", ["sent", "unknown", "refused", "dead"])
@pytest.mark.parametrize("to", ["queued", "sending"])
def test_what_has_ended_cannot_be_sent_again(adam: Any, state: str, to: str) -> None:
    delivery = a_delivery(adam, state=state, attempts=1, ended_at=BEFORE)
    store(delivery)
    delivery.state, delivery.ended_at = to, None
    delivery.sending_since = BEFORE if to == "sending" else None
    with pytest.raises(DatabaseError, match="Invalid transition"):
        store(delivery)


def test_a_reminder_leaves_the_house_once(adam: Any) -> None:
    delivery = a_delivery(adam)
    with pytest.raises(IntegrityError, match="delivery_once"):
        store(delivery, Delivery(patient_id=adam.pk, reminder=delivery.reminder, channel="email", next_attempt_at=BEFORE))


def test_a_message_is_not_read_before_it_was_written(adam: Any) -> None:
    reminder = a_reminder(adam)
    message = InboxMessage(
        patient_id=adam.pk, reminder=reminder, title="t", body="b", created_at=BEFORE, read_at=BEFORE - SECOND
    )
    with pytest.raises(IntegrityError, match="inboxmessage_read_after_written"):
        store(reminder, message)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"what": "snooze"}, "answer_snooze_says_until_when"),
        ({"what": "snooze", "until": NOW}, "answer_snooze_says_until_when"),
        ({"what": "done", "until": BEFORE}, "answer_snooze_says_until_when"),
        ({"what": "perhaps"}, "answer_snooze_says_until_when"),
        ({"what": "done", "due_item_id": None}, "answer_speaks_of_one_thing"),
    ],
)
def test_an_answer_that_cannot_be(adam: Any, changed: dict[str, Any], refusal: str) -> None:
    reminder = a_reminder(adam)
    stated = {"patient_id": adam.pk, "reminder": reminder, "due_item_id": 1, "round": 1, "by": "user:1", "at": NOW} | changed
    with pytest.raises(IntegrityError, match=refusal):
        store(reminder, Answer(**stated))


@pytest.mark.parametrize("what", ["done", "not_now", "snooze"])
def test_an_answer_counts_once(adam: Any, what: str) -> None:
    reminder = a_reminder(adam)
    stated = {
        "patient_id": adam.pk,
        "reminder": reminder,
        "due_item_id": 1,
        "round": 1,
        "what": what,
        "until": BEFORE if what == "snooze" else None,
        "by": "user:1",
        "at": NOW,
    }
    store(reminder, Answer(**stated))
    with pytest.raises(IntegrityError, match="once"):
        store(Answer(**stated))


def test_a_man_has_one_preference_with_an_hour_of_the_day(adam: Any) -> None:
    with pytest.raises(IntegrityError, match="preference_hour_0_to_23"):
        store(Preference(patient_id=adam.pk, preferred_hour=24))
    with pytest.raises(IntegrityError, match="patient_id"):
        store(Preference(patient_id=adam.pk, quiet_from=time(22)), Preference(patient_id=adam.pk))


TABLES = sorted(
    [
        "preference",
        "preferencehistory",
        "reminder",
        "delivery",
        "device",
        "escalation",
        "inboxmessage",
        "answer",
        "calendarfeed",
    ],
)


def test_every_table_here_is_owned() -> None:
    assert [table.name for table in owned.tables() if table.name.startswith("notifications_")] == sorted(
        f"notifications_{name}" for name in TABLES
    )


@pytest.mark.parametrize("table", TABLES)
def test_every_table_here_is_behind_the_second_lock(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s", [f"notifications_{table}"]
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'DELETE')", [f"notifications_{table}"])
        assert cursor.fetchone() == (False,)


def test_without_an_actor_no_row_is_read(adam: Any, make_due: Any, rows: Any) -> None:
    make_due(adam)
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    (reminder,) = rows(Reminder, "uid", stage="before", channel="inbox")
    services.answer(patient_id=adam.pk, reminder_uid=reminder, what="done", by=Actor.user(adam.user_id), now=BEFORE)
    escalation = Escalation(patient_id=adam.pk, about="overdue", subject_id=1, occasion="x", level="lead", at=NOW)
    phone = Device(patient_id=adam.pk, kind="token", value="x", platform="ios", registered_at=NOW)
    feed = CalendarFeed(patient_id=adam.pk, token_hash="0" * 64, made_at=NOW)
    store(Preference(patient_id=adam.pk), escalation, phone, feed)
    for table in TABLES:
        with pytest.raises(DatabaseError, match="no actor"), atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM notifications_{table}")


def test_a_stranger_cannot_write_into_another_mans_inbox(adam: Any, carl: Any, make_due: Any, rows: Any) -> None:
    make_due(adam)
    services.plan(now=NOW)
    (reminder, *_) = rows(Reminder)
    message = InboxMessage(patient_id=adam.pk, reminder=reminder, title="t", body="b", created_at=BEFORE)
    with pytest.raises(DatabaseError), acting_as(Actor.user(carl.user_id)):
        message.save()
