"""What one man costs, many cost: statements do not grow with the men of a batch; one man's trouble stays his own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import services
from notifications.models import Delivery, Reminder
from tests.conftest import NOW
from tests.notifications.conftest import Obedient
from tests.notifications.fcm import Fcm

BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)


def statements(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        call()
    return len(found)


@pytest.fixture
def crowd(make_man: Any, make_due: Any, phone: Any, fcm: Fcm, monkeypatch: Any) -> Callable[[int, str], None]:
    """So many men with a phone each and two things due. All outcomes of a batch are waited for, however slow the machine."""
    monkeypatch.setattr("notifications.services.delivering.PATIENCE", 60.0)

    def make(count: int, letter: str) -> None:
        for number in range(count):
            man = make_man(f"{letter}{number} Invented")
            phone(man, f"{letter}-{number}")
            make_due(man)
            make_due(man, kind="dexa", anchor="scan:1")

    return make


def test_planning_claiming_and_sending_cost_the_same_for_one_and_for_twelve(
    crowd: Any, fcm: Fcm, mail_server: Obedient, rows: Any
) -> None:
    costs = []
    for count, letter, later in ((1, "a", timedelta()), (12, "b", timedelta(minutes=1))):
        crowd(count, letter)
        costs.append(
            [
                statements(lambda: services.plan(now=NOW)),
                statements(lambda later=later: services.claim(now=BEFORE + later)),
                statements(lambda later=later: services.deliver(now=BEFORE + later)),
            ]
        )
    assert costs[0] == costs[1]
    assert len(fcm.accepted) == 13
    assert len(rows(Reminder, state="claimed")) == 13 * 4


def test_falling_back_to_email_costs_the_same_for_one_and_for_twelve(crowd: Any, fcm: Fcm, rows: Any) -> None:
    costs = []
    for count, letter, later in ((1, "a", timedelta()), (12, "b", timedelta(minutes=1))):
        crowd(count, letter)
        services.plan(now=NOW)
        services.claim(now=BEFORE + later)
        fcm.script = [400] * count
        costs.append(statements(lambda later=later: services.deliver(now=BEFORE + later)))
    assert costs[0] == costs[1]
    assert sorted(set(rows(Delivery, "channel", "state"))) == [("email", "sent"), ("push", "refused")]


def test_one_mans_trouble_in_a_batch_leaves_the_others_planned(
    make_man: Any, make_due: Any, rows: Any, monkeypatch: Any, caplog: Any
) -> None:
    men = [make_man(f"{letter} Invented") for letter in "ABC"]
    for man in men:
        make_due(man)
    from notifications.services import fitting

    fit = fitting.fit_round

    def failing(man: Any, *args: Any, **kwargs: Any) -> None:
        if man.patient_id == men[1].pk:
            raise RuntimeError("a defect")
        fit(man, *args, **kwargs)

    monkeypatch.setattr(fitting, "fit_round", failing)
    done = services.plan(now=NOW)
    assert (done.men, done.failed) == (2, 1)
    assert set(rows(Reminder, "patient_id")) == {men[0].pk, men[2].pk}
    monkeypatch.setattr(fitting, "fit_round", fit)
    assert services.plan(now=NOW).men == 1


def test_a_slow_provider_does_not_hold_back_what_became_of_the_others(
    make_man: Any, make_due: Any, phone: Any, fcm: Fcm, rows: Any, monkeypatch: Any, settings: Any
) -> None:
    """A worker that is killed while it waits for the slow one loses sight of that one alone."""
    from notifications.services import delivering

    settings.FCM_TIMEOUT = 1.0
    monkeypatch.setattr(delivering, "PATIENCE", 0.3)
    for letter in "AB":
        man = make_man(f"{letter} Invented")
        phone(man, letter)
        make_due(man)
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    fcm.for_device["A"] = ["hang"]
    recorded = []
    record = delivering._record

    def counted(outcomes: Any, *rest: Any) -> Any:
        recorded.append(len(outcomes))
        return record(outcomes, *rest)

    monkeypatch.setattr(delivering, "_record", counted)
    services.deliver(now=BEFORE)
    assert recorded == [1, 1]
    assert rows(Delivery, "state") == ["unknown", "sent"]


def test_an_outcome_that_comes_after_we_were_given_up_for_lost_changes_nothing(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, rows: Any, monkeypatch: Any
) -> None:
    from notifications.services import delivering

    phone(adam)
    make_due(adam)
    services.plan(now=NOW)
    services.claim(now=BEFORE)
    record = delivering._record

    def late(outcomes: Any, now: datetime, done: Any) -> Any:
        Delivery.objects.update(state="unknown", sending_since=None, ended_at=now)
        return record(outcomes, now, done)

    monkeypatch.setattr(delivering, "_record", late)
    services.deliver(now=BEFORE)
    assert rows(Delivery, "state", "provider_reference") == [("unknown", "")]
