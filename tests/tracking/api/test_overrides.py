from __future__ import annotations

import pytest

from backend.celery import app
from tests.conftest import PASSWORD
from tests.tracking.api.contract import issues
from tracking.models import Clinic, Prescriber, User

FLOOR = {"floor": "20", "reason": "two fractures", "expires_on": "2027-01-31"}
INTERVAL = {"kind": "dexa", "every_months": 12, "reason": "two fractures", "expires_on": "2027-01-31"}


@pytest.fixture
def floors(at_adam):
    return f"{at_adam}/overrides/floors"


@pytest.fixture
def intervals(at_adam):
    return f"{at_adam}/overrides/intervals"


def test_a_prescriber_sets_a_floor_and_the_man_reads_whose_it_is_and_why(by_bell, by_adam, floors, clinic):
    answer = by_bell.send("POST", floors, FLOOR)
    assert answer.status_code == 201
    row = answer.json()
    assert answer.headers["ETag"] == f'"{row["revision"]}"'
    assert (row["floor"], row["unit"], row["whose"]) == ("20", "pg/mL", "Dr. Bell (Invented Clinic)")
    assert (row["clinic"]["uid"], row["reason"], row["expires_on"]) == (str(clinic.uid), "two fractures", "2027-01-31")
    assert (row["active"], row["ended_at"]) == (True, None)
    assert by_bell.send("POST", floors, FLOOR).status_code == 200
    assert by_adam.send("GET", "/overrides/floors").json()["results"] == [row]
    assert by_adam.send("GET", f"/overrides/floors/{row['uid']}").json() == row
    assert by_adam.send("POST", "/overrides/floors", FLOOR).status_code == 405


def test_his_evaluation_says_whose_floor_it_used(by_bell, by_adam, at_adam, floors):
    by_bell.lab(f"{at_adam}/labs", value="17.0")
    by_bell.send("POST", floors, FLOOR)
    used = by_bell.send("GET", f"{at_adam}/evaluations/current").json()["basis"]["result"]["floor"]
    assert (used["pg_ml"], used["kind"], used["whose"]) == ("20", "patient", "Dr. Bell (Invented Clinic)")
    sections = by_adam.send("GET", "/evaluations/current").json()["explanation"]
    read = [line for section in sections for line in section["lines"]]
    assert "It was set by Dr. Bell (Invented Clinic)." in read


def test_an_ended_floor_stays_in_the_list(by_bell, floors):
    first = by_bell.send("POST", floors, FLOOR).json()
    second = by_bell.send("POST", floors, FLOOR | {"floor": "22"}).json()
    ended = by_bell.send("POST", f"{floors}/{second['uid']}/end")
    assert (ended.status_code, ended.json()["active"], ended.json()["ended_at"] is None) == (200, False, False)
    rows = by_bell.send("GET", floors).json()["results"]
    assert {row["uid"]: row["active"] for row in rows} == {first["uid"]: False, second["uid"]: False}


def test_what_a_clinic_set_is_not_active_while_he_keeps_it_out(by_bell, by_adam, floors, in_care):
    by_bell.send("POST", floors, FLOOR)
    by_adam.send("DELETE", f"/consents/{in_care.uid}")
    (row,) = by_adam.send("GET", "/overrides/floors").json()["results"]
    assert (row["active"], row["ended_at"]) == (False, None)


@pytest.mark.parametrize(
    ("changed", "pointer", "said"),
    [
        ({"floor": "9.9"}, "/floor", "10 to 30 pg/mL"),
        ({"floor": "30.1"}, "/floor", "10 to 30 pg/mL"),
        ({"floor": 20}, "/floor", "as text"),
        ({"floor": None}, "/floor", "as text"),
        ({"expires_on": "2026-11-01"}, "/expires_on", "2026-11-02 to 2027-11-02"),
        ({"expires_on": "2027-11-03"}, "/expires_on", "2026-11-02 to 2027-11-02"),
        ({"expires_on": None}, "/expires_on", ""),
        ({"reason": ""}, "/reason", "Say why"),
        ({"clinic": "7"}, "/clinic", "UUID"),
        ({"unit": "pmol/L"}, "/unit", "no such field"),
    ],
)
def test_a_floor_that_cannot_be_taken_is_named_with_what_can(by_bell, floors, changed, pointer, said):
    answer = by_bell.send("POST", floors, FLOOR | changed)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
    assert said in issues(answer)[pointer]


def test_an_interval_is_set_ended_and_read_by_the_man(by_bell, by_adam, intervals):
    answer = by_bell.send("POST", intervals, INTERVAL)
    assert answer.status_code == 201
    row = answer.json()
    assert (row["kind"], row["every_months"], row["active"]) == ("dexa", 12, True)
    assert by_bell.send("POST", intervals, INTERVAL).status_code == 200
    assert by_adam.send("GET", f"/overrides/intervals/{row['uid']}").json() == row
    assert by_bell.send("POST", f"{intervals}/{row['uid']}/end").json()["active"] is False
    assert [row["active"] for row in by_adam.send("GET", "/overrides/intervals").json()["results"]] == [False]
    for changed, pointer in (
        ({"kind": "luck"}, "/kind"),
        ({"every_months": 99}, "/every_months"),
        ({"reason": " "}, "/reason"),
    ):
        refused = by_bell.send("POST", intervals, INTERVAL | changed)
        assert (refused.status_code, list(issues(refused))) == (422, [pointer])


@pytest.fixture
def committing(django_capture_on_commit_callbacks):
    """Do what was asked for after the commit, here and at once."""
    app.conf.task_always_eager = True
    yield lambda: django_capture_on_commit_callbacks(execute=True)
    app.conf.task_always_eager = False


def test_a_clinics_floor_is_set_by_a_member_and_its_men_are_evaluated_after_the_commit(by_bell, at_adam, clinic, committing):
    by_bell.lab(f"{at_adam}/labs", value="17.0")
    address = f"/clinics/{clinic.uid}/floor"

    def floor_of_adam():
        return by_bell.send("GET", f"{at_adam}/evaluations/current").json()["basis"]["result"]["floor"]

    with committing():
        answer = by_bell.send("POST", address, {"floor": "21", "reason": "older men"})
    assert answer.status_code == 201
    assert (answer.json()["floor"], answer.json()["active"], answer.json()["expires_on"]) == ("21", True, None)
    assert (floor_of_adam()["pg_ml"], floor_of_adam()["whose"]) == ("21", "Invented Clinic")
    assert by_bell.send("POST", address, {"floor": "21", "reason": "older men"}).status_code == 200
    with committing():
        assert by_bell.send("POST", f"{address}/end").status_code == 200
    assert floor_of_adam()["whose"].startswith("rulebook")
    assert by_bell.send("POST", f"{address}/end").status_code == 404
    assert [row["active"] for row in by_bell.send("GET", address).json()["results"]] == [False]


def test_a_clinics_floor_outside_the_bounds_is_named(by_bell, clinic):
    answer = by_bell.send("POST", f"/clinics/{clinic.uid}/floor", {"floor": "30.1", "reason": "older men"})
    assert issues(answer) == {"/floor": "30.1 pg/mL is not accepted as a floor. Accepted: 10 to 30 pg/mL."}


def test_a_clinics_floor_is_its_members_alone(by_adam, signed_in, in_care, clinic):
    user = User.objects.create_user("else@example.org", PASSWORD, name="Dr. Else")
    Prescriber.objects.create(user=user, clinic=Clinic.objects.create(name="Another Clinic"))
    for account in (by_adam, signed_in(user)):
        assert account.send("GET", f"/clinics/{clinic.uid}/floor").status_code == 404
        assert account.send("POST", f"/clinics/{clinic.uid}/floor", {"floor": "20", "reason": "x"}).status_code == 404
        assert account.send("POST", f"/clinics/{clinic.uid}/floor/end").status_code == 404
