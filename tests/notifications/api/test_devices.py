from __future__ import annotations

import pytest

from notifications.models import Device
from tests.tracking.api.conftest import by_adam, by_carl, signed_in
from tests.tracking.api.contract import issues

__all__ = ["by_adam", "by_carl", "signed_in"]  # fixtures

PHONE = {"kind": "token", "value": "adams-token", "platform": "android"}


def test_he_registers_his_phone_and_its_token_is_never_shown(by_adam):
    answer = by_adam.send("POST", "/devices", PHONE)
    assert answer.status_code == 200
    assert "adams-token" not in answer.text
    (shown,) = by_adam.send("GET", "/devices").json()["results"]
    assert shown == answer.json() == {
        "uid": shown["uid"], "kind": "token", "platform": "android", "registered_at": "2026-11-02T09:00:00+00:00",
    }  # fmt: skip


def test_a_token_that_was_rotated_takes_the_place_of_the_old_one(by_adam, rows):
    by_adam.send("POST", "/devices", PHONE)
    by_adam.send("POST", "/devices", PHONE | {"value": "new", "replaces": "adams-token"})
    assert rows(Device, "value") == ["", "new"]


def test_he_takes_it_out(by_adam):
    uid = by_adam.send("POST", "/devices", PHONE).json()["uid"]
    assert by_adam.send("DELETE", f"/devices/{uid}").status_code == 204
    assert by_adam.send("DELETE", f"/devices/{uid}").status_code == 204
    assert by_adam.send("GET", "/devices").json()["results"] == []


def test_a_stranger_neither_sees_it_nor_takes_it_out(by_adam, by_carl):
    uid = by_adam.send("POST", "/devices", PHONE).json()["uid"]
    assert by_carl.send("GET", "/devices").json()["results"] == []
    assert by_carl.send("DELETE", f"/devices/{uid}").status_code == 404


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"kind": "letter"}, "/kind"),
        ({"platform": "abacus"}, "/platform"),
        ({"value": ""}, "/value"),
        ({"value": "a b"}, "/value"),
        ({"value": None}, "/value"),
        ({"name": "Adam's phone"}, "/name"),
    ],
)
def test_what_is_no_device_is_refused(by_adam, changed, pointer):
    answer = by_adam.send("POST", "/devices", PHONE | changed)
    assert answer.status_code in {400, 422}
    assert pointer in issues(answer)
