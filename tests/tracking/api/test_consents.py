from __future__ import annotations

from uuid import uuid4

from tests.conftest import NOW
from tests.tracking.api.contract import issues


def test_he_lets_a_clinic_in_and_shows_it_out(by_adam, clinic, dr_bell, signed_in, at_adam):
    bell = signed_in(dr_bell)
    assert bell.send("GET", at_adam).status_code == 404
    answer = by_adam.send("POST", "/consents", {"clinic": str(clinic.uid)})
    assert answer.status_code == 201
    assert answer.json()["clinic"] == {"uid": str(clinic.uid), "name": "Invented Clinic"}
    assert by_adam.send("POST", "/consents", {"clinic": str(clinic.uid)}).status_code == 200
    assert bell.send("GET", at_adam).status_code == 200
    assert by_adam.send("DELETE", f"/consents/{answer.json()['uid']}").status_code == 204
    assert bell.send("GET", at_adam).status_code == 404
    (ended,) = by_adam.send("GET", "/consents").json()["results"]
    assert ended["revoked_at"] is not None


def test_a_clinic_that_does_not_exist_is_not_let_in(by_adam):
    assert by_adam.send("POST", "/consents", {"clinic": str(uuid4())}).status_code == 404
    for sent in ("1", 1, None):
        answer = by_adam.send("POST", "/consents", {"clinic": sent})
        assert answer.status_code == 422
        assert list(issues(answer)) == ["/clinic"]


def test_another_mans_consent_is_not_found(by_carl, in_care):
    assert by_carl.send("DELETE", f"/consents/{in_care.uid}").status_code == 404


def test_he_sees_who_looked_once_per_visit(by_adam, by_bell, at_adam):
    for path in ("/labs", "", "/evaluations/current"):
        by_bell.send("GET", f"{at_adam}{path}")
    (visit,) = by_adam.send("GET", "/access-log").json()["results"]
    assert (visit["who"], visit["through"], visit["what"]) == ("Dr. Bell", "api", "labs")
    assert visit["at"] == NOW.isoformat()


def test_his_own_reads_are_no_visits(by_adam):
    by_adam.send("GET", "/labs")
    assert by_adam.send("GET", "/access-log").json()["results"] == []
