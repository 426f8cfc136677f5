"""Real commits, several connections: two of everything at the same time make one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

from notifications import services
from notifications.models import Delivery, InboxMessage, Preference, Reminder
from tests.accounts import make_man
from tests.notifications.conftest import Obedient
from tracking.models import Patient
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
