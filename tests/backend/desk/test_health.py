"""How the house is, for its operator: each fault named, with what to do. No man is on the page."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from backend import heartbeat, tasks
from tests.conftest import NOW
from tests.desks import at_desk
from tracking.models import SealedDay, User
from tracking.services import audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(now):
    return at_desk(User.objects.create_superuser("root@example.org", "x", name="Root"))


def parts(browser):
    answer = browser.get(reverse("admin:health"))
    assert answer.status_code == 200
    return {part.name: part for part in answer.context["parts"]}, answer.text


def test_each_part_says_how_it_is_and_what_was_never_seen_is_a_fault(operator):
    found, text = parts(operator)
    assert [name for name, part in found.items() if part.is_fine is False] == ["Beat and worker", "Backup"]
    assert "They were never seen together" in found["Beat and worker"].said
    assert found["Database"].said == "It answers, and all migrations are applied."
    assert "messages wait for a worker" in found["Broker"].said
    assert found["Backup"].said == "None was ever noted."
    assert found["Reminders"].said.startswith("On time.")
    assert "Run manage.py backup" in text


def test_the_tick_is_left_by_a_worker_and_is_late_after_five_minutes(operator, now, monkeypatch):
    tasks.tick()
    assert heartbeat.last() == NOW
    assert parts(operator)[0]["Beat and worker"].is_fine
    heartbeat.note(now=NOW - timedelta(minutes=5, seconds=1))
    late, _ = parts(operator)
    assert (late["Beat and worker"].is_fine, late["Beat and worker"].said) == (
        False,
        "A worker did what beat sent 0:05:01 ago.",
    )


@pytest.mark.parametrize(("hours", "is_fine"), [(26, True), (27, False)])
def test_a_backup_is_late_after_a_day_and_says_whether_it_was_tried(operator, hours, is_fine):
    audit.note_backup(is_tried=hours == 26, now=NOW - timedelta(hours=hours))
    found, _ = parts(operator)
    assert found["Backup"].is_fine is is_fine
    assert ("NOT put back" in found["Backup"].said) is not is_fine


@pytest.mark.parametrize(("days", "is_fine"), [(2, True), (3, False)])
def test_a_day_that_was_not_sealed_is_a_fault(operator, days, is_fine):
    day = (NOW - timedelta(days=days)).date()
    SealedDay.objects.create(day=day, sealed_at=NOW, rows=7, before="", digest="d")
    found, _ = parts(operator)
    assert found["Audit"].is_fine is is_fine
    assert f"The last sealed day is {day}, over 7 rows" in found["Audit"].said


def test_without_broker_and_cache_the_page_says_so(operator, settings, monkeypatch):
    import redis

    def away(_key):
        raise redis.ConnectionError("away")

    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(cache, "get", away)
    found, text = parts(operator)
    assert (found["Broker"].is_fine, found["Beat and worker"].is_fine) == (False, False)
    assert "Meanwhile every write is taken" in text


def test_it_is_for_superusers_alone_and_names_no_man(operator, dr_bell, adam):
    assert at_desk(dr_bell).get(reverse("admin:health")).status_code == 403
    assert "Adam" not in parts(operator)[1]
    assert operator.post(reverse("admin:health")).status_code == 405
