"""What others got wrong, by the numbers of the list that names their bugs: each is a test here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from notifications import services
from notifications.models import Answer, InboxMessage, Reminder
from tests.conftest import NOW
from tests.notifications.conftest import Obedient
from tracking.models import Patient
from tracking.services.access import Actor, acting_as

BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)
ON = datetime(2026, 11, 17, 8, tzinfo=UTC)


def job(now: datetime) -> None:
    services.plan(now=now)
    services.claim(now=now)
    services.deliver(now=now)


def test_4_the_same_reminder_does_not_come_every_hour(adam: Any, make_due: Any, mail_server: Obedient, rows: Any) -> None:
    """openemr#11477. Run the job three times, and then every hour of a day."""
    make_due(adam)
    for hour in [0, 0, 0, *range(24)]:
        job(BEFORE + timedelta(hours=hour))
    assert len(rows(InboxMessage)) == len(mail_server.accepted) == 1


@pytest.mark.parametrize("late", [timedelta(minutes=1), timedelta(hours=5), timedelta(days=3), timedelta(days=13)])
def test_5_a_missed_tick_does_not_lose_the_reminder(
    adam: Any, make_due: Any, mail_server: Obedient, rows: Any, late: timedelta
) -> None:
    """openemr PR #11913."""
    make_due(adam)
    services.plan(now=NOW)
    job(BEFORE + late)
    assert rows(InboxMessage, "title") == ["Coming up"]
    assert len(mail_server.accepted) == 1


def test_5_after_a_long_outage_one_message_comes_and_not_a_storm(
    adam: Any, make_due: Any, mail_server: Obedient, rows: Any
) -> None:
    make_due(adam)
    services.plan(now=NOW)
    for minute in range(5):
        job(datetime(2026, 12, 4, 9, minute, tzinfo=UTC))
    assert rows(InboxMessage, "title") == ["Overdue"]
    assert len(mail_server.accepted) == 1
    assert set(rows(Reminder, "state", stage__in=["before", "on"])) == {"expired"}


def test_6_no_task_is_put_off_by_the_broker_and_none_outlives_its_visibility() -> None:
    """kombu#337, celery#2599: reminders are rows; the broker holds only "look now"."""
    assert all("eta" not in entry.get("options", {}) for entry in settings.CELERY_BEAT_SCHEDULE.values())
    assert all("countdown" not in entry.get("options", {}) for entry in settings.CELERY_BEAT_SCHEDULE.values())
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        # Berlin springs forward on 29 March 2026 and falls back on 25 October: nine o'clock stays nine o'clock.
        ("Europe/Berlin", date(2026, 3, 28), "2026-03-28T08:00"),
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-29T07:00"),
        ("Europe/Berlin", date(2026, 10, 24), "2026-10-24T07:00"),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-25T08:00"),
        ("America/Phoenix", date(2026, 3, 8), "2026-03-08T16:00"),
    ],
)
def test_7_nine_oclock_is_nine_oclock_on_both_sides_of_a_clock_change(
    make_man: Any, make_due: Any, rows: Any, zone: str, day: date, utc: str
) -> None:
    """django-celery-beat#134, MedTimer#943, #561, #56."""
    window = {"opens_on": day, "due_on": day + timedelta(days=30), "overdue_on": day + timedelta(days=60)}
    make_due(make_man(zone=zone), **window)
    services.plan(now=datetime(2026, 1, 1, tzinfo=UTC))
    assert rows(Reminder, "send_at", stage="before", channel="inbox") == [datetime.fromisoformat(f"{utc}+00:00")]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Apia", "Asia/Kathmandu", "America/Phoenix", "Pacific/Niue"])
def test_8_his_date_decides_and_not_the_servers(make_man: Any, make_due: Any, rows: Any, zone: str) -> None:
    """SaraAlert PR #1228: swept every hour for four days, it comes once, at nine on his own 3 November."""
    make_due(make_man(zone=zone))
    services.plan(now=datetime(2026, 11, 1, tzinfo=UTC))
    for hour in range(96):
        services.claim(now=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=hour, minutes=15))
    (at,) = rows(InboxMessage, "created_at")
    local = at.astimezone(ZoneInfo(zone))
    assert (local.date(), local.hour) == (date(2026, 11, 3), 9)


def test_8_a_man_who_flies_across_the_date_line_hears_it_once(make_man: Any, make_due: Any, change_due: Any, rows: Any) -> None:
    man = make_man(zone="Pacific/Kiritimati")
    item = make_due(man)
    services.plan(now=NOW)
    services.claim(now=datetime(2026, 11, 2, 19, tzinfo=UTC))
    for zone in ("Pacific/Niue", "Pacific/Kiritimati", "Europe/Berlin"):
        with acting_as(Actor.system("test")):
            Patient.objects.filter(pk=man.pk).update(zone=zone)
        change_due(item, zone=zone)
        for hour in range(24):
            services.plan(now=datetime(2026, 11, 3, hour, tzinfo=UTC))
            services.claim(now=datetime(2026, 11, 3, hour, tzinfo=UTC))
    assert rows(InboxMessage, "title") == ["Coming up"]


def test_12_what_he_answered_does_not_sound_again(adam: Any, make_due: Any, change_due: Any, rows: Any) -> None:
    """nightscout#5180, #8194: the answer stands on the server and belongs to the round, through replans and a new phone."""
    item = make_due(adam)
    job(NOW)
    job(BEFORE)
    (reminder,) = rows(Reminder, "uid", stage="before", channel="inbox")
    services.answer(patient_id=adam.pk, reminder_uid=reminder, what=Answer.What.DONE, by=Actor.user(adam.user_id), now=BEFORE)
    for days in range(60):
        change_due(item, priority=days % 3)
        job(BEFORE + timedelta(days=days))
    assert rows(InboxMessage, "title") == ["Coming up"]


@pytest.mark.parametrize("when", ["before the plan", "after the plan", "after the claim"])
def test_17_no_reminder_comes_after_the_visit(
    adam: Any, make_due: Any, change_due: Any, mail_server: Obedient, rows: Any, when: str
) -> None:
    """simple-server#2761: a result closes its reminder at once, also one already claimed."""
    item = make_due(adam)
    if when == "before the plan":
        change_due(item, state="answered")
    services.plan(now=NOW)
    if when == "after the plan":
        change_due(item, state="answered")
    services.claim(now=BEFORE)
    if when == "after the claim":
        change_due(item, state="answered")
    services.deliver(now=BEFORE)
    job(ON)
    assert mail_server.heard == 0
    assert len(rows(InboxMessage)) == (1 if when == "after the claim" else 0)
