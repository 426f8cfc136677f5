from __future__ import annotations

import pytest

from tests.conftest import PASSWORD
from tests.tracking.api.contract import ContractClient, issues

EVE = {
    "email": "Eve@Example.org",
    "password": PASSWORD,
    "name": "Evan Invented",
    "birth_date": "1980-05-04",
    "zone": "Europe/Berlin",
}


@pytest.fixture(autouse=True)
def _now(now):
    """All of this happens on one Monday morning."""


def with_token(token):
    client = ContractClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def test_a_man_signs_up_and_is_signed_in(db, anybody):
    answer = anybody.send("POST", "/accounts", EVE)
    assert answer.status_code == 201
    profile = with_token(answer.json()["token"]).send("GET", "/profile")
    assert profile.json() == answer.json()["profile"]
    assert profile.json()["email"] == "eve@example.org"
    assert profile.headers["ETag"] == f'"{profile.json()["revision"]}"'


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"email": "adam@example.org"}, "/email"),
        ({"email": "ADAM@example.org"}, "/email"),
        ({"email": "eve"}, "/email"),
        ({"email": f"{'e' * 250}@example.org"}, "/email"),
        ({"password": "short"}, "/password"),
        ({"password": "password1234"}, "/password"),
        ({"password": "x" * 257}, "/password"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"zone": "Berlin"}, "/zone"),
        ({"birth_date": "1899-01-01"}, "/birth_date"),
        ({"birth_date": "2027-01-01"}, "/birth_date"),
        ({"birth_date": "1980-02-30"}, "/birth_date"),
        ({"birth_date": "19800504"}, "/birth_date"),
        ({"birth_date": 1980}, "/birth_date"),
        ({"birth_date": None}, "/birth_date"),
        ({"is_staff": True}, "/is_staff"),
    ],
)
def test_a_sign_up_that_cannot_be_accepted_names_the_field(adam, anybody, changed, pointer):
    answer = anybody.send("POST", "/accounts", EVE | changed)
    assert answer.status_code == 422
    assert list(issues(answer)) == [pointer]


def test_signing_in_gives_the_token_and_leaving_takes_it_back(adam, anybody):
    token = anybody.send("POST", "/token", {"email": "ADAM@example.org", "password": PASSWORD}).json()["token"]
    client = with_token(token)
    assert client.send("GET", "/profile").status_code == 200
    assert client.send("DELETE", "/token").status_code == 204
    answer = client.send("GET", "/profile")
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/not-signed-in"
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_a_refusal_does_not_tell_whether_there_is_such_an_account(adam, anybody):
    adam.user.is_active = True
    wrong = anybody.send("POST", "/token", {"email": "adam@example.org", "password": "not his password"})
    nobody = anybody.send("POST", "/token", {"email": "nobody@example.org", "password": "not his password"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json() == nobody.json()
    adam.user.is_active = False
    adam.user.save()
    off = anybody.send("POST", "/token", {"email": "adam@example.org", "password": PASSWORD})
    assert off.json() == nobody.json()


def test_the_password_is_hashed_also_where_there_is_no_account(db, anybody, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    plain = MD5PasswordHasher.encode

    def counting(self, password, salt):
        hashed.append(password)
        return plain(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    anybody.send("POST", "/token", {"email": "nobody@example.org", "password": "any password"})
    assert hashed == ["any password"]


def test_an_old_token_does_not_keep_an_app_from_signing_in(adam):
    answer = with_token("0" * 40).send("POST", "/token", {"email": "adam@example.org", "password": PASSWORD})
    assert answer.status_code == 200


def test_trying_again_and_again_is_slowed_down(adam, anybody):
    tries = [anybody.send("POST", "/token", {"email": "adam@example.org", "password": str(number)}) for number in range(11)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429]
    assert 1 <= int(tries[-1].headers["Retry-After"]) <= 61
    assert tries[-1].json()["type"] == "/problems/too-many-requests"


def test_he_changes_what_he_sends_and_nothing_else(by_adam):
    answer = by_adam.send("PATCH", "/profile", {"zone": "Asia/Kathmandu"})
    assert answer.status_code == 200
    assert (answer.json()["zone"], answer.json()["name"]) == ("Asia/Kathmandu", "Adam Invented")
    for body, pointer in (
        ({"zone": ""}, "/zone"),
        ({"birth_date": None}, "/birth_date"),
        ({"email": "x@example.org"}, "/email"),
    ):
        answer = by_adam.send("PATCH", "/profile", body)
        assert answer.status_code == 422
        assert list(issues(answer)) == [pointer]


def test_an_account_that_is_no_mans_has_no_record(dr_bell, signed_in):
    for path in ("/profile", "/labs", "/consents", "/evaluations/current"):
        assert signed_in(dr_bell).send("GET", path).status_code == 404
