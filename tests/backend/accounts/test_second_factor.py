"""One-time codes and recovery codes."""

from __future__ import annotations

import time

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.tracking.api.contract import issues


def code_for(seed: str) -> str:
    """What the man's app shows now (RFC 6238, 30 seconds)."""
    return format_hotp_value(hotp_value(seed, int(time.time()) // 30))


@pytest.fixture
def clock():
    """A clock that a test turns on: each code holds once, and for 30 seconds."""
    with time_machine.travel(time.time(), tick=False) as turned:
        yield turned


@pytest.fixture
def seed(his_phone, clock):
    """The seed of the app that Adam has set up."""
    his_phone.prove()
    found = his_phone.ask("GET", "/account/authenticators/totp").json()["meta"]["secret"]
    assert his_phone.ask("POST", "/account/authenticators/totp", {"code": code_for(found)}).status_code == 200
    clock.shift(30)
    return found


def test_setting_it_up_asks_for_a_proof_gives_a_seed_and_wants_its_first_code(his_phone, clock):
    refused = his_phone.ask("GET", "/account/authenticators/totp")
    assert refused.status_code == 404
    first = code_for(refused.json()["meta"]["secret"])
    proof = his_phone.ask("POST", "/account/authenticators/totp", {"code": first})
    assert (proof.status_code, proof.json()["type"]) == (401, "/problems/reauthenticate")
    assert {"id": "reauthenticate"} in proof.json()["data"]["flows"]
    assert his_phone.prove("not his password").status_code == 422
    assert his_phone.prove().status_code == 200
    begun = his_phone.ask("GET", "/account/authenticators/totp")
    assert begun.json()["meta"]["totp_url"].startswith("otpauth://totp/")
    assert "issuer=Trabecula" in begun.json()["meta"]["totp_url"]
    wrong = his_phone.ask("POST", "/account/authenticators/totp", {"code": "000000"})
    assert list(issues(wrong)) == ["/code"]
    set_up = his_phone.ask("POST", "/account/authenticators/totp", {"code": code_for(begun.json()["meta"]["secret"])})
    assert (set_up.status_code, set_up.json()["data"]["type"]) == (200, "totp")


def test_signing_in_then_takes_a_code_and_each_code_holds_once(seed, new_phone, clock):
    phone = new_phone()
    begun = phone.sign_in()
    assert begun.status_code == 202
    pending = next(flow for flow in begun.json()["data"]["flows"] if flow.get("is_pending"))
    assert pending["id"] == "mfa_authenticate"
    assert set(pending["types"]) == {"totp", "recovery_codes"}
    assert not phone.is_in()
    code = code_for(seed)
    assert phone.ask("POST", "/auth/2fa/authenticate", {"code": "000000"}).status_code == 422
    assert phone.ask("POST", "/auth/2fa/authenticate", {"code": code}).status_code == 200
    assert phone.is_in()
    other = new_phone()
    other.sign_in()
    assert other.ask("POST", "/auth/2fa/authenticate", {"code": code}).status_code == 422
    assert not other.is_in()


def test_a_recovery_code_opens_once(seed, his_phone, new_phone):
    codes = his_phone.ask("GET", "/account/authenticators/recovery-codes").json()["data"]["unused_codes"]
    assert len(codes) == 10
    answers = []
    for _ in range(2):
        phone = new_phone()
        phone.sign_in()
        answers.append(phone.ask("POST", "/auth/2fa/authenticate", {"code": codes[0]}).status_code)
    assert answers == [200, 422]
    assert his_phone.ask("GET", "/account/authenticators/recovery-codes").json()["data"]["unused_code_count"] == 9


def test_new_recovery_codes_end_the_old_ones(seed, his_phone, new_phone):
    old = his_phone.ask("GET", "/account/authenticators/recovery-codes").json()["data"]["unused_codes"]
    new = his_phone.ask("POST", "/account/authenticators/recovery-codes").json()["data"]["unused_codes"]
    assert not set(old) & set(new)
    phone = new_phone()
    phone.sign_in()
    assert phone.ask("POST", "/auth/2fa/authenticate", {"code": old[0]}).status_code == 422
    assert phone.ask("POST", "/auth/2fa/authenticate", {"code": new[0]}).status_code == 200


def test_guessing_codes_is_ended(seed, new_phone):
    phone = new_phone()
    phone.sign_in()
    tries = [phone.ask("POST", "/auth/2fa/authenticate", {"code": f"{number:06}"}) for number in range(6)]
    assert [answer.status_code for answer in tries] == [422] * 5 + [429]
    assert 1 <= int(tries[-1].headers["Retry-After"]) <= 300


def test_a_code_shows_that_it_is_him_and_taking_the_app_away_needs_that(seed, his_phone, new_phone, clock):
    phone = new_phone()
    phone.sign_in()
    phone.ask("POST", "/auth/2fa/authenticate", {"code": code_for(seed)})
    assert phone.ask("DELETE", "/account/authenticators/totp").json()["type"] == "/problems/reauthenticate"
    clock.shift(30)
    assert phone.ask("POST", "/auth/2fa/reauthenticate", {"code": code_for(seed)}).status_code == 200
    assert phone.ask("DELETE", "/account/authenticators/totp").status_code == 200
    assert new_phone().sign_in().status_code == 200


def test_he_is_told_by_mail_of_each_change(seed, django_capture_on_commit_callbacks, his_phone, mailoutbox):
    mailoutbox.clear()
    his_phone.ask("DELETE", "/account/authenticators/totp")
    assert [sent.subject for sent in mailoutbox] == ["Trabecula: one-time codes"]


def test_a_second_step_without_a_first_is_refused(phone):
    answer = phone.ask("POST", "/auth/2fa/authenticate", {"code": "000000"})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")
