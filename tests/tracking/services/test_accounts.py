"""A record is opened once, whoever asks at the same time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.db import connections

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import Patient, User
from tracking.services import accounts
from tracking.services.access import acting_as

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ADAM = {"name": "Adam Invented", "birth_date": date(1980, 5, 4), "zone": "Europe/Berlin", "now": NOW}


@pytest.mark.parametrize(
    ("other", "outcomes"),
    [
        (ADAM, {"opened": 1, "stands": 1}),
        (ADAM | {"zone": "Asia/Kathmandu"}, {"opened": 1, "conflict": 1}),
    ],
)
def test_of_two_at_the_same_moment_one_opens_it(committed, other, outcomes):
    user = User.objects.create_user("adam@example.org", "pw")
    barrier = Barrier(2)

    def open_with(about):
        barrier.wait()
        try:
            return "opened" if accounts.open_record(user=user, **about).is_new else "stands"
        except Problem as refused:
            return refused.kind
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert Counter(pool.map(open_with, (ADAM, other))) == outcomes
    with acting_as(Actor.system("test")):
        assert Patient.objects.count() == 1


def test_the_system_opens_it_and_its_history_says_so(db):
    user = User.objects.create_user("adam@example.org", "pw")
    man = accounts.open_record(user=user, **ADAM).man
    with acting_as(Actor.system("test")):
        assert man.history.earliest("pgh_id").pgh_context["actor"] == "system:sign-up"
