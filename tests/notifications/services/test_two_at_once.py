"""Real commits, several connections: two of everything at the same time make one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

from notifications import services
from notifications.channels import CHANNELS, Sent
from notifications.models import Delivery, Escalation, InboxMessage, Preference, Reminder
from tests.accounts import make_man
from tests.notifications.conftest import Obedient
from tests.notifications.fcm import UNREGISTERED, Fcm
from tracking.models import CareRelationship, Clinic, DueItem, Patient, Prescriber, User
from tracking.services.access import Actor, acting_as, lock_patient

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)
MEN = 6

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def men(committed: None, make_due: Any) -> list[Any]:
    found = [make_man(now=NOW, name=f"Man {number}", email=f"man{number}@example.org") for number in range(MEN)]
    for man in found:
        make_due(man)
    return found


@pytest.fixture
def together() -> Iterator[Callable[..., list[Any]]]:
    """Run calls in threads, each on a connection of its own, starting at the same moment."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start = Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            try:
                start.wait(10)
                return call()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return [done.result(60) for done in [pool.submit(one, call) for call in calls]]

    yield run
    connection.close()


def test_two_planners_at_once(men: list[Any], together: Any, rows: Any) -> None:
    together(*[lambda: services.plan(now=NOW)] * 3)
    services.plan(now=NOW)  # men who were busy are left to the next sweep
    assert len(rows(Reminder)) == MEN * 6


def test_two_sweeps_at_once(men: list[Any], together: Any, rows: Any) -> None:
    services.plan(now=NOW)
    done = together(*[lambda: services.claim(now=BEFORE)] * 3)
    services.claim(now=BEFORE)
    assert len(rows(InboxMessage)) == len(rows(Delivery)) == MEN
    assert sum(one.inbox for one in done) <= MEN


def test_the_whole_job_three_times_at_once(men: list[Any], together: Any, rows: Any, mail_server: Obedient) -> None:
    def job() -> None:
        services.plan(now=BEFORE)
        services.claim(now=BEFORE)
        services.deliver(now=BEFORE)

    together(job, job, job)
    job()
    assert len(rows(InboxMessage)) == MEN
    assert sorted(envelope.rcpt_tos[0] for envelope in mail_server.accepted) == [f"man{n}@example.org" for n in range(MEN)]
    assert set(rows(Delivery, "state", "attempts")) == {("sent", 1)}


def test_two_postmen_at_once(men: list[Any], together: Any, rows: Any, mail_server: Obedient) -> None:
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    done = together(*[lambda: services.deliver(now=BEFORE)] * 3)
    assert sum(one.sent for one in done) == len(mail_server.accepted) == MEN


def test_a_man_who_is_being_written_to_is_left_to_the_next_sweep(men: list[Any], together: Any, rows: Any) -> None:
    services.plan(now=NOW)
    busy, free = Event(), Event()

    def write() -> None:
        with acting_as(Actor.system("writer")):
            lock_patient(men[0].pk)
            busy.set()
            assert free.wait(30)

    def sweep() -> None:
        assert busy.wait(30)
        services.claim(now=BEFORE)
        assert len(rows(InboxMessage)) == MEN - 1
        assert services.plan(now=BEFORE).busy == 0
        free.set()

    together(write, sweep)
    services.claim(now=BEFORE)
    assert len(rows(InboxMessage)) == MEN


def test_a_result_that_commits_before_the_claim_wins(men: list[Any], together: Any, rows: Any, change_due: Any) -> None:
    from tracking.models import DueItem

    services.plan(now=NOW)
    locked, swept = Event(), Event()

    def result() -> None:
        with acting_as(Actor.system("writer")):
            lock_patient(men[0].pk)
            locked.set()
            assert swept.wait(30)
            DueItem.objects.filter(patient=men[0]).update(state="answered", version=2)

    def sweep() -> None:
        assert locked.wait(30)
        services.claim(now=BEFORE)
        swept.set()

    together(result, sweep)
    services.claim(now=BEFORE)
    assert men[0].pk not in rows(InboxMessage, "patient_id")
    assert set(rows(Reminder, "state", patient_id=men[0].pk, stage="before")) == {"silenced"}


def test_a_preference_while_the_sweep_runs(men: list[Any], together: Any, rows: Any) -> None:
    services.plan(now=NOW)
    calls = [
        lambda man=man: services.set_preference(
            patient_id=man.pk,
            preferred_hour=10,
            quiet_from=datetime.min.time(),
            quiet_until=datetime.min.time(),
            by_email=False,
            by=Actor.user(man.user_id),
            now=BEFORE,
        )
        for man in men
    ]
    together(*calls, lambda: services.claim(now=BEFORE), lambda: services.plan(now=BEFORE))
    services.claim(now=BEFORE + timedelta(hours=2))
    assert len(rows(InboxMessage)) == len(rows(Preference)) == MEN


def test_every_write_that_phones_pull_raises_the_number_once(men: list[Any], rows: Any) -> None:
    adam = men[0]
    his = Actor.user(adam.user_id)

    def number() -> int:
        return rows(Patient, "revision", pk=adam.pk)[0]

    def state(hour: int) -> Preference:
        return services.set_preference(
            patient_id=adam.pk,
            preferred_hour=hour,
            quiet_from=datetime.min.time(),
            quiet_until=datetime.min.time(),
            by_email=True,
            by=his,
            now=NOW,
        )

    at_first = number()
    services.plan(now=NOW)
    assert number() == at_first
    services.claim(now=BEFORE)
    (message,) = rows(InboxMessage, patient_id=adam.pk)
    assert number() == message.revision == at_first + 1
    services.deliver(now=BEFORE)
    assert number() == at_first + 1
    read = services.mark_read(patient_id=adam.pk, message_uid=message.uid, by=his, now=BEFORE)
    assert number() == read.revision == at_first + 2
    (reminder,) = rows(Reminder, "uid", pk=message.reminder_id)
    said = services.answer(patient_id=adam.pk, reminder_uid=reminder, what="not_now", by=his, now=BEFORE)
    assert number() == said.answer.revision == at_first + 3
    assert state(18).revision == number() == at_first + 4
    assert state(18).revision == number() == at_first + 4


def test_a_database_that_goes_away_while_messages_are_on_their_way_loses_sight_of_none(
    men: list[Any], rows: Any, monkeypatch: Any
) -> None:
    class CuttingTheLine:
        """Every connection of ours but its own ends while the message is handed over, as when the server restarts."""

        kept_open = nullcontext

        def targets(self, reached: Any) -> Any:
            return CHANNELS["email"].targets(reached)

        def send(self, message: Any, target: Any) -> Any:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND usename = current_user AND datname = current_database()"
                )
            connection.close()
            return Sent("taken")

    services.plan(now=NOW)
    services.claim(now=BEFORE)
    monkeypatch.setattr("notifications.services.delivering.CHANNELS", {"email": CuttingTheLine()})
    monkeypatch.setattr("notifications.services.delivering.BATCH", 1)
    monkeypatch.setattr("notifications.services.delivering.RECORD_AGAIN_AFTER", (0.0, 0.0))
    assert services.deliver(now=BEFORE).sent == MEN
    assert set(rows(Delivery, "state", "attempts", "provider_reference")) == {("sent", 1, "taken")}


def test_two_escalators_at_once(men: list[Any], together: Any, rows: Any) -> None:
    clinic = Clinic.objects.create(name="Invented Clinic")
    bell = User.objects.create_user("bell@example.org", "pw", name="Dr. Bell")
    Prescriber.objects.create(user=bell, clinic=clinic)
    with acting_as(Actor.system("test")):
        for man in men:
            CareRelationship.objects.create(patient=man, clinic=clinic, granted_at=NOW, granted_by="test")
        DueItem.objects.update(kind="denosumab", time_critical=True)
    late = BEFORE + timedelta(days=40)
    together(*[lambda: services.escalate(now=late)] * 3)
    assert len(rows(Escalation)) == MEN
    assert rows(Delivery, "recipient_id") == [bell.pk] * MEN


def test_two_phones_that_turn_out_gone_in_the_hands_of_two_workers_give_way_to_one_email(
    men: list[Any], together: Any, rows: Any, fcm: Fcm, phone: Any, mail_server: Obedient, monkeypatch: Any
) -> None:
    for value in ("one", "two"):
        phone(men[0], value)
        fcm.for_device[value] = [UNREGISTERED]
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    with acting_as(Actor.system("test")):
        Delivery.objects.filter(channel="email").update(next_attempt_at=BEFORE + timedelta(days=1))
    monkeypatch.setattr("notifications.services.delivering.BATCH", 1)
    both = Barrier(2)
    push = CHANNELS["push"]

    class AtTheSameMoment:
        kept_open = nullcontext

        def send(self, message: Any, target: Any) -> Any:
            outcome = push.send(message, target)
            both.wait(20)
            return outcome

    monkeypatch.setattr("notifications.services.delivering.CHANNELS", dict(CHANNELS) | {"push": AtTheSameMoment()})
    together(*[lambda: services.deliver(now=BEFORE, limit=1)] * 2)
    assert rows(Delivery, "channel", "state", patient_id=men[0].pk) == [
        ("push", "refused"),
        ("push", "refused"),
        ("email", "queued"),
    ]
