"""Passkeys, with an authenticator of software."""

from __future__ import annotations

import pytest

from backend.accounts.shapes import Credential
from backend.accounts.urls import SERVED
from tests.backend.accounts.authenticator import Authenticator
from tests.backend.accounts.conftest import code_to
from tests.tracking.api.contract import issues
from tracking.models import User

ORIGIN = "https://trabecula.example"


@pytest.fixture(autouse=True)
def _public_name(settings):
    settings.PUBLIC_URL = ORIGIN


@pytest.fixture
def his_key(his_phone):
    """A passkey that Adam has added to his account."""
    assert his_phone.prove().status_code == 200
    return added_to(his_phone)


def added_to(phone, origin=ORIGIN):
    options = phone.ask("GET", "/account/authenticators/webauthn?passwordless=1").json()["data"]["creation_options"]
    key = Authenticator(origin)
    answer = phone.ask("POST", "/account/authenticators/webauthn", {"name": "phone", "credential": key.make(options)})
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]["is_passwordless"]
    return key


def challenge(phone, path="/auth/webauthn/login"):
    return phone.ask("GET", path).json()["data"]["request_options"]


def test_he_signs_in_with_a_passkey_alone(his_key, new_phone):
    phone = new_phone()
    answer = phone.ask("POST", "/auth/webauthn/login", {"credential": his_key.show(challenge(phone))})
    assert answer.status_code == 200
    assert answer.json()["data"]["user"]["email"] == "adam@example.org"
    assert phone.is_in()


def test_with_a_password_the_passkey_is_the_second_step(his_key, new_phone):
    phone = new_phone()
    begun = phone.sign_in()
    assert begun.status_code == 202
    assert not phone.access
    options = challenge(phone, "/auth/webauthn/authenticate")
    answer = phone.ask("POST", "/auth/webauthn/authenticate", {"credential": his_key.show(options)})
    assert answer.status_code == 200
    assert phone.is_in()


def test_he_shows_with_a_passkey_that_it_is_him(his_key, new_phone):
    phone = new_phone()
    phone.ask("POST", "/auth/webauthn/login", {"credential": his_key.show(challenge(phone))})
    assert phone.ask("GET", "/account/authenticators/webauthn").json()["type"] == "/problems/reauthenticate"
    options = challenge(phone, "/auth/webauthn/reauthenticate")
    assert phone.ask("POST", "/auth/webauthn/reauthenticate", {"credential": his_key.show(options)}).status_code == 200
    assert phone.ask("GET", "/account/authenticators/webauthn").status_code == 200


def test_a_man_signs_up_with_a_passkey_and_has_no_password(phone, new_phone):
    assert phone.ask("POST", "/auth/webauthn/signup", {"email": "adam@example.org"}).status_code == 202
    assert phone.ask("GET", "/auth/webauthn/signup").status_code == 409
    verified = phone.ask("POST", "/auth/email/verify", {"key": code_to("adam@example.org")})
    assert verified.status_code == 202
    options = phone.ask("GET", "/auth/webauthn/signup").json()["data"]["creation_options"]
    key = Authenticator(ORIGIN)
    made = phone.ask("PUT", "/auth/webauthn/signup", {"credential": key.make(options)})
    assert made.status_code == 200
    assert made.json()["data"]["user"]["has_usable_password"] is False
    other = new_phone()
    assert other.ask("POST", "/auth/webauthn/login", {"credential": key.show(challenge(other))}).status_code == 200
    assert new_phone().sign_in().status_code == 422


def test_what_answered_another_challenge_opens_nothing(his_key, new_phone):
    phone = new_phone()
    answered_before = his_key.show(challenge(phone))
    challenge(phone)
    assert phone.ask("POST", "/auth/webauthn/login", {"credential": answered_before}).status_code == 422
    assert phone.ask("POST", "/auth/webauthn/login", {"credential": his_key.show(challenge(phone))}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "https://trabecula.example.attacker.example",
        "https://attackertrabecula.example",
        "http://trabecula.example",
        "android:apk-key-hash:another",
        "null",
        "",
    ],
)
def test_an_app_that_is_not_ours_gets_nothing_for_a_passkey(his_key, new_phone, origin):
    phone = new_phone()
    his_key.origin = origin
    answer = phone.ask("POST", "/auth/webauthn/login", {"credential": his_key.show(challenge(phone))})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "origin-unknown")
    assert not phone.access


def test_an_android_app_that_was_named_adds_and_shows_passkeys(his_phone, new_phone, settings):
    settings.PASSKEY_APP_ORIGINS = ["android:apk-key-hash:ours"]
    his_phone.prove()
    key = added_to(his_phone, origin="android:apk-key-hash:ours")
    phone = new_phone()
    assert phone.ask("POST", "/auth/webauthn/login", {"credential": key.show(challenge(phone))}).status_code == 200


def test_a_key_that_is_not_his_opens_nothing(his_key, new_phone):
    phone = new_phone()
    options = challenge(phone)
    stranger = Authenticator(ORIGIN)
    stranger._rp, stranger._user, stranger._id = his_key._rp, his_key._user, his_key._id
    assert phone.ask("POST", "/auth/webauthn/login", {"credential": stranger.show(options)}).status_code == 422


@pytest.mark.parametrize("what", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize("as_", [None, 5, "", "!", "AAAA", {"a": 1}, []])
def test_a_credential_that_cannot_be_read_is_refused(his_key, new_phone, what, as_):
    phone = new_phone()
    credential = his_key.show(challenge(phone))
    credential["response"][what] = as_
    answer = phone.ask("POST", "/auth/webauthn/login", {"credential": credential})
    assert answer.status_code == 422
    assert list(issues(answer)) == ["/credential"]


@pytest.mark.parametrize(
    "sent", [{}, {"id": 5}, {"response": 5}, {"response": {}}, {"response": {"userHandle": "MQ"}}, 5, None, "x"]
)
def test_what_is_no_credential_is_refused(phone, sent):
    challenge(phone)
    assert phone.ask("POST", "/auth/webauthn/login", {"credential": sent}).status_code == 422


@pytest.mark.parametrize(
    "sent", [{}, {"id": "x", "rawId": "x", "response": {"attestationObject": "AAAA", "clientDataJSON": "AAAA"}}]
)
def test_what_is_no_new_passkey_is_refused(his_phone, sent):
    his_phone.prove()
    his_phone.ask("GET", "/account/authenticators/webauthn")
    assert his_phone.ask("POST", "/account/authenticators/webauthn", {"credential": sent}).status_code == 422


def test_passkeys_are_listed_renamed_and_taken_away(his_key, his_phone):
    (row,) = [row for row in his_phone.ask("GET", "/account/authenticators").json()["data"] if row["type"] == "webauthn"]
    renamed = his_phone.ask("PUT", "/account/authenticators/webauthn", {"id": row["id"], "name": "old phone"})
    assert renamed.json()["data"]["name"] == "old phone"
    assert his_phone.ask("DELETE", "/account/authenticators/webauthn", {"authenticators": [row["id"]]}).status_code == 200
    assert his_phone.ask("GET", "/account/authenticators").json()["data"] == []


def test_nobody_takes_away_or_renames_anothers_passkey(his_key, his_phone, new_phone):
    (row,) = [row for row in his_phone.ask("GET", "/account/authenticators").json()["data"] if row["type"] == "webauthn"]
    carl = new_phone()
    carl.sign_up("carl@example.org")
    carl.prove()
    assert carl.ask("DELETE", "/account/authenticators/webauthn", {"authenticators": [row["id"]]}).status_code == 422
    assert carl.ask("PUT", "/account/authenticators/webauthn", {"id": row["id"], "name": "mine"}).status_code == 422
    assert row in his_phone.ask("GET", "/account/authenticators").json()["data"]


def test_the_passkey_of_an_account_that_was_switched_off_opens_nothing(his_key, new_phone):
    phone = new_phone()
    User.objects.update(is_active=False)
    answer = phone.ask("POST", "/auth/webauthn/login", {"credential": his_key.show(challenge(phone))})
    assert answer.status_code == 401
    assert not phone.access


def test_every_address_that_takes_a_credential_checks_which_app_asked_for_it():
    """allauth is told not to, because it knows no apps."""
    taking = [
        operation.takes().fields["credential"]
        for served in SERVED.values()
        for operation in served.operations.values()
        if operation.takes and "credential" in operation.takes().fields
    ]
    assert len(taking) == 5
    assert all(isinstance(field, Credential) for field in taking)
