"""Seeds and sessions are sealed in the database, and a key can be changed."""

from __future__ import annotations

import json
import time

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

from backend.accounts.sealing import InvalidToken, fault_of_keys, seal, unseal
from tests.backend.accounts.conftest import code_to
from tests.backend.accounts.test_second_factor import code_for


@pytest.fixture(autouse=True)
def _no_step_in_between():
    """A code made in one step of 30 seconds is shown in the same."""
    with time_machine.travel(time.time(), tick=False):
        yield


def stored(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [str(value) for (value,) in cursor.fetchall()]


def resealed(capsys):
    call_command("reseal")
    return json.loads(capsys.readouterr().out)


def enrolled(phone):
    """The seed of a man's app that makes codes, and his recovery codes."""
    phone.prove()
    seed = phone.ask("GET", "/account/authenticators/totp").json()["meta"]["secret"]
    pending = stored("SELECT session_data FROM django_session")
    assert not any(seed in row for row in pending), "a seed that is being set up stands in the session, sealed"
    phone.ask("POST", "/account/authenticators/totp", {"code": code_for(seed)})
    return seed, phone.ask("GET", "/account/authenticators/recovery-codes").json()["data"]["unused_codes"]


def test_neither_seeds_nor_codes_stand_in_the_database_in_clear(phone):
    phone.ask("POST", "/auth/signup", {"email": "adam@example.org", "password": "correct horse battery"})
    code = code_to("adam@example.org")
    assert code not in str(stored("SELECT session_data FROM django_session"))
    phone.ask("POST", "/auth/email/verify", {"key": code})
    seed, codes = enrolled(phone)
    rows = stored("SELECT data FROM mfa_authenticator")
    assert len(rows) == 2
    for secret in (seed, *codes):
        assert not any(secret in row for row in rows)
    sealed = [json.loads(row.replace("'", '"')) for row in rows]
    assert seed in [unseal(row["secret"]) for row in sealed if "secret" in row]


def test_a_key_is_changed_by_putting_the_new_one_in_front_resealing_and_taking_the_old_one_out(
    his_phone, new_phone, settings, capsys
):
    old, new = settings.SEALING_KEYS[0], Fernet.generate_key().decode()
    with time_machine.travel(time.time(), tick=False) as clock:
        seed, codes = enrolled(his_phone)
        settings.SEALING_KEYS = [new, old]
        assert his_phone.is_in()
        assert resealed(capsys) == {"authenticators": 2, "sessions": 1, "unreadable": 0}
        settings.SEALING_KEYS = [new]
        assert his_phone.is_in()
        clock.shift(30)
        phone = new_phone()
        phone.sign_in()
        assert phone.ask("POST", "/auth/2fa/authenticate", {"code": code_for(seed)}).status_code == 200
        shown = his_phone.ask("GET", "/account/authenticators/recovery-codes").json()["data"]
        assert shown["unused_codes"] == codes
        assert resealed(capsys) == {"authenticators": 2, "sessions": 2, "unreadable": 0}


def test_what_no_key_opens_is_counted_left_alone_and_no_session(his_phone, settings, capsys):
    enrolled(his_phone)
    before = stored("SELECT data FROM mfa_authenticator ORDER BY id")
    kept = settings.SEALING_KEYS
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    assert resealed(capsys) == {"authenticators": 0, "sessions": 0, "unreadable": 3}
    assert stored("SELECT data FROM mfa_authenticator ORDER BY id") == before
    assert not his_phone.is_in()
    settings.SEALING_KEYS = kept
    assert his_phone.is_in()


def test_what_was_sealed_is_never_twice_the_same_and_not_to_be_changed():
    assert seal("seed") != seal("seed")
    assert unseal(seal("seed")) == "seed"
    sealed = seal("seed")
    with pytest.raises(InvalidToken):
        unseal(sealed[:-6] + "AAAA==")


@pytest.mark.parametrize("keys", [[], ["x"], [Fernet.generate_key().decode(), "x" * 44], ["é" * 44]])
def test_a_key_that_is_none_is_named_by_its_place(keys):
    assert fault_of_keys(keys).endswith(".")
    assert fault_of_keys([Fernet.generate_key().decode()]) == ""
