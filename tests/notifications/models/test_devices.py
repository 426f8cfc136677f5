"""What a device and an escalation can never be, whoever writes them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError
from django.db.utils import DatabaseError

from notifications.models import Delivery, Device, Escalation
from tests.conftest import NOW
from tracking.services.access import Actor, acting_as


def store(*rows: Any) -> None:
    with acting_as(Actor.system("test")):
        for row in rows:
            row.save()


def a_device(man: Any, **changed: Any) -> Device:
    stated = {"patient_id": man.pk, "kind": "token", "value": "t", "platform": "ios", "registered_at": NOW}
    return Device(**stated | changed)


def an_escalation(man: Any, **changed: Any) -> Escalation:
    stated = {"patient_id": man.pk, "about": "overdue", "subject_id": 1, "occasion": "x", "level": "lead", "at": NOW}
    return Escalation(**stated | changed)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"kind": "letter"}, "device_kind_known"),
        ({"platform": "abacus"}, "device_platform_known"),
        ({"value": ""}, "device_has_a_token_until_removed"),
        ({"removed_at": NOW, "removed_why": "he said so"}, "device_has_a_token_until_removed"),
        ({"removed_why": "he said so"}, "device_has_a_token_until_removed"),
    ],
)
def test_a_device_that_cannot_be(adam: Any, changed: dict[str, Any], refusal: str) -> None:
    with pytest.raises(IntegrityError, match=refusal):
        store(a_device(adam, **changed))


def test_a_man_has_a_device_once(adam: Any) -> None:
    with pytest.raises(IntegrityError, match="device_once_per_man"):
        store(a_device(adam), a_device(adam))


def test_two_men_may_have_registered_the_same_phone(adam: Any, carl: Any, rows: Any) -> None:
    store(a_device(adam), a_device(carl))
    assert len(rows(Device)) == 2


def test_a_removed_device_stays_removed(adam: Any) -> None:
    device = a_device(adam, value="", removed_at=NOW, removed_why="he said so")
    store(device)
    device.value, device.removed_at, device.removed_why = "t", None, ""
    with pytest.raises(DatabaseError, match="Cannot update"):
        store(device)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [({"about": "weather"}, "escalation_about_known"), ({"level": "minister"}, "escalation_level_known")],
)
def test_an_escalation_that_cannot_be(adam: Any, changed: dict[str, Any], refusal: str) -> None:
    with pytest.raises(IntegrityError, match=refusal):
        store(an_escalation(adam, **changed))


def test_a_silence_is_told_once_at_each_level(adam: Any) -> None:
    store(an_escalation(adam), an_escalation(adam, level="clinic"), an_escalation(adam, occasion="y"))
    with pytest.raises(IntegrityError, match="escalation_once"):
        store(an_escalation(adam))


def test_what_was_told_stays_as_it_was_told(adam: Any) -> None:
    told = an_escalation(adam)
    store(told)
    told.level = "clinic"
    with pytest.raises(DatabaseError):
        store(told)


def test_a_delivery_is_about_one_thing(adam: Any) -> None:
    with pytest.raises(IntegrityError, match="delivery_is_about_one_thing"):
        store(Delivery(patient_id=adam.pk, channel="email", next_attempt_at=NOW))


def test_a_person_is_told_once_of_an_escalation(adam: Any) -> None:
    told = an_escalation(adam)
    store(told)
    to_bell = {"patient_id": adam.pk, "escalation": told, "recipient_id": 7, "channel": "email", "next_attempt_at": NOW}
    with pytest.raises(IntegrityError, match="delivery_once_a_person"):
        store(Delivery(**to_bell), Delivery(**to_bell))
