from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues
from tracking.domain.actor import Actor
from tracking.models import Patient, User
from tracking.services.access import acting_as

EVE = {"name": "Evan Invented", "birth_date": "1980-05-04", "zone": "Europe/Berlin"}


@pytest.fixture(autouse=True)
def _now(now):
    """All of this happens on one Monday morning."""


@pytest.fixture
def evan(db, signed_in):
    """An account that has signed up, and has no record yet."""
    return signed_in(User.objects.create_user("evan@example.org", "pw"))


def test_a_man_opens_his_record(evan):
    answer = evan.send("POST", "/profile", EVE)
    assert answer.status_code == 201
    profile = evan.send("GET", "/profile")
    assert profile.json() == answer.json()
    assert profile.json()["email"] == "evan@example.org"
    assert profile.headers["ETag"] == answer.headers["ETag"] == f'"{profile.json()["revision"]}"'
    assert evan.send("GET", "/evaluations/current").status_code == 200
    assert User.objects.get().name == "Evan Invented"


def test_before_that_nothing_of_a_record_is_found(evan):
    for path in ("/profile", "/labs", "/consents", "/evaluations/current", "/inbox"):
        assert evan.send("GET", path).status_code == 404


def test_the_same_once_more_is_stored_once_and_something_else_is_a_conflict(evan):
    first = evan.send("POST", "/profile", EVE)
    again = evan.send("POST", "/profile", EVE)
    assert (again.status_code, again.json()) == (200, first.json())
    other = evan.send("POST", "/profile", EVE | {"zone": "Asia/Kathmandu"})
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "record-stands")
    assert evan.send("GET", "/profile").json() == first.json()
    with acting_as(Actor.system("test")):
        assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"zone": "Berlin"}, "/zone"),
        ({"birth_date": "1899-01-01"}, "/birth_date"),
        ({"birth_date": "2027-01-01"}, "/birth_date"),
        ({"birth_date": "2008-11-03"}, "/birth_date"),
        ({"birth_date": "1980-02-30"}, "/birth_date"),
        ({"birth_date": "19800504"}, "/birth_date"),
        ({"birth_date": 1980}, "/birth_date"),
        ({"birth_date": None}, "/birth_date"),
        ({"is_staff": True}, "/is_staff"),
        ({"email": "other@example.org"}, "/email"),
    ],
)
def test_a_record_that_cannot_be_opened_names_the_field_and_leaves_none(evan, changed, pointer):
    answer = evan.send("POST", "/profile", EVE | changed)
    assert answer.status_code == 422
    assert list(issues(answer)) == [pointer]
    assert evan.send("GET", "/profile").status_code == 404


def test_he_is_of_age_from_his_eighteenth_birthday_where_he_lives(evan):
    """Monday morning in Berlin, and still Sunday, the day before his birthday, in Honolulu."""
    late = EVE | {"birth_date": "2008-11-02", "zone": "Pacific/Honolulu"}
    assert issues(evan.send("POST", "/profile", late))["/birth_date"] == "This is for adult men: from 18 years on."
    assert evan.send("POST", "/profile", late | {"zone": "Europe/Berlin"}).status_code == 201


def test_he_cannot_make_himself_younger_than_that_later(by_adam):
    answer = by_adam.send("PATCH", "/profile", {"birth_date": "2015-01-01"})
    assert (answer.status_code, list(issues(answer))) == (422, ["/birth_date"])


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


def test_a_prescriber_who_is_a_man_too_opens_a_record_of_his_own(dr_bell, signed_in):
    client = signed_in(dr_bell)
    assert client.send("GET", "/profile").status_code == 404
    assert client.send("POST", "/profile", EVE).status_code == 201
    dr_bell.refresh_from_db()
    assert dr_bell.name == "Dr. Bell"
