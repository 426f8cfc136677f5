"""Doses and refills: spoken of where he asked for it, once for each, and not once they are logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import services
from notifications.models import Answer, Delivery, Escalation, InboxMessage, Reminder
from tests.conftest import NOW
from tests.notifications.conftest import Obedient
from tests.notifications.domain.test_words import REVEALING
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.services import accounts, doses, inventory, regimens
from tracking.services.access import Actor

PLAN = {
    "drug": "anastrozole", "dose_mg": "0.25", "schedule": {"kind": "daily", "times": 1, "at": ["10:00"]},
    "starts_on": date(2026, 10, 1), "reason": "breast tenderness", "strength": "1 mg",
}  # fmt: skip
TEN = datetime(2026, 11, 3, 9, tzinfo=UTC)  # in Berlin
MAILED = {"dose": ["email"]}


def on_plan(man: Any, **changed: Any) -> Any:
    return regimens.start(patient=man, by=Actor.user(man.user_id), now=NOW, origin=Origin.SELF, **(PLAN | changed))


def log(man: Any, at: datetime) -> None:
    doses.log(patient=man, by=Actor.user(man.user_id), now=at, **_taken(at))


def _taken(at: datetime) -> dict[str, str]:
    return {"drug": "anastrozole", "amount_mg": "0.25", "taken_at": at.isoformat()}


def job(now: datetime) -> None:
    services.plan_doses(now=now)
    services.plan_refills(now=now)
    services.claim(now=now)
    services.deliver(now=now)


@pytest.fixture
def said(rows: Any) -> Callable[[], list[datetime]]:
    """When he found something about a dose in his inbox."""
    return lambda: rows(InboxMessage, "created_at", reminder__kind="dose")


def test_nobody_is_reminded_of_doses_who_did_not_ask_for_it(adam: Any, state: Any, mail_server: Obedient, rows: Any) -> None:
    on_plan(adam)
    state(adam, channels={"": ["email"], "dexa": ["push"]})
    for hours in range(0, 48, 8):
        job(NOW + timedelta(hours=hours))
    assert (rows(Reminder, kind="dose"), mail_server.heard) == ([], 0)


def test_each_dose_is_said_once_at_its_time_and_gives_nothing_away(
    adam: Any, state: Any, mail_server: Obedient, said: Any, settings: Any
) -> None:
    on_plan(adam)
    state(adam, channels=MAILED)
    for days in (-1, 0, 1):
        for minutes in (-30, -1, 0, 0, 20, 60):
            job(TEN + timedelta(days=days, minutes=minutes))
    assert said() == [TEN + timedelta(days=days) for days in (-1, 0, 1)]
    assert len(mail_server.accepted) == 3
    mail = message_from_bytes(mail_server.accepted[0].content, policy=policy.default)
    text = mail.get_body(("plain",)).get_content()
    assert not REVEALING.search(mail["Subject"] + text)


@pytest.mark.parametrize("when", ["before the claim", "after the claim"])
def test_17_a_dose_that_was_logged_is_not_asked_for(
    adam: Any, state: Any, mail_server: Obedient, rows: Any, said: Any, when: str
) -> None:
    on_plan(adam)
    state(adam, channels=MAILED)
    services.plan_doses(now=TEN - timedelta(hours=1))
    if when == "before the claim":
        log(adam, TEN - timedelta(minutes=30))
    services.claim(now=TEN)
    if when == "after the claim":
        log(adam, TEN + timedelta(minutes=1))
    services.deliver(now=TEN + timedelta(minutes=2))
    assert mail_server.heard == 0
    assert len(said()) == (1 if when == "after the claim" else 0)
    if when == "after the claim":
        assert rows(Delivery, "last_reason") == ["no longer due"]


def test_5_after_an_outage_only_what_is_still_worth_saying_is_said(
    adam: Any, state: Any, mail_server: Obedient, said: Any
) -> None:
    on_plan(adam)
    state(adam, channels=MAILED)
    services.plan_doses(now=TEN - timedelta(hours=20))
    job(TEN + timedelta(hours=2))
    assert said() == []
    job(TEN + timedelta(days=4, minutes=119))
    assert said() == [TEN + timedelta(days=4, minutes=119)]


@pytest.mark.parametrize(
    ("first", "instants"),
    [
        # 25 October 2026: half past two comes twice. 28 March 2027: it does not come, and three o'clock stands for it.
        (date(2026, 10, 24), ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]),
        (date(2027, 3, 27), ["2027-03-27T01:30", "2027-03-28T01:00", "2027-03-29T00:30"]),
    ],
)
def test_7_each_dose_of_the_calendar_is_said_once_when_the_clock_changes(
    adam: Any, state: Any, said: Any, first: date, instants: list[str]
) -> None:
    on_plan(adam, schedule=PLAN["schedule"] | {"at": ["02:30"]})
    state(adam, channels={"dose": []}, quiet_from=datetime.min.time(), quiet_until=datetime.min.time())
    start = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    for days in range(3):
        for half_hours in range(10):
            at = start + timedelta(days=days, minutes=30 * half_hours)
            services.plan_doses(now=at)
            services.claim(now=at)
    assert said() == [datetime.fromisoformat(f"{at}+00:00") for at in instants]


def test_8_who_flies_hears_of_the_same_dose_once(adam: Any, state: Any, said: Any) -> None:
    on_plan(adam)
    state(adam, channels={"dose": []})
    job(TEN - timedelta(hours=3))
    job(TEN)
    accounts.edit_profile(patient=adam, zone="America/New_York", by=Actor.user(adam.user_id), now=TEN + timedelta(minutes=5))
    for hours in (0, 4, 5, 6, 7, 15):
        job(TEN + timedelta(minutes=10, hours=hours))
    assert said() == [TEN]


def test_what_he_decides_about_doses_holds_at_once(adam: Any, state: Any, rows: Any, said: Any) -> None:
    on_plan(adam)
    state(adam, channels=MAILED)
    services.plan_doses(now=NOW)
    assert set(rows(Reminder, "channel", kind="dose")) == {"inbox", "email"}
    state(adam, channels={"dose": []})
    assert set(rows(Reminder, "channel", kind="dose", state="planned")) == {"inbox"}
    state(adam, channels={})
    assert set(rows(Reminder, "state", kind="dose")) <= {"silenced", "superseded"}
    state(adam, channels=MAILED)
    assert set(rows(Reminder, "state", kind="dose")) == {"planned"}
    state(adam, channels=MAILED, paused_until=TEN + timedelta(days=1))
    job(TEN)
    assert said() == []


def test_a_regimen_that_ends_takes_its_reminders_along(adam: Any, state: Any, said: Any, rows: Any) -> None:
    regimen = on_plan(adam)
    state(adam, channels=MAILED)
    services.plan_doses(now=NOW)
    regimens.end(
        patient=adam, by=Actor.user(adam.user_id), now=NOW, origin=Origin.SELF, key=regimen.client_id, ends_on=date(2026, 11, 3)
    )
    job(TEN)
    assert said() == []
    services.plan_doses(now=TEN)
    assert rows(Reminder, kind="dose", state="planned") == []


def test_done_and_not_now_silence_a_dose_and_it_cannot_be_put_off(
    adam: Any, state: Any, mail_server: Obedient, rows: Any
) -> None:
    on_plan(adam)
    state(adam, channels=MAILED)
    services.plan_doses(now=NOW + timedelta(hours=1))
    services.claim(now=TEN)
    (reminder,) = rows(Reminder, "uid", kind="dose", channel="inbox", state="claimed", due_on=TEN.date())
    sent = {"patient_id": adam.pk, "reminder_uid": reminder, "by": Actor.user(adam.user_id), "now": TEN}
    with pytest.raises(Problem) as refused:
        services.answer(**sent, what=Answer.What.SNOOZE, until=TEN + timedelta(hours=1))
    assert (refused.value.issues[0].pointer, refused.value.issues[0].code) == ("/answer", "cannot-be-put-off")
    first = services.answer(**sent, what=Answer.What.DONE).answer
    assert services.answer(**sent, what=Answer.What.DONE).answer == first
    services.deliver(now=TEN)
    assert mail_server.heard == 0


def test_a_dose_that_reaches_nobody_is_told_to_no_clinic(adam: Any, in_care: Any, state: Any, said: Any, rows: Any) -> None:
    on_plan(adam)
    state(adam, channels=MAILED, by_email=False)
    adam.user.email = ""
    services.plan_doses(now=NOW)
    services.claim(now=TEN)
    assert rows(Escalation) == []


def stock(man: Any, units: str, at: datetime) -> None:
    sent = {"drug": "anastrozole", "form": "tablet", "units": units, "content": "1 mg", "counted_at": at.isoformat()}
    inventory.record(patient=man, by=Actor.user(man.user_id), now=at, **sent)


def live(man: Any, first: datetime, *looked_at: int) -> None:
    """He takes what is expected, and the job runs on these days."""
    taken = 0
    for day in looked_at:
        events = [_taken(first + timedelta(days=each)) for each in range(taken, day)]
        now = first + timedelta(days=day)
        if events:
            doses.log_many(patient=man, by=Actor.user(man.user_id), now=now, events=events)
        taken = day
        job(now)


def test_a_refill_is_said_on_its_day_and_when_nothing_is_left_and_again_only_for_another(
    adam: Any, mail_server: Obedient, rows: Any
) -> None:
    on_plan(adam)
    stock(adam, "3", NOW - timedelta(hours=1))  # twelve doses: a week before the last one it is time
    live(adam, NOW, 0, 5, 6, 12)
    assert rows(InboxMessage, "title", reminder__kind="refill") == ["Due now", "Overdue"]
    assert len(mail_server.accepted) == 2
    later = NOW + timedelta(days=13)
    stock(adam, "3", later - timedelta(hours=1))
    live(adam, later, 0, 6)
    assert rows(InboxMessage, "title", reminder__kind="refill") == ["Due now", "Overdue", "Due now"]
    assert set(rows(Reminder, "round", kind="refill", state="claimed")) == {1, 2}


def test_a_count_at_home_closes_the_refill_at_once_also_one_that_was_put_off(
    adam: Any, rows: Any, mail_server: Obedient
) -> None:
    on_plan(adam)
    stock(adam, "3", NOW - timedelta(hours=1))
    live(adam, NOW, 0, 6)
    now = NOW + timedelta(days=6)
    (reminder,) = rows(Reminder, "uid", channel="inbox", kind="refill", state="claimed")
    again = now + timedelta(days=2)
    told = services.answer(
        patient_id=adam.pk, reminder_uid=reminder, what=Answer.What.SNOOZE, until=again, by=Actor.user(adam.user_id), now=now
    )
    assert told.next_at == again
    stock(adam, "100", now)
    for days in (1, 2, 8):
        job(now + timedelta(days=days))
    assert len(rows(InboxMessage, reminder__kind="refill")) == 1


def test_planning_costs_the_same_for_one_and_for_three_more(make_man: Any, state: Any) -> None:
    names = count()

    def cost(men: int) -> int:
        for _number in range(men):
            man = make_man(f"M{next(names)} Man")
            on_plan(man)
            state(man, channels=MAILED)
            stock(man, "10", NOW)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.plan_doses(now=NOW)
            services.plan_refills(now=NOW)
            services.claim(now=TEN)
        return len(queries)

    cost(1)  # the next time there is one who was told before
    assert cost(1) >= cost(3)
