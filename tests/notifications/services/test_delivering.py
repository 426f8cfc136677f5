"""What leaves the house leaves it once; only a definite refusal is tried again."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications import services
from notifications.channels import CHANNELS
from notifications.models import Delivery, Reminder
from tests.notifications.conftest import Obedient
from tracking.models import User
from tracking.services.access import Actor, acting_as

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def item(adam: Any, make_due: Any) -> Any:
    """Its first mail is queued."""
    item = make_due(adam)
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    return item


@pytest.fixture
def critical(adam: Any, make_due: Any) -> Any:
    item = make_due(adam, time_critical=True)
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    return item


def the_delivery(rows: Any) -> Delivery:
    (delivery,) = rows(Delivery)
    return delivery


def test_a_mail_is_sent_once(mail_server: Obedient, item: Any, rows: Any) -> None:
    for tick in range(3):
        services.deliver(now=BEFORE + tick * MINUTE)
    assert [envelope.rcpt_tos for envelope in mail_server.accepted] == [["adam@example.org"]]
    delivery = the_delivery(rows)
    assert (delivery.state, delivery.attempts, delivery.ended_at) == ("sent", 1, BEFORE)
    assert delivery.provider_reference == "250 kept as 4711"
    assert f"<{delivery.uid}@trabecula.example>".encode() in mail_server.accepted[0].content


def test_a_mail_tells_the_mailbox_nothing(mail_server: Obedient, item: Any) -> None:
    services.deliver(now=BEFORE)
    (envelope,) = mail_server.accepted
    assert b"Subject: Trabecula: a reminder for you" in envelope.content
    assert b"blood" not in envelope.content.lower()


def test_a_passing_refusal_is_tried_again_later(mail_server: Obedient, item: Any, rows: Any) -> None:
    mail_server["RCPT"] = "451 busy"
    services.deliver(now=BEFORE)
    delivery = the_delivery(rows)
    assert (delivery.state, delivery.attempts, delivery.last_reason) == ("queued", 1, "451 busy")
    assert BEFORE + MINUTE <= delivery.next_attempt_at <= BEFORE + timedelta(seconds=75)
    mail_server["RCPT"] = "250 OK"
    services.deliver(now=BEFORE + timedelta(seconds=59))
    assert mail_server.accepted == []
    services.deliver(now=BEFORE + timedelta(seconds=75))
    assert len(mail_server.accepted) == 1
    assert (the_delivery(rows).state, the_delivery(rows).attempts) == ("sent", 2)


def test_a_final_refusal_is_final(mail_server: Obedient, item: Any, rows: Any) -> None:
    mail_server["RCPT"] = "550 no such man"
    services.deliver(now=BEFORE)
    services.deliver(now=BEFORE + timedelta(days=1))
    delivery = the_delivery(rows)
    assert (delivery.state, delivery.attempts, delivery.last_reason) == ("refused", 1, "550 no such man")


def test_a_server_that_is_always_busy_is_left_alone_in_the_end(mail_server: Obedient, item: Any, rows: Any) -> None:
    mail_server["MAIL"] = "421 busy"
    attempts = []
    while the_delivery(rows).state == "queued":
        attempts.append(the_delivery(rows).next_attempt_at)
        services.deliver(now=attempts[-1])
    assert (the_delivery(rows).state, the_delivery(rows).attempts) == ("dead", 24)
    assert timedelta(days=3) < attempts[-1] - attempts[0] < timedelta(days=14)


@pytest.mark.parametrize("how", ["disconnect", "hang"])
def test_a_mail_of_which_nothing_was_heard_is_never_sent_again(
    mail_server: Obedient, item: Any, rows: Any, settings: Any, how: str
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    mail_server["TEXT"] = how
    services.deliver(now=BEFORE)
    assert the_delivery(rows).state == "unknown"
    mail_server["TEXT"] = "250 OK"
    services.deliver(now=BEFORE + timedelta(days=1))
    assert mail_server.heard == 1


def test_a_time_critical_mail_of_which_nothing_was_heard_is_sent_again_under_the_same_name(
    mail_server: Obedient, critical: Any, rows: Any
) -> None:
    mail_server["TEXT"] = "disconnect"
    services.deliver(now=BEFORE)
    assert the_delivery(rows).state == "queued"
    mail_server["TEXT"] = "250 OK"
    services.deliver(now=BEFORE + 2 * MINUTE)
    delivery = the_delivery(rows)
    assert (delivery.state, delivery.attempts, mail_server.heard) == ("sent", 2, 2)
    assert str(delivery.uid).encode() in mail_server.accepted[0].content


def test_a_result_between_claim_and_send_silences(mail_server: Obedient, item: Any, rows: Any, change_due: Any) -> None:
    change_due(item, state="answered")
    services.deliver(now=BEFORE)
    assert mail_server.heard == 0
    assert (the_delivery(rows).state, the_delivery(rows).last_reason) == ("dead", "no longer due")


def test_a_result_between_two_attempts_silences(mail_server: Obedient, item: Any, rows: Any, change_due: Any) -> None:
    mail_server["RCPT"] = "451 busy"
    services.deliver(now=BEFORE)
    change_due(item, state="answered")
    mail_server["RCPT"] = "250 OK"
    services.deliver(now=BEFORE + 2 * MINUTE)
    assert mail_server.heard == 0
    assert the_delivery(rows).state == "dead"


def test_an_answer_between_claim_and_send_silences(adam: Any, mail_server: Obedient, item: Any, rows: Any) -> None:
    (reminder,) = rows(Reminder, "uid", channel="inbox", stage="before")
    services.answer(patient_id=adam.pk, reminder_uid=reminder, what="done", by=Actor.user(adam.user_id), now=BEFORE)
    services.deliver(now=BEFORE)
    assert mail_server.heard == 0


def test_a_late_worker_does_not_wake_him(mail_server: Obedient, item: Any, rows: Any) -> None:
    services.deliver(now=datetime(2026, 11, 3, 23, tzinfo=UTC))
    assert mail_server.heard == 0
    assert the_delivery(rows).next_attempt_at == datetime(2026, 11, 4, 7, tzinfo=UTC)
    services.deliver(now=datetime(2026, 11, 4, 7, tzinfo=UTC))
    assert mail_server.heard == 1


def test_a_mail_that_waited_beyond_its_stage_is_not_sent(mail_server: Obedient, item: Any, rows: Any) -> None:
    services.deliver(now=datetime(2026, 11, 17, 8, tzinfo=UTC))
    assert mail_server.heard == 0
    assert (the_delivery(rows).state, the_delivery(rows).last_reason) == ("dead", "its time is over")


def test_an_account_that_was_switched_off_gets_no_mail(adam: Any, mail_server: Obedient, item: Any, rows: Any) -> None:
    User.objects.filter(pk=adam.user_id).update(is_active=False)
    services.deliver(now=BEFORE)
    assert mail_server.heard == 0
    assert (the_delivery(rows).state, the_delivery(rows).last_reason) == ("dead", "nowhere to send it")


def die_while_sending(rows: Any) -> None:
    """A worker takes the delivery and never comes back."""
    with acting_as(Actor.system("test")):
        Delivery.objects.update(state="sending", sending_since=BEFORE, attempts=1)


def test_a_mail_in_the_hand_of_a_dead_worker_is_unknown_and_stays_unsent(mail_server: Obedient, item: Any, rows: Any) -> None:
    die_while_sending(rows)
    services.deliver(now=BEFORE + timedelta(seconds=300))
    assert the_delivery(rows).state == "sending"
    done = services.deliver(now=BEFORE + timedelta(seconds=400))
    assert (done.lost, the_delivery(rows).state, mail_server.heard) == (1, "unknown", 0)


def test_a_time_critical_mail_in_the_hand_of_a_dead_worker_is_sent_again(
    mail_server: Obedient, critical: Any, rows: Any
) -> None:
    die_while_sending(rows)
    services.deliver(now=BEFORE + timedelta(seconds=400))
    assert (the_delivery(rows).state, the_delivery(rows).attempts, mail_server.heard) == ("sent", 2, 1)


def test_a_channel_that_raises_leaves_it_unknown_and_the_next_one_goes_out(
    make_man: Any, make_due: Any, mail_server: Obedient, rows: Any, monkeypatch: Any
) -> None:
    class Raising:
        kept_open = nullcontext

        def __init__(self) -> None:
            self.calls = 0

        def send(self, message: Any, target: str) -> Any:
            self.calls += 1
            if self.calls == 1:
                raise RuntimeError("a defect")
            return CHANNELS["email"].send(message, target)

    for name in ("Adam Invented", "Carl Stranger"):
        make_due(make_man(name))
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    monkeypatch.setattr("notifications.services.delivering.CHANNELS", {"email": Raising()})
    services.deliver(now=BEFORE)
    assert sorted(rows(Delivery, "state")) == ["sent", "unknown"]


def test_a_run_ends_when_its_time_is_up(
    make_man: Any, make_due: Any, mail_server: Obedient, rows: Any, monkeypatch: Any
) -> None:
    for name in ("Adam Invented", "Carl Stranger"):
        make_due(make_man(name))
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    monkeypatch.setattr("notifications.services.delivering.BATCH", 1)
    monkeypatch.setattr("notifications.services.delivering.BUDGET", -1.0)
    services.deliver(now=BEFORE)
    assert sorted(rows(Delivery, "state")) == ["queued", "sent"]
    services.deliver(now=BEFORE)
    assert mail_server.heard == 2
