"""Due items become reminders: each once, moved when the window moves, silenced when it closes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from notifications import services
from notifications.models import Preference, Reminder
from tests.notifications.conftest import DUE, OPENS
from tracking.models import DueItem, Patient, User
from tracking.services.access import Actor, acting_as

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
KEY = ("stage", "channel", "round")
ALL = [(stage, channel, 1) for stage in ("before", "on", "overdue") for channel in ("email", "inbox")]


def plan(now: datetime = NOW) -> None:
    services.plan(now=now)


def planned(rows: Any, **filters: Any) -> list[Any]:
    return sorted(rows(Reminder, *KEY, state="planned", **filters))


def claim(now: datetime) -> None:
    services.claim(now=now)


def test_an_item_becomes_three_stages_by_two_ways_in_his_zone(adam: Any, make_due: Any, rows: Any) -> None:
    item = make_due(adam)
    plan()
    assert planned(rows) == ALL
    assert rows(Reminder, "send_at", "expires_at", channel="inbox") == [
        (datetime(2026, 11, 3, 8, tzinfo=UTC), datetime(2026, 11, 17, 8, tzinfo=UTC)),
        (datetime(2026, 11, 17, 8, tzinfo=UTC), datetime(2026, 12, 1, 8, tzinfo=UTC)),
        (datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 15, 8, tzinfo=UTC)),
    ]
    assert rows(DueItem, "version", "announced_version", pk=item.pk) == [(1, 1)]
    assert set(rows(Reminder, "patient_id", "due_item_id", "kind", "due_on")) == {(adam.pk, item.pk, "lab_e2_t", DUE)}


def test_planning_again_changes_nothing(adam: Any, make_due: Any, rows: Any, change_due: Any) -> None:
    item = make_due(adam)
    plan()
    before = rows(Reminder, "id", *KEY, "send_at", "state")
    plan()
    change_due(item, priority=2)
    plan(NOW + timedelta(minutes=1))
    assert rows(Reminder, "id", *KEY, "send_at", "state") == before


def test_his_own_hour_counts(adam: Any, make_due: Any, rows: Any) -> None:
    with acting_as(Actor.system("test")):
        Preference.objects.create(patient_id=adam.pk, preferred_hour=18)
    make_due(adam)
    plan()
    assert rows(Reminder, "send_at", channel="inbox", stage="before") == [datetime(2026, 11, 3, 17, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("zone", "send_at"),
    [
        ("Pacific/Kiritimati", datetime(2026, 11, 2, 19, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 11, 3, 3, 15, tzinfo=UTC)),
        ("America/Phoenix", datetime(2026, 11, 3, 16, tzinfo=UTC)),
    ],
)
def test_his_date_is_not_the_servers(make_man: Any, make_due: Any, rows: Any, zone: str, send_at: datetime) -> None:
    make_due(make_man(zone=zone))
    plan()
    assert rows(Reminder, "send_at", channel="inbox", stage="before") == [send_at]


def test_without_an_address_there_is_no_mail(adam: Any, make_due: Any, rows: Any) -> None:
    User.objects.filter(pk=adam.user_id).update(is_active=False)
    make_due(adam)
    plan()
    assert {channel for _, channel, _ in planned(rows)} == {"inbox"}


def test_a_window_that_moves_moves_what_is_planned(adam: Any, make_due: Any, rows: Any, shift_due: Any) -> None:
    item = make_due(adam)
    plan()
    shift_due(item, 60)
    plan()
    assert planned(rows) == ALL
    assert rows(Reminder, "due_on", "send_at", channel="inbox", stage="before") == [
        (date(2027, 1, 16), datetime(2027, 1, 2, 8, tzinfo=UTC))
    ]


def test_a_closed_item_silences_what_is_planned_and_an_opened_one_brings_it_back(
    adam: Any, make_due: Any, rows: Any, change_due: Any
) -> None:
    item = make_due(adam)
    plan()
    change_due(item, state="answered")
    plan()
    assert set(rows(Reminder, "state")) == {"silenced"}
    change_due(item, state="open")
    plan()
    assert planned(rows) == ALL


def test_an_item_opened_again_does_not_repeat_what_was_said(adam: Any, make_due: Any, rows: Any, change_due: Any) -> None:
    item = make_due(adam)
    plan()
    claim(datetime(2026, 11, 3, 8, tzinfo=UTC))
    for state in ("answered", "open"):
        change_due(item, state=state)
        plan(datetime(2026, 11, 4, 8, tzinfo=UTC))
    assert planned(rows) == ALL[2:]
    assert rows(Reminder, "state", stage="before") == ["claimed", "claimed"]


@pytest.mark.parametrize(("days", "rounds"), [(7, {1}), (8, {1, 2}), (-7, {1}), (-8, {1, 2})])
def test_a_due_date_that_moves_far_after_he_was_told_is_told_anew(
    adam: Any, make_due: Any, rows: Any, shift_due: Any, *, days: int, rounds: set[int]
) -> None:
    item = make_due(adam)
    plan()
    claim(datetime(2026, 11, 3, 8, tzinfo=UTC))
    shift_due(item, days)
    plan(datetime(2026, 11, 3, 9, tzinfo=UTC))
    assert set(rows(Reminder, "round")) == rounds
    stages = {stage for stage, _, _ in planned(rows)}
    assert stages == ({"on", "overdue"} if rounds == {1} else {"before", "on", "overdue"})
    assert {round_ for _, _, round_ in planned(rows)} == {max(rounds)}


def test_small_moves_add_up_against_what_he_was_told(adam: Any, make_due: Any, rows: Any, shift_due: Any) -> None:
    item = make_due(adam)
    plan()
    claim(datetime(2026, 11, 3, 8, tzinfo=UTC))
    for days in (5, 10):
        shift_due(item, days)
        plan(datetime(2026, 11, 3, 9, tzinfo=UTC))
    assert max(rows(Reminder, "round")) == 2


def test_an_item_known_long_after_it_was_due_is_mentioned_once_and_stays_so(
    adam: Any, make_due: Any, rows: Any, change_due: Any
) -> None:
    item = make_due(adam, shifted=-400)
    plan()
    assert planned(rows) == [("overdue", "email", 1), ("overdue", "inbox", 1)]
    change_due(item, priority=1)
    plan(NOW + timedelta(days=3))
    assert rows(Reminder, "send_at") == [NOW, NOW]


def test_one_mans_trouble_does_not_stop_the_others(make_man: Any, make_due: Any, rows: Any, caplog: Any) -> None:
    adam, carl = make_man(), make_man("Carl Stranger")
    with acting_as(Actor.system("test")):
        Patient.objects.filter(pk=adam.pk).update(zone="Mars/Olympus")
    make_due(adam)
    make_due(carl)
    done = services.plan(now=NOW)
    assert (done.men, done.failed) == (1, 1)
    assert set(rows(Reminder, "patient_id")) == {carl.pk}
    assert "could not be planned" in caplog.text
    with acting_as(Actor.system("test")):
        Patient.objects.filter(pk=adam.pk).update(zone="Europe/Berlin")
    plan()
    assert set(rows(Reminder, "patient_id")) == {adam.pk, carl.pk}


def test_more_men_than_a_page(make_man: Any, make_due: Any, rows: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("notifications.services.planning.BATCH", 2)
    for name in ("A Man", "B Man", "C Man", "D Man", "E Man"):
        make_due(make_man(name))
    assert services.plan(now=NOW, limit=2).men == 2
    assert services.plan(now=NOW).men == 3
    assert len(planned(rows)) == 30


def test_a_statistical_man_has_no_reminders(db: None, make_due: Any, rows: Any) -> None:
    with acting_as(Actor.system("test")):
        surveyed = Patient.objects.create(zone="UTC", is_statistical=True, statistical_key="1")
    make_due(surveyed)
    plan()
    assert rows(Reminder) == []


def set_preference(adam: Any, *, now: datetime = NOW, **changed: Any) -> Preference:
    stated = {"preferred_hour": 9, "quiet_from": time(21), "quiet_until": time(8), "by_email": True} | changed
    return services.set_preference(patient_id=adam.pk, by=Actor.user(adam.user_id), now=now, **stated)


def test_a_new_preference_moves_what_is_planned_without_doubles(adam: Any, make_due: Any, rows: Any) -> None:
    make_due(adam)
    plan()
    set_preference(adam, preferred_hour=18)
    assert planned(rows) == ALL
    assert rows(Reminder, "send_at", channel="inbox", stage="before") == [datetime(2026, 11, 3, 17, tzinfo=UTC)]


def test_mail_switched_off_and_on_again(adam: Any, make_due: Any, rows: Any) -> None:
    make_due(adam)
    plan()
    set_preference(adam, by_email=False)
    assert {channel for _, channel, _ in planned(rows)} == {"inbox"}
    set_preference(adam, by_email=True)
    assert planned(rows) == ALL


def test_what_the_inbox_said_is_not_mailed_later_because_mail_was_switched_on(adam: Any, make_due: Any, rows: Any) -> None:
    set_preference(adam, by_email=False)
    make_due(adam)
    plan()
    claim(datetime(2026, 11, 3, 8, tzinfo=UTC))
    set_preference(adam, by_email=True, now=datetime(2026, 11, 4, 8, tzinfo=UTC))
    assert planned(rows) == ALL[2:]


def test_a_new_zone_moves_what_is_planned_without_doubles(adam: Any, make_due: Any, rows: Any, change_due: Any) -> None:
    item = make_due(adam)
    plan()
    claim(datetime(2026, 11, 3, 8, tzinfo=UTC))
    with acting_as(Actor.system("test")):
        Patient.objects.filter(pk=adam.pk).update(zone="Pacific/Kiritimati")
    change_due(item, zone="Pacific/Kiritimati")
    plan(datetime(2026, 11, 3, 9, tzinfo=UTC))
    claim(datetime(2026, 11, 3, 19, tzinfo=UTC))
    assert planned(rows) == ALL[2:]
    assert rows(Reminder, "send_at", channel="inbox", stage="on") == [datetime(2026, 11, 16, 19, tzinfo=UTC)]


@pytest.mark.parametrize("fields", [{"kind": "ai_review", "audience": "clinic"}, {"kind": "vitamin_d"}])
def test_the_clinics_work_and_blood_that_is_drawn_along_make_no_reminder(
    adam: Any, make_due: Any, rows: Any, fields: dict[str, str]
) -> None:
    item = make_due(adam, **fields)
    plan()
    assert planned(rows) == []
    assert rows(DueItem, "version", "announced_version", pk=item.pk) == [(1, 1)]


def test_what_becomes_the_clinics_is_no_longer_told_to_the_man(adam: Any, make_due: Any, rows: Any, change_due: Any) -> None:
    item = make_due(adam)
    plan()
    change_due(item, audience="clinic")
    plan()
    assert planned(rows) == []


def test_labs_scans_and_therapy_are_planned_each_by_its_stages(adam: Any, make_due: Any, rows: Any) -> None:
    """Doses and refills are planned in test_expecting; a review of treatment is the clinic's, and climbs in test_escalating."""
    window = {"opens_on": OPENS, "due_on": DUE, "overdue_on": DUE + timedelta(days=90)}
    expected = {
        "lab_e2_t": ["before", "on", "overdue"],
        "dexa": ["before", "on", "after", "overdue"],
        "denosumab": ["before", "on", "overdue"],
        "zoledronate": ["before", "on", "after", "overdue"],
    }
    for kind in expected:
        make_due(adam, kind=kind, anchor=f"{kind}:1", **window)
    services.plan(now=NOW)
    planned = {kind: rows(Reminder, "stage", channel="inbox", kind=kind) for kind in expected}
    assert planned == expected
