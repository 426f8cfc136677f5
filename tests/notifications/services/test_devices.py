"""Phones come, rotate their tokens, change hands and go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from notifications import services
from notifications.models import Device, Reminder
from tests.conftest import NOW
from tests.notifications.fcm import Fcm
from tracking.services.access import Actor, acting_as
from tracking.services.owned import Problem


def standing(rows: Any, **filters: Any) -> list[str]:
    return rows(Device, "value", removed_at=None, **filters)


def test_a_phone_is_taken_in_once_however_often_it_says_so(adam: Any, phone: Any, rows: Any) -> None:
    phone(adam)
    phone(adam, now=NOW + timedelta(days=1))
    assert rows(Device, "kind", "value", "platform", "registered_at") == [
        ("token", "adams-token", "android", NOW + timedelta(days=1))
    ]


def test_a_rotated_token_takes_the_place_of_the_old_one_which_is_not_kept(adam: Any, phone: Any, rows: Any) -> None:
    phone(adam)
    phone(adam, "new-token", replaces="adams-token")
    assert rows(Device, "value", "removed_why") == [("", "replaced by a new token"), ("new-token", "")]


def test_a_token_and_an_installation_id_of_the_same_text_are_two_things(adam: Any, phone: Any, rows: Any) -> None:
    phone(adam, "x")
    phone(adam, "x", kind="fid")
    assert rows(Device, "kind") == ["token", "fid"]


def test_only_ten_are_kept_and_the_longest_silent_goes(adam: Any, phone: Any, rows: Any) -> None:
    for number in range(11):
        phone(adam, f"t{number}", now=NOW + timedelta(minutes=number))
    assert standing(rows) == [f"t{number}" for number in range(1, 11)]


def test_he_takes_a_phone_out_and_may_bring_it_back(adam: Any, phone: Any, rows: Any) -> None:
    device = phone(adam)
    by = {"patient_id": adam.pk, "uid": device.uid, "by": Actor.user(adam.user_id), "now": NOW}
    services.remove(**by)
    services.remove(**by)
    assert rows(Device, "value", "removed_why") == [("", "removed by him")]
    phone(adam)
    assert standing(rows) == ["adams-token"]


def test_a_stranger_cannot_take_it_out(adam: Any, carl: Any, phone: Any) -> None:
    device = phone(adam)
    with pytest.raises(Problem, match="no such device"):
        services.remove(patient_id=carl.pk, uid=device.uid, by=Actor.user(carl.user_id), now=NOW)


@pytest.mark.parametrize(
    ("stated", "pointer", "code"),
    [
        ({"kind": "letter"}, "/kind", "kind-unknown"),
        ({"platform": "abacus"}, "/platform", "platform-unknown"),
        ({"value": ""}, "/value", "token-unreadable"),
        ({"value": "a b"}, "/value", "token-unreadable"),
        ({"value": "tökén"}, "/value", "token-unreadable"),
        ({"value": "x" * 513}, "/value", "token-unreadable"),
    ],
)
def test_what_is_no_device_is_refused(adam: Any, phone: Any, rows: Any, stated: Any, pointer: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        phone(adam, **stated)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [(pointer, code)]
    assert rows(Device) == []


def test_a_new_phone_moves_what_is_planned_to_push_and_its_going_moves_it_back(
    adam: Any, make_due: Any, phone: Any, fcm: Fcm, rows: Any
) -> None:
    make_due(adam)
    services.plan(now=NOW)
    device = phone(adam)
    assert set(rows(Reminder, "channel", state="planned")) == {"inbox", "push"}
    services.remove(patient_id=adam.pk, uid=device.uid, by=Actor.user(adam.user_id), now=NOW)
    assert set(rows(Reminder, "channel", state="planned")) == {"inbox", "email"}


def test_the_list_shows_his_own_that_stand(adam: Any, carl: Any, phone: Any) -> None:
    phone(adam, "old")
    phone(adam, "new", replaces="old", now=NOW + timedelta(days=1))
    phone(carl, "carls")
    with acting_as(Actor.user(adam.user_id)):
        assert [device.value for device in services.devices_of(adam.pk)] == ["new"]
