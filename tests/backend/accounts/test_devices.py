"""The devices that are signed in."""

from __future__ import annotations

import pytest

from tests.desks import at_desk
from tests.tracking.api.contract import issues


@pytest.fixture
def tablet(his_phone, new_phone):
    other = new_phone()
    other.ask(
        "POST", "/auth/login", {"email": "adam@example.org", "password": "correct horse battery"}, HTTP_USER_AGENT="Tablet 1"
    )
    return other


def devices(phone):
    return phone.ask("GET", "/auth/sessions").json()["data"]


def test_he_sees_every_device_and_which_is_this_one(his_phone, tablet):
    seen = {row["user_agent"]: row for row in devices(his_phone)}
    assert len(seen) == 2
    assert [row["is_current"] for row in devices(his_phone)].count(True) == 1
    assert not seen["Tablet 1"]["is_current"]
    assert seen["Tablet 1"]["ip"] == "127.0.0.1"


def test_a_device_that_he_signs_out_is_out_at_once(his_phone, tablet):
    (other,) = [row for row in devices(his_phone) if not row["is_current"]]
    answer = his_phone.ask("DELETE", "/auth/sessions", {"sessions": [other["id"]]})
    assert answer.status_code == 200
    assert [row["is_current"] for row in answer.json()["data"]] == [True]
    assert not tablet.is_in()
    assert tablet.send("POST", "/tokens/refresh", {"refresh_token": tablet.refresh}).status_code == 401
    assert his_phone.is_in()


def test_signing_out_this_one_by_the_list_is_leaving(his_phone, tablet):
    (this,) = [row for row in devices(his_phone) if row["is_current"]]
    assert his_phone.ask("DELETE", "/auth/sessions", {"sessions": [this["id"]]}).status_code == 204
    assert not his_phone.is_in()
    assert tablet.is_in()


def test_a_device_of_another_man_is_not_seen_and_not_signed_out(his_phone, new_phone):
    carl = new_phone()
    carl.sign_up("carl@example.org")
    (his,) = devices(his_phone)
    assert his["id"] not in [row["id"] for row in devices(carl)]
    answer = carl.ask("DELETE", "/auth/sessions", {"sessions": [his["id"]]})
    assert (answer.status_code, list(issues(answer))) == (422, ["/sessions"])
    assert his_phone.is_in()


def test_a_device_that_has_left_is_off_the_list(his_phone, tablet):
    tablet.ask("DELETE", "/auth/session")
    assert len(devices(his_phone)) == 1


def test_the_admin_is_no_device_of_the_app(client, dr_bell, phone):
    at_desk(dr_bell, client)
    client.get("/admin/")
    from tests.accounts import access_token

    phone.access = access_token(dr_bell)
    assert [row["is_current"] for row in devices(phone)] == [True]
