"""A key that a man gave away reads what it names, is seen each time, and ends when he says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error

from tests.conftest import NOW
from tests.tracking.api.contract import ContractClient, issues
from tracking.domain.actor import Actor
from tracking.models import LabResult, Patient, ReadToken
from tracking.services import read_tokens
from tracking.services.access import acting_as

SENT = {"analyte": "estradiol", "value": "24", "unit": "pg/mL", "collected_at": "2026-10-20T08:10:00+02:00"}
GIVEN = {"label": "Dr. Far", "scope": ["labs"], "expires_at": "2026-11-09T09:00:00+00:00"}


def holder(key):
    client = ContractClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def given(by_adam):
    by_adam.send("POST", "/labs", SENT)
    answer = by_adam.send("POST", "/read-tokens", GIVEN)
    assert answer.status_code == 201
    return answer.json()


def test_it_reads_what_it_names_and_he_sees_each_reading(given, by_adam, as_system):
    far = holder(given["token"])
    (lab,) = far.send("GET", "/labs").json()["results"]
    assert lab["value"] == "24"
    assert far.send("GET", f"/labs/{lab['id']}").status_code == 200
    assert far.send("GET", "/doses").status_code == 404
    for path in ("/profile", "/consents", "/access-log", "/read-tokens", "/exports", "/sync", "/patients"):
        assert far.send("GET", path).status_code == 403, path
    reads = by_adam.send("GET", "/access-log").json()["results"]
    assert [(read["who"], read["through"], read["what"]) for read in reads] == [("Dr. Far", "token", "labs")] * 2
    (row,) = by_adam.send("GET", "/read-tokens").json()["results"]
    assert (row["label"], row["scope"], row["holds"]) == ("Dr. Far", ["labs"], True)
    assert row["last_used_at"] == NOW.isoformat()
    assert "token" not in row
    with as_system():
        assert given["token"] not in str(list(ReadToken.objects.values()))


def test_it_writes_nothing_by_any_route_and_the_database_refuses_it_too(given):
    far = holder(given["token"])
    for method, path in (
        ("POST", "/labs"),
        ("DELETE", "/labs/x"),
        ("POST", "/read-tokens"),
        ("POST", "/erasure"),
        ("POST", "/sync"),
    ):
        assert far.send(method, path, SENT).status_code == 403, path
    with acting_as(Actor.system("test")):
        key = Actor.token(ReadToken.objects.get().pk)
    for rows in (LabResult.objects, Patient.objects):
        with pytest.raises(Error, match="read-only transaction"), acting_as(key):
            rows.update(zone="UTC")


def test_what_it_names_is_asked_of_the_database_as_well(given, adam):
    with acting_as(Actor.system("test")):
        key = Actor.token(ReadToken.objects.get().pk)
    with acting_as(key):
        assert LabResult.objects.count() == 1
        assert adam.evaluation_rows.count() == 0
        assert ReadToken.objects.count() == 0


def test_it_ends_at_once_when_he_says_so_and_by_itself_in_the_end(given, by_adam, by_carl, monkeypatch):
    far = holder(given["token"])
    assert by_carl.send("DELETE", f"/read-tokens/{given['uid']}").status_code == 404
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=7, microseconds=-1))
    assert far.send("GET", "/labs").status_code == 200
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=7))
    refused = far.send("GET", "/labs")
    assert refused.status_code == 401
    monkeypatch.setattr("tracking.clock.now", lambda: NOW)
    assert by_adam.send("DELETE", f"/read-tokens/{given['uid']}").status_code == 204
    assert far.send("GET", "/labs").json() == refused.json(), "revoked and expired are not told apart"
    assert by_adam.send("DELETE", f"/read-tokens/{given['uid']}").status_code == 204, "ending it again changes nothing"
    (row,) = by_adam.send("GET", "/read-tokens").json()["results"]
    assert row["revoked_at"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"scope": []}, "/scope"),
        ({"scope": ["genes"]}, "/scope/0"),
        ({"scope": ["conclusions"]}, "/scope"),
        ({"scope": "labs"}, "/scope"),
        ({"label": " "}, "/label"),
        ({"label": "x" * 81}, "/label"),
        ({"expires_at": NOW.isoformat()}, "/expires_at"),
        ({"expires_at": (NOW + read_tokens.LONGEST + timedelta(seconds=1)).isoformat()}, "/expires_at"),
        ({"expires_at": "2026-11-09T09:00:00"}, "/expires_at"),
        ({"forever": True}, "/forever"),
    ],
)
def test_what_cannot_be_given_is_refused_with_what_is_accepted(by_adam, changed, pointer):
    assert list(issues(by_adam.send("POST", "/read-tokens", GIVEN | changed))) == [pointer]


def test_so_many_stand_at_a_time(by_adam, monkeypatch):
    monkeypatch.setattr(read_tokens, "MOST_STANDING", 1)
    assert by_adam.send("POST", "/read-tokens", GIVEN).status_code == 201
    assert by_adam.send("POST", "/read-tokens", GIVEN).status_code == 409
