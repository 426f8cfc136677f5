"""Tokens: short, exchanged once, and ended with their session."""

from __future__ import annotations

import base64
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import jwt
import pytest
import time_machine
from allauth.headless.tokens.strategies.jwt import internal
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.accounts.sessions import SessionStore
from tests.accounts import PASSWORD, access_token, make_man
from tracking.models import User


def refreshed(phone, token):
    return phone.send("POST", "/tokens/refresh", {"refresh_token": token})


def test_a_refresh_gives_the_next_pair_and_both_tokens_are_new(his_phone):
    old = his_phone.access, his_phone.refresh
    assert his_phone.ask("POST", "/tokens/refresh", {"refresh_token": his_phone.refresh}).status_code == 200
    assert {his_phone.access, his_phone.refresh}.isdisjoint(old)
    assert his_phone.is_in()


def test_a_refresh_token_used_twice_ends_the_family_for_the_thief_and_for_the_victim(his_phone, new_phone):
    stolen = his_phone.refresh
    thief = new_phone()
    thief.ask("POST", "/tokens/refresh", {"refresh_token": stolen})
    assert thief.is_in()
    other = new_phone()
    other.sign_in()
    answer = his_phone.ask("POST", "/tokens/refresh", {"refresh_token": stolen})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")
    for phone in (thief, his_phone):
        assert not phone.is_in()
        assert refreshed(phone, phone.refresh).status_code == 401
    assert other.is_in(), "another sign-in of his is another family"


def test_of_two_that_refresh_at_the_same_moment_with_one_token_none_keeps_what_the_other_has(committed, now):
    from django.db import connections

    from tests.backend.accounts.conftest import Phone

    user = make_man(now=now).user
    session = SessionStore(internal.session_key_from_sid(internal.decode_token(access_token(user), "access")["sid"]))
    token = internal.create_refresh_token(user, session)
    session.save()
    barrier = Barrier(2)

    def refresh():
        barrier.wait()
        try:
            return refreshed(Phone(), token).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = Counter(future.result() for future in [pool.submit(refresh) for _ in range(2)])
    assert answers == {200: 1, 401: 1}
    assert not Session.objects.exists()


def test_leaving_holds_at_once_for_every_token_of_the_device(his_phone, new_phone):
    other = new_phone()
    other.sign_in()
    assert his_phone.ask("DELETE", "/auth/session").status_code == 204
    assert not his_phone.is_in()
    assert refreshed(his_phone, his_phone.refresh).status_code == 401
    assert other.is_in()


def test_an_access_token_that_has_run_out_is_a_problem_and_the_refresh_token_still_holds(his_phone):
    with time_machine.travel(time.time() + 15 * 60 + 1, tick=False):
        answer = his_phone.ask("GET", "/profile")
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-signed-in")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert his_phone.ask("POST", "/tokens/refresh", {"refresh_token": his_phone.refresh}).status_code == 200
        assert his_phone.is_in()


def test_a_phone_may_be_silent_for_two_months_and_each_refresh_begins_them_anew(his_phone):
    start = time.time()
    for days in (59, 118):
        with time_machine.travel(start + days * 86_400, tick=False):
            assert his_phone.ask("POST", "/tokens/refresh", {"refresh_token": his_phone.refresh}).status_code == 200
    with time_machine.travel(start + 179 * 86_400, tick=False):
        assert refreshed(his_phone, his_phone.refresh).status_code == 401


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def forged(token):
    """Tokens that say the right thing and are not ours."""
    said = claims(token)
    theirs = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    head = part({"alg": "none", "typ": "JWT"})
    head_of, body, signature = token.split(".")
    other_body = part(said | {"sub": "1"})
    return {
        "none": jwt.encode(said, None, algorithm="none"),
        "none, with our signature": f"{head}.{body}.{signature}",
        "another key": jwt.encode(said, "x" * 40, algorithm="HS256"),
        "the key that signs other things": jwt.encode(said, django_settings.SECRET_KEY, algorithm="HS256"),
        "another algorithm": jwt.encode(said, django_settings.HEADLESS_JWT_PRIVATE_KEY * 2, algorithm="HS512"),
        "our key, another algorithm": jwt.encode(
            said, django_settings.HEADLESS_JWT_PRIVATE_KEY.ljust(64, "x"), algorithm="HS512"
        ),
        "another account": f"{head_of}.{other_body}.{signature}",
        "no signature": f"{head_of}.{body}.",
        "none, written otherwise": f"{part({'alg': 'NoNe', 'typ': 'JWT'})}.{body}.{signature}",
        "signed by a key of its own that it names": jwt.encode(
            said, theirs, algorithm="RS256", headers={"jku": "https://x.example"}
        ),
        "signed by a key of its own that it brings": jwt.encode(
            said, "x" * 40, algorithm="HS256", headers={"jwk": {"k": "eA"}}
        ),
        "our secret taken for a public key": f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{body}.{signature}",
        "a foreign kid": jwt.encode(said, "x" * 40, algorithm="HS256", headers={"kid": "../../dev/null"}),
        "a key of nothing, for a kid that leads nowhere": jwt.encode(
            said, chr(0) * 32, algorithm="HS256", headers={"kid": "/dev/null"}
        ),
    }


def part(said):
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def changed(token, **claimed):
    """Signed by our own key, as only we can; what is claimed is not so."""
    return jwt.encode(claims(token) | claimed, django_settings.HEADLESS_JWT_PRIVATE_KEY, algorithm="HS256")


def without(name):
    """The session of this key, with one of its members gone."""

    def take_away(key):
        session = SessionStore(key)
        del session[name]
        session.save()

    return take_away


def switched_off(_key):
    User.objects.update(is_active=False)


def another_password(_key):
    user = User.objects.get()
    user.set_password("another right horse")
    user.save()


def run_out(_key):
    Session.objects.update(expire_date=datetime(2020, 1, 1, tzinfo=UTC))


def backend_gone(key):
    session = SessionStore(key)
    session[BACKEND_SESSION_KEY] = "backend.accounts.gone.Backend"
    session.save()


ENDS = [
    switched_off, another_password, run_out, backend_gone,
    *(without(name) for name in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY)),
]  # fmt: skip


def test_a_token_is_asked_for_by_one_statement_and_ends_wherever_allauth_would_end_it(his_phone):
    """What allauth asks in two statements is asked in one: both say the same of every way in which a sign-in ends."""
    kept = his_phone.access
    key = internal.session_key_from_sid(internal.decode_token(kept, "access")["sid"])
    assert internal.validate_access_token(kept) is not None
    with CaptureQueriesContext(connection) as sent:
        assert his_phone.is_in()
    assert sum("django_session" in query["sql"] or 'FROM "tracking_user"' in query["sql"] for query in sent) == 1
    for end in ENDS:
        with transaction.atomic():
            end(key)
            assert internal.validate_access_token(kept) is None, end
            assert not his_phone.is_in(), end
            transaction.set_rollback(True)
    assert his_phone.is_in()


def test_a_forged_token_opens_nothing(his_phone):
    for how, token in forged(his_phone.access).items():
        assert his_phone.send("GET", "/profile", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401, how


def test_even_our_own_key_makes_no_token_that_holds_where_what_it_claims_is_not_so(his_phone, new_phone):
    other = new_phone()
    other.sign_up("carl@example.org")
    now, token = int(time.time()), his_phone.access
    claimed = {
        "has run out": {"exp": now - 1},
        "begins later": {"nbf": now + 600},
        "was given out in the future": {"iat": now + 600},
        "is a refresh token": {"token_use": "refresh"},
        "is of no kind": {"token_use": "id"},
        "is of nobody": {"sub": "0"},
        "is of somebody else": {"sub": claims(other.access)["sub"]},
        "is of another session": {"sid": claims(other.access)["sid"]},
        "is of no session": {"sid": "x" * 40},
        "is of a session that is a number": {"sid": 1},
    }
    assert his_phone.send("GET", "/profile", HTTP_AUTHORIZATION=f"Bearer {changed(token)}").status_code != 401
    for how, claim in claimed.items():
        answer = his_phone.send("GET", "/profile", HTTP_AUTHORIZATION=f"Bearer {changed(token, **claim)}")
        assert answer.status_code == 401, how
    assert refreshed(his_phone, changed(his_phone.refresh, exp=now - 1)).status_code == 401
    assert his_phone.is_in()


def test_a_token_of_one_kind_is_none_of_another(his_phone, new_phone):
    other = new_phone()
    other.ask("POST", "/auth/signup", {"email": "carl@example.org", "password": PASSWORD})
    for token in (his_phone.refresh, other.session):
        assert his_phone.send("GET", "/profile", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401
    assert refreshed(his_phone, his_phone.access).status_code == 401
    assert his_phone.is_in()


def test_one_accounts_token_over_anothers_session_opens_nothing(his_phone, new_phone):
    other = new_phone()
    other.sign_up("carl@example.org")
    mixed = claims(his_phone.access) | {"sid": claims(other.access)["sid"]}
    token = jwt.encode(mixed, django_settings.HEADLESS_JWT_PRIVATE_KEY, algorithm="HS256")
    assert his_phone.send("GET", "/profile", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401


@pytest.mark.parametrize("sent", ["", "x", "a.b.c", "x" * 3000])
def test_what_is_no_refresh_token_is_refused(phone, sent):
    assert refreshed(phone, sent).status_code in (401, 422)
