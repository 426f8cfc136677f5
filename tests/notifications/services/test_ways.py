"""Push first, e-mail where there is no phone, the inbox always, and the clinic where nothing reaches him."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications import services
from notifications.models import Delivery, Device, Escalation, InboxMessage, Reminder
from tests.conftest import NOW
from tests.notifications.conftest import Obedient
from tests.notifications.fcm import UNREGISTERED, Fcm, error
from tracking.models import User
from tracking.services.access import Actor, acting_as

BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)
ON = datetime(2026, 11, 17, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def run() -> Any:
    """The whole job, once."""

    def one(now: datetime = BEFORE) -> services.Delivered:
        services.plan(now=now)
        services.claim(now=now)
        return services.deliver(now=now)

    return one


def deliveries(rows: Any) -> list[tuple[str, str]]:
    return rows(Delivery, "channel", "state")


def test_with_a_phone_it_goes_there_and_nowhere_else(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any
) -> None:
    phone(adam)
    make_due(adam)
    run()
    (message,) = fcm.accepted
    assert message["notification"] == {
        "title": "Trabecula: a reminder for you",
        "body": "Something is due. Open the app to see it.",
    }
    assert deliveries(rows) == [("push", "sent")]
    assert rows(Delivery, "provider_reference") == ["projects/invented-project/messages/1"]
    assert mail_server.heard == 0
    assert len(rows(InboxMessage)) == 1


def test_every_phone_of_his_gets_it(adam: Any, make_due: Any, phone: Any, fcm: Fcm, rows: Any, run: Any) -> None:
    phone(adam, "one")
    phone(adam, "two", platform="ios")
    make_due(adam)
    run()
    assert sorted(message["token"] for message in fcm.accepted) == ["one", "two"]


def test_without_any_device_it_goes_by_email(
    adam: Any, make_due: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any
) -> None:
    make_due(adam)
    run()
    assert deliveries(rows) == [("email", "sent")]
    assert len(mail_server.accepted) == 1


def test_an_installation_that_is_gone_is_forgotten_and_an_email_stands_in(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any
) -> None:
    phone(adam)
    make_due(adam)
    fcm.script = [UNREGISTERED]
    run()
    assert rows(Device, "value", "removed_why") == [("", "unregistered")]
    assert deliveries(rows) == [("push", "refused"), ("email", "sent")]
    assert len(mail_server.accepted) == 1
    run(ON)
    assert len(fcm.heard) == 1
    assert len(mail_server.accepted) == 2


def test_one_phone_of_two_that_is_gone_needs_no_email(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any
) -> None:
    phone(adam, "gone")
    phone(adam, "there")
    make_due(adam)
    fcm.for_device["gone"] = [UNREGISTERED]
    run()
    assert sorted(deliveries(rows)) == [("push", "refused"), ("push", "sent")]
    assert mail_server.heard == 0
    assert rows(Device, "value", removed_at=None) == ["there"]


def test_a_phone_removed_between_plan_and_claim_needs_no_attempt(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any
) -> None:
    phone(adam)
    make_due(adam)
    services.plan(now=NOW)
    with acting_as(Actor.system("test")):
        Device.objects.update(removed_at=NOW, removed_why="unregistered", value="")
    services.claim(now=BEFORE)
    services.deliver(now=BEFORE)
    assert deliveries(rows) == [("email", "sent")]


def test_a_phone_removed_between_claim_and_send_gives_way_to_an_email(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any
) -> None:
    phone(adam)
    make_due(adam)
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    with acting_as(Actor.system("test")):
        Device.objects.update(removed_at=NOW, removed_why="unregistered", value="")
    services.deliver(now=BEFORE)
    assert deliveries(rows) == [("push", "dead"), ("email", "sent")]
    assert fcm.heard == []


def test_a_busy_provider_is_asked_again_when_it_said_and_not_before(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, rows: Any, run: Any
) -> None:
    phone(adam)
    make_due(adam)
    fcm.script = [error(429, "QUOTA_EXCEEDED", Retry_After="600")]
    run()
    assert rows(Delivery, "state", "attempts", "last_reason", "next_attempt_at") == [
        ("queued", 1, "429 QUOTA_EXCEEDED", BEFORE + 10 * MINUTE)
    ]
    run(BEFORE + 10 * MINUTE - timedelta(seconds=1))
    assert len(fcm.heard) == 1
    run(BEFORE + 10 * MINUTE)
    assert len(fcm.accepted) == 1


def test_a_provider_that_is_down_for_days_gives_way_to_an_email_in_the_end(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any
) -> None:
    phone(adam)
    make_due(adam)
    fcm.script = [503] * 100
    run()
    while rows(Delivery, "state", channel="push") == ["queued"]:
        (at,) = rows(Delivery, "next_attempt_at", channel="push")
        services.deliver(now=at)
    assert rows(Delivery, "channel", "state", "attempts") == [("push", "dead", 24), ("email", "sent", 1)]
    assert len(mail_server.accepted) == 1


@pytest.mark.parametrize("how", ["hang", "reset"])
def test_a_push_of_which_nothing_was_heard_is_never_sent_again_nor_replaced(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any, settings: Any, how: str
) -> None:
    settings.FCM_TIMEOUT = 0.3
    phone(adam)
    make_due(adam)
    fcm.script = [how]
    run()
    run(BEFORE + timedelta(days=1))
    assert deliveries(rows) == [("push", "unknown")]
    assert (len(fcm.heard), mail_server.heard) == (1, 0)


def test_what_is_time_critical_goes_every_way_and_again_when_nothing_was_heard(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any
) -> None:
    phone(adam)
    make_due(adam, kind="denosumab", time_critical=True)
    fcm.script = ["reset"]
    run()
    assert sorted(deliveries(rows)) == [("email", "sent"), ("push", "queued")]
    run(BEFORE + 2 * MINUTE)
    assert sorted(deliveries(rows)) == [("email", "sent"), ("push", "sent")]
    assert {message["data"]["reference"] for message in fcm.heard} == {
        str(uid) for uid in rows(Delivery, "uid", channel="push")
    }
    assert fcm.accepted[0]["android"]["priority"] == "HIGH"


def test_a_critical_push_that_is_refused_is_not_mailed_a_second_time(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any
) -> None:
    phone(adam)
    make_due(adam, kind="denosumab", time_critical=True)
    fcm.script = [UNREGISTERED]
    run()
    run(BEFORE + MINUTE)
    assert sorted(deliveries(rows)) == [("email", "sent"), ("push", "refused")]
    assert len(mail_server.accepted) == 1


def test_a_phone_that_changed_hands_tells_its_new_owner_nothing_of_the_old_one(
    adam: Any, carl: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, rows: Any, run: Any
) -> None:
    phone(adam, "the-phone")
    make_due(adam)
    services.plan(now=NOW)
    phone(carl, "the-phone", now=NOW + MINUTE)
    run()
    assert fcm.heard == []
    assert rows(Device, "patient_id", removed_at=None) == [carl.pk]
    assert [envelope.rcpt_tos for envelope in mail_server.accepted] == [["adam@example.org"]]


def unreachable(man: Any) -> None:
    User.objects.filter(pk=man.user_id).update(is_active=False)


def test_without_device_and_address_it_stands_in_the_inbox_and_his_clinic_is_told(
    adam: Any, in_care: Any, make_due: Any, mail_server: Obedient, rows: Any, run: Any
) -> None:
    unreachable(adam)
    make_due(adam)
    run()
    run()
    assert len(rows(InboxMessage)) == 1
    assert rows(Escalation, "about", "level", "patient_id") == [("unreachable", "lead", adam.pk)]
    (envelope,) = mail_server.accepted
    assert envelope.rcpt_tos == ["bell@example.org"]
    assert b"somebody cannot be reached" in envelope.content
    assert b"Adam" not in envelope.content
    run(ON)
    assert len(rows(Escalation)) == 1


def test_without_device_address_and_clinic_it_stands_in_the_inbox(
    adam: Any, make_due: Any, mail_server: Obedient, rows: Any, run: Any
) -> None:
    unreachable(adam)
    make_due(adam)
    run()
    assert (len(rows(InboxMessage)), rows(Escalation), mail_server.heard) == (1, [], 0)


def test_an_address_that_does_not_exist_is_told_to_his_clinic(
    adam: Any, in_care: Any, make_due: Any, mail_server: Obedient, rows: Any, run: Any
) -> None:
    make_due(adam)
    mail_server["RCPT"] = "550 no such man"
    run()
    assert rows(Escalation, "about", "occasion") == [("unreachable", "round 1")]


def two_items(man: Any, make_due: Any) -> None:
    make_due(man)
    make_due(man, kind="dexa", anchor="scan:1")


def test_what_is_due_at_the_same_time_goes_out_as_one_message(
    adam: Any, make_due: Any, mail_server: Obedient, rows: Any, run: Any
) -> None:
    two_items(adam, make_due)
    run()
    (envelope,) = mail_server.accepted
    assert b"2 things are due. Open the app to see them." in envelope.content
    assert len(rows(InboxMessage)) == 2
    assert rows(Reminder, "along_with_id", stage="before", channel="email") == [None, *rows(Delivery, "reminder_id")]


def test_one_of_two_that_is_answered_meanwhile_is_not_counted(
    adam: Any, make_due: Any, mail_server: Obedient, change_due: Any, rows: Any
) -> None:
    first = make_due(adam)
    make_due(adam, kind="dexa", anchor="scan:1")
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    change_due(first, state="answered")
    services.deliver(now=BEFORE)
    assert b"Something is due." in mail_server.accepted[0].content


def test_who_wants_no_digest_gets_each_alone(adam: Any, make_due: Any, mail_server: Obedient, state: Any, run: Any) -> None:
    state(adam, digest=False)
    two_items(adam, make_due)
    run()
    assert len(mail_server.accepted) == 2


def test_what_is_time_critical_is_never_part_of_a_digest(
    adam: Any, make_due: Any, mail_server: Obedient, rows: Any, run: Any
) -> None:
    two_items(adam, make_due)
    make_due(adam, kind="denosumab", anchor="dose:1", time_critical=True)
    run()
    assert len(mail_server.accepted) == 2
    assert sum(b"2 things" in envelope.content for envelope in mail_server.accepted) == 1


@pytest.mark.parametrize(
    ("channels", "ways"),
    [
        ({}, {"push"}),
        ({"": ["email"]}, {"email"}),
        ({"lab_e2_t": ["email", "push"]}, {"email", "push"}),
        ({"lab_e2_t": []}, set()),
        ({"dexa": []}, {"push"}),
        ({"": [], "lab_e2_t": ["push"]}, {"push"}),
    ],
)
def test_ways_by_kind(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, state: Any, rows: Any, channels: Any, ways: set[str]
) -> None:
    phone(adam)
    state(adam, channels=channels)
    make_due(adam)
    services.plan(now=NOW)
    assert set(rows(Reminder, "channel")) == ways | {"inbox"}


def test_denosumab_cannot_be_muted(adam: Any, make_due: Any, phone: Any, fcm: Fcm, state: Any, rows: Any, run: Any) -> None:
    phone(adam)
    state(adam, channels={"": []}, by_email=False, paused_until=NOW + timedelta(days=60))
    make_due(adam, kind="denosumab", time_critical=True)
    make_due(adam)
    run()
    assert sorted(deliveries(rows)) == [("email", "sent"), ("push", "sent")]
    assert set(rows(Reminder, "kind", state="claimed")) == {"denosumab"}


def test_a_vacation_is_kept_and_afterwards_one_message_comes(
    adam: Any, make_due: Any, mail_server: Obedient, state: Any, rows: Any, run: Any
) -> None:
    state(adam, paused_until=datetime(2026, 11, 20, 5, tzinfo=UTC))
    make_due(adam)
    for day in range(3, 20):
        run(datetime(2026, 11, day, 8, tzinfo=UTC))
    assert (rows(InboxMessage), mail_server.heard) == ([], 0)
    run(datetime(2026, 11, 20, 6, 59, tzinfo=UTC))
    assert rows(InboxMessage) == []
    run(datetime(2026, 11, 20, 7, tzinfo=UTC))
    assert rows(InboxMessage, "title") == ["Due now"]
    assert len(mail_server.accepted) == 1


def test_a_vacation_that_ends_early_brings_back_what_is_due(adam: Any, make_due: Any, state: Any, rows: Any, run: Any) -> None:
    state(adam, paused_until=datetime(2026, 11, 15, tzinfo=UTC))
    make_due(adam)
    run()
    state(adam, now=BEFORE + timedelta(days=1))
    run(BEFORE + timedelta(days=1))
    assert rows(InboxMessage, "title") == ["Coming up"]


def test_his_language_and_his_discretion_are_kept(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, state: Any, rows: Any, run: Any
) -> None:
    phone(adam)
    state(adam, language="de", discreet=False)
    make_due(adam)
    run()
    assert fcm.accepted[0]["notification"]["title"] == "Trabecula: eine Erinnerung für Sie"
    assert fcm.accepted[0]["notification"]["body"] == (
        "Ihre nächste Blutabnahme ist ab jetzt möglich und bis zum 17. November 2026 fällig."
    )
    assert rows(InboxMessage, "title") == ["Demnächst"]


def test_a_digest_whose_first_thing_is_answered_still_finds_its_next_way(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, mail_server: Obedient, change_due: Any, rows: Any
) -> None:
    phone(adam)
    first = make_due(adam)
    make_due(adam, kind="dexa", anchor="scan:1")
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    change_due(first, state="answered")
    fcm.script = [UNREGISTERED]
    services.deliver(now=BEFORE)
    assert deliveries(rows) == [("push", "refused"), ("email", "sent")]
    assert b"Something is due." in mail_server.accepted[0].content


def test_a_digest_is_tried_for_as_long_as_the_longest_of_its_things(
    adam: Any, make_due: Any, mail_server: Obedient, rows: Any, run: Any
) -> None:
    """The first thing's stage ends on the 17th, the second's a day later."""
    make_due(adam)
    later = {"due_on": ON.date() + timedelta(days=1), "overdue_on": ON.date() + timedelta(days=60)}
    make_due(adam, kind="dexa", anchor="scan:1", **later)
    services.plan(now=NOW)
    services.claim(now=ON - timedelta(minutes=30))
    mail_server["RCPT"] = "451 busy"
    services.deliver(now=ON - timedelta(seconds=30))
    assert rows(Delivery, "state") == ["queued"]
    mail_server["RCPT"] = "250 OK"
    services.deliver(now=ON + 2 * MINUTE)
    assert b"Something is due." in mail_server.accepted[0].content
