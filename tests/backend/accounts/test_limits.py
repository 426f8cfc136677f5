"""Trying again and again is slowed down, and the answer says for how long."""

from __future__ import annotations

import math
import time

import time_machine
from django.core.cache import caches

from backend.accounts import limits
from tests.accounts import PASSWORD
from tests.backend.accounts.conftest import code_to
from tests.tracking.api.contract import issues
from tracking.models import User


def waits(answer):
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-requests")
    assert answer.headers["Retry-After"] in answer.json()["detail"]
    return int(answer.headers["Retry-After"])


def test_passwords_are_tried_five_times_and_then_again_when_it_says(his_phone, new_phone):
    with time_machine.travel(math.floor(time.time()), tick=False) as clock:
        for _ in range(5):
            assert new_phone().sign_in(password="not his").status_code == 422
            clock.shift(10)
        # The first of five tries was 50 seconds ago, and each counts for five minutes.
        assert waits(new_phone().sign_in()) == 250
        assert new_phone().sign_in("carl@example.org", "not his").status_code == 422, "another account is not slowed down"
        clock.shift(249)
        assert waits(new_phone().sign_in()) == 1
        clock.shift(1)
        assert new_phone().sign_in().status_code == 200
    assert his_phone.is_in()


ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


def test_who_tries_elsewhere_keeps_nobody_from_his_account(his_phone, new_phone):
    stranger = {"email": "adam@example.org", "password": "not his"}
    tries = [new_phone().ask("POST", "/auth/login", stranger, **ELSEWHERE).status_code for _ in range(6)]
    assert tries == [422] * 5 + [429]
    assert new_phone().sign_in().status_code == 200


def test_tries_from_many_places_are_counted_together_and_a_place_that_he_knows_stays_open(his_phone, new_phone, monkeypatch):
    monkeypatch.setattr(limits, "_OURS", limits._OURS | {"wrong_password": "3/h/key"})
    for n in range(3):
        sent = {"email": "Adam@example.org", "password": "not his"}
        assert new_phone().ask("POST", "/auth/login", sent, REMOTE_ADDR=f"203.0.113.{n}").status_code == 422
    right = {"email": "adam@example.org", "password": PASSWORD}
    refused = new_phone().ask("POST", "/auth/login", right, **ELSEWHERE)
    assert 3500 <= waits(refused) <= 3600, "not even with the right password: nobody knows this place"
    assert new_phone().sign_in().status_code == 200, "here he signed up"
    # Where he is a stranger himself, he chooses a new password with a code from his mail, and is known from then on.
    travelling = new_phone()
    assert travelling.ask("POST", "/auth/password/request", {"email": "adam@example.org"}, **ELSEWHERE).status_code == 202
    chosen = {"key": code_to("adam@example.org"), "password": "another long one"}
    assert travelling.ask("POST", "/auth/password/reset", chosen, **ELSEWHERE).status_code == 204
    again = {"email": "adam@example.org", "password": "another long one"}
    assert new_phone().ask("POST", "/auth/login", again, **ELSEWHERE).status_code == 200


def test_who_asks_for_codes_elsewhere_keeps_nobody_from_his(his_phone, new_phone, monkeypatch):
    monkeypatch.setattr(limits, "_OURS", limits._OURS | {"reset": "6/h/key"})
    asked = {"email": "adam@example.org"}
    for n in range(6):
        assert new_phone().ask("POST", "/auth/password/request", asked, REMOTE_ADDR=f"203.0.113.{n}").status_code == 202
    assert 3500 <= waits(new_phone().ask("POST", "/auth/password/request", asked, **ELSEWHERE)) <= 3600
    assert new_phone().ask("POST", "/auth/password/request", asked).status_code == 202
    unknown = {"email": "nobody@example.org"}
    answers = [new_phone().ask("POST", "/auth/password/request", unknown, REMOTE_ADDR=f"203.0.113.{n}") for n in range(7)]
    assert [answer.status_code for answer in answers] == [202] * 6 + [429], "as of an address that has an account"


def test_an_unknown_address_is_slowed_down_like_a_known_one(his_phone, new_phone):
    for email in ("adam@example.org", "nobody@example.org"):
        caches["default"].key_prefix += "."
        tries = [new_phone().sign_in(email, "not his").status_code for _ in range(6)]
        assert tries == [422] * 5 + [429]


def test_sign_ups_from_one_place_are_counted(db, new_phone):
    answers = [
        new_phone().ask("POST", "/auth/signup", {"email": f"man{n}@example.org", "password": PASSWORD}) for n in range(21)
    ]
    assert [answer.status_code for answer in answers] == [202] * 20 + [429]
    assert 1 <= waits(answers[-1]) <= 60
    assert User.objects.count() == 20


def test_codes_for_a_new_password_are_counted_by_address_and_place(his_phone, new_phone):
    answers = [new_phone().ask("POST", "/auth/password/request", {"email": "adam@example.org"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert 1 <= waits(answers[-1]) <= 60


def test_another_code_is_not_sent_within_ten_seconds(phone):
    phone.ask("POST", "/auth/signup", {"email": "adam@example.org", "password": PASSWORD})
    assert 1 <= waits(phone.ask("POST", "/auth/email/verify/resend")) <= 10


def test_proofs_are_counted_by_account(his_phone):
    answers = [his_phone.prove("not his") for _ in range(11)]
    assert answers[0].status_code == 422
    assert list(issues(answers[0])) == ["/password"]
    assert 1 <= waits(answers[-1]) <= 300


def test_without_the_counter_nobody_signs_in_and_who_is_in_goes_on(his_phone, new_phone, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    answer = new_phone().sign_in()
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert answer.headers["Retry-After"] == "30"
    assert his_phone.is_in()
    assert his_phone.ask("POST", "/tokens/refresh", {"refresh_token": his_phone.refresh}).status_code == 200


def test_an_address_that_a_client_claims_in_a_header_is_not_believed(db, new_phone, settings):
    """Without a proxy in front, X-Forwarded-For is what anybody writes into it."""
    sent = {"password": "not his"}
    tries = [
        new_phone().ask("POST", "/auth/login", sent | {"email": f"man{n}@example.org"}, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")
        for n in range(11)
    ]
    assert [answer.status_code for answer in tries] == [422] * 10 + [429]


def test_behind_a_proxy_it_is_the_address_that_the_proxy_saw(db, new_phone, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    tries = [
        new_phone().ask(
            "POST",
            "/auth/login",
            {"password": "not his", "email": f"man{n}@example.org"},
            HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.{n % 2}",
        )
        for n in range(20)
    ]
    assert [answer.status_code for answer in tries] == [422] * 20
    assert (
        new_phone()
        .ask("POST", "/auth/login", {"password": "x", "email": "e@example.org"}, HTTP_X_FORWARDED_FOR="9.9.9.9, 203.0.113.1")
        .status_code
        == 429
    )
