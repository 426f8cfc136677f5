"""Signing up: a code by e-mail, and nothing told about who has an account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from backend.accounts.adapters import AccountAdapter
from notifications.channels.base import Refused
from tests.accounts import PASSWORD
from tests.backend.accounts.conftest import code_to
from tests.tracking.api.contract import issues
from tracking.models import User

ADAM = {"email": "Adam@Example.org", "password": PASSWORD}


def test_a_man_signs_up_with_the_code_from_his_mail_and_opens_his_record(phone, mailoutbox):
    begun = phone.ask("POST", "/auth/signup", ADAM)
    assert begun.status_code == 202
    assert {"id": "verify_email", "is_pending": True} in begun.json()["data"]["flows"]
    assert not phone.access
    (sent,) = mailoutbox
    assert (sent.to, sent.subject) == (["adam@example.org"], "Trabecula: your code")
    signed_in = phone.ask("POST", "/auth/email/verify", {"key": code_to("adam@example.org")})
    assert signed_in.status_code == 200
    assert signed_in.json()["data"]["user"]["email"] == "adam@example.org"
    assert signed_in.json()["data"]["user"]["id"] == str(User.objects.get().uid)
    assert "session_token" not in signed_in.json()["meta"]
    assert phone.ask("GET", "/profile").status_code == 404
    about = {"name": "Adam Invented", "birth_date": "1980-05-04", "zone": "Europe/Berlin"}
    opened = phone.ask("POST", "/profile", about)
    assert opened.status_code == 201
    assert phone.ask("GET", "/profile").json() == opened.json()


def test_a_wrong_code_is_refused_and_the_third_ends_the_attempt(phone):
    phone.ask("POST", "/auth/signup", ADAM)
    for _ in range(3):
        answer = phone.ask("POST", "/auth/email/verify", {"key": "WRONG1"})
        assert answer.status_code == 422
        assert list(issues(answer)) == ["/key"]
    right = phone.ask("POST", "/auth/email/verify", {"key": code_to("adam@example.org")})
    assert right.status_code == 409
    assert not phone.access


def test_another_code_can_be_had_and_the_first_holds_no_longer(phone, settings):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": None}
    phone.ask("POST", "/auth/signup", ADAM)
    first = code_to("adam@example.org")
    assert phone.ask("POST", "/auth/email/verify/resend").status_code == 200
    assert phone.ask("POST", "/auth/email/verify", {"key": first}).status_code == 422
    assert phone.ask("POST", "/auth/email/verify", {"key": code_to("adam@example.org")}).status_code == 200


def test_an_address_that_has_an_account_is_answered_like_one_that_has_none(phone, new_phone, settings, mailoutbox):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": None}
    phone.sign_up("adam@example.org")
    again, carl = new_phone(), new_phone()
    told = again.ask("POST", "/auth/signup", ADAM | {"password": "another password"})
    new = carl.ask("POST", "/auth/signup", ADAM | {"email": "carl@example.org"})
    assert told.status_code == new.status_code == 202
    strip = lambda answer: answer.json() | {"meta": {**answer.json()["meta"], "session_token": ""}}
    assert strip(told) == strip(new)
    # Whoever owns the address is told by mail, and only he.
    assert [sent.subject for sent in mailoutbox if sent.to == ["adam@example.org"]] == [
        "Trabecula: your code",
        "Trabecula: you have an account",
    ]
    assert again.ask("POST", "/auth/email/verify", {"key": "ANYKEY"}).status_code == 422
    assert new_phone().sign_in("adam@example.org", "another password").status_code == 422


def test_a_verified_address_is_needed_to_sign_in(phone, new_phone, settings):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": None}
    phone.ask("POST", "/auth/signup", ADAM)
    other = new_phone()
    assert other.sign_in().status_code == 202
    assert not other.access
    assert other.ask("POST", "/auth/email/verify", {"key": code_to("adam@example.org")}).status_code == 200
    assert other.is_in()


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"email": "eve"}, "/email"),
        ({"email": f"{'e' * 250}@example.org"}, "/email"),
        ({"email": 5}, "/email"),
        ({"password": "short"}, "/password"),
        ({"password": "password1234"}, "/password"),
        ({"password": "x" * 257}, "/password"),
        ({"password": None}, "/password"),
        ({"password": "half a \ud800 character"}, "/password"),
        ({"is_staff": True}, "/is_staff"),
    ],
)
def test_a_sign_up_that_cannot_be_accepted_names_the_field_and_stores_nothing(phone, changed, pointer, mailoutbox):
    answer = phone.ask("POST", "/auth/signup", ADAM | changed)
    assert answer.status_code == 422
    assert list(issues(answer)) == [pointer]
    assert not User.objects.exists()
    assert not mailoutbox


@pytest.mark.parametrize(
    ("refused", "status"), [(Refused("away", is_retryable=True), 503), (Refused("no", is_retryable=False), 422)]
)
def test_a_code_that_cannot_be_sent_leaves_no_account_behind(phone, monkeypatch, refused, status):
    monkeypatch.setattr(AccountAdapter, "_hand_over", lambda *_: refused)
    answer = phone.ask("POST", "/auth/signup", ADAM)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert not User.objects.exists()


@pytest.mark.parametrize("body", [b"not json", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 50])
@pytest.mark.parametrize("path", ["/auth/signup", "/auth/email/verify/resend", "/tokens/refresh"])
def test_a_body_with_no_reading_or_with_two_is_refused(phone, path, body):
    answer = phone.generic("POST", f"/api/v1{path}", data=body, content_type="application/json")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/unreadable")


def test_an_address_that_takes_nothing_names_what_it_was_sent(phone):
    answer = phone.ask("POST", "/auth/email/verify/resend", {"email": "adam@example.org"})
    assert (answer.status_code, list(issues(answer))) == (422, ["/email"])


def test_of_two_sign_ups_at_the_same_moment_with_one_address_one_makes_the_account(committed):
    from django.db import connections

    from tests.backend.accounts.conftest import Phone

    barrier = Barrier(2)

    def sign_up():
        barrier.wait()
        try:
            return Phone().ask("POST", "/auth/signup", ADAM).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = {future.result() for future in [pool.submit(sign_up) for _ in range(2)]}
    # Whoever comes second finds the account made, being made, or a code just sent to that address.
    assert 202 in answers
    assert answers <= {202, 409, 429}
    assert User.objects.count() == 1
