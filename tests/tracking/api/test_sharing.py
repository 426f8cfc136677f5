"""A clinic comes in by a code or an invitation, for what he says, and goes out at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import ProgrammingError

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.categories import SHAREABLE
from tracking.models import CareRelationship, Invitation, LabResult, Prescriber, ShareCode
from tracking.services import tries
from tracking.services.access import acting_as

SENT = {"analyte": "estradiol", "value": "24", "unit": "pg/mL", "collected_at": "2026-10-20T08:10:00+02:00"}


@pytest.fixture
def by_her(dr_bell, signed_in):
    """Dr. Bell, whom nobody has let in yet."""
    return signed_in(dr_bell)


@pytest.fixture
def at_clinic(clinic):
    return f"/clinics/{clinic.uid}"


def codes_in(answer):
    """The codes of a problem, by pointer."""
    return {issue["pointer"]: issue["code"] for issue in answer.json()["errors"]}


def later(monkeypatch, **by):
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(**by))


def test_he_makes_a_code_and_a_clinic_lets_itself_in_with_it_once(adam, by_adam, by_her, at_clinic, at_adam, as_system):
    made = by_adam.send("POST", "/share-codes", {"scope": ["scans", "labs"]})
    assert made.status_code == 201
    assert made.json()["scope"] == ["labs", "scans"]
    code, payload = made.json()["code"], made.json()["payload"]
    assert payload == f"trabecula:share:{code}"
    assert made.json()["qr_svg"].startswith("<svg ")
    with as_system():
        assert code.replace("-", "") not in str(list(ShareCode.objects.values()))

    answer = by_her.send("POST", f"{at_clinic}/redemptions", {"code": code.lower().replace("-", " ")})
    assert answer.status_code == 201
    assert answer.json()["patient"] == str(adam.uid)
    assert by_her.send("GET", f"{at_adam}/labs").status_code == 200
    assert by_her.send("GET", f"{at_adam}/doses").status_code == 404
    (care,) = by_adam.send("GET", "/consents").json()["results"]
    assert (care["scope"], care["lead"]) == (["labs", "scans"], "Dr. Bell")
    (used,) = by_adam.send("GET", "/share-codes").json()["results"]
    assert (used["state"], used["clinic"]) == ("used", "Invented Clinic")
    with as_system():
        row = CareRelationship.objects.get()
        assert row.granted_by == str(Actor.user(adam.user_id)), "the consent is his"
    again = by_her.send("POST", f"{at_clinic}/redemptions", {"code": code})
    assert codes_in(again) == {"/code": "code-not-accepted"}


def test_wrong_used_expired_and_withdrawn_codes_are_answered_alike(by_adam, by_her, at_clinic, monkeypatch):
    def redeemed(code):
        answer = by_her.send("POST", f"{at_clinic}/redemptions", {"code": code})
        return answer.status_code, answer.json()

    used = by_adam.send("POST", "/share-codes", {}).json()["code"]
    assert redeemed(used)[0] == 201
    replaced = by_adam.send("POST", "/share-codes", {}).json()["code"]
    withdrawn = by_adam.send("POST", "/share-codes", {}).json()
    assert by_adam.send("DELETE", f"/share-codes/{withdrawn['uid']}").status_code == 204
    expired = by_adam.send("POST", "/share-codes", {}).json()["code"]
    later(monkeypatch, minutes=15)
    codes = ["0000-0000-0000", "no code", used, replaced, withdrawn["code"], expired]
    answers = [redeemed(code) for code in codes]
    assert answers == [answers[0]] * len(codes)
    assert answers[0][0] == 422
    states = [row["state"] for row in by_adam.send("GET", "/share-codes").json()["results"]]
    assert states == ["expired", "withdrawn", "withdrawn", "used"]


def test_guessing_is_ended_after_ten_wrong_codes_even_for_a_right_one(by_adam, by_her, at_clinic, monkeypatch):
    right = by_adam.send("POST", "/share-codes", {}).json()["code"]
    for _ in range(tries.MOST):
        assert by_her.send("POST", f"{at_clinic}/redemptions", {"code": "0000-0000-0000"}).status_code == 422
    answer = by_her.send("POST", f"{at_clinic}/redemptions", {"code": right})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3600"
    assert by_adam.send("POST", "/consents/accept", {"code": "0000-0000-0000"}).status_code == 422, (
        "another's tries are his own"
    )
    later(monkeypatch, hours=1)
    assert by_her.send("POST", f"{at_clinic}/redemptions", {"code": right}).status_code == 422, "counted anew, and expired"


def test_only_a_member_of_the_clinic_redeems_and_invites(by_carl, by_adam, at_clinic, clinic, dr_bell, by_her):
    code = by_adam.send("POST", "/share-codes", {}).json()["code"]
    assert by_carl.send("POST", f"{at_clinic}/redemptions", {"code": code}).status_code == 404
    assert by_carl.send("POST", f"{at_clinic}/invitations").status_code == 404
    Prescriber.objects.filter(user=dr_bell).update(is_active=False)
    assert by_her.send("POST", f"{at_clinic}/redemptions", {"code": code}).status_code == 404


def test_he_accepts_an_invitation_for_what_he_says(by_adam, by_carl, by_her, at_clinic, at_adam, clinic):
    made = by_her.send("POST", f"{at_clinic}/invitations")
    assert made.status_code == 201
    code = made.json()["code"]
    assert code.replace("-", "") not in str(list(Invitation.objects.values()))
    wrong = by_adam.send("POST", "/consents/accept", {"code": code, "scope": ["conclusions"]})
    assert codes_in(wrong) == {"/scope": "conclusions-quote-the-record"}
    accepted = by_adam.send("POST", "/consents/accept", {"code": code, "scope": list(SHAREABLE)})
    assert accepted.status_code == 201
    assert accepted.json()["clinic"] == {"uid": str(clinic.uid), "name": "Invented Clinic"}
    assert by_her.send("GET", f"{at_adam}/evaluations").status_code == 200
    assert codes_in(by_carl.send("POST", "/consents/accept", {"code": code})) == {"/code": "code-not-accepted"}
    (row,) = by_her.send("GET", f"{at_clinic}/invitations").json()["results"]
    assert (row["state"], row["made_by"]) == ("used", "Dr. Bell")
    second = by_her.send("POST", f"{at_clinic}/invitations").json()
    assert by_her.send("DELETE", f"{at_clinic}/invitations/{second['uid']}").status_code == 204
    assert codes_in(by_carl.send("POST", "/consents/accept", {"code": second["code"]})) == {"/code": "code-not-accepted"}


def test_an_open_session_of_the_clinic_loses_him_at_once(by_adam, by_her, at_clinic, at_adam):
    code = by_adam.send("POST", "/share-codes", {}).json()["code"]
    by_her.send("POST", f"{at_clinic}/redemptions", {"code": code})
    assert by_her.send("GET", at_adam).status_code == 200
    assert [row["name"] for row in by_her.send("GET", "/patients").json()["results"]] == ["Adam Invented"]
    (care,) = by_adam.send("GET", "/consents").json()["results"]
    by_adam.send("DELETE", f"/consents/{care['uid']}")
    assert by_her.send("GET", at_adam).status_code == 404
    assert by_her.send("GET", "/patients").json()["results"] == []


def test_another_scope_ends_the_consent_that_stands_and_the_same_changes_nothing(by_adam, clinic):
    sent = {"clinic": str(clinic.uid), "scope": ["labs", "doses"]}
    assert by_adam.send("POST", "/consents", sent).status_code == 201
    assert by_adam.send("POST", "/consents", sent | {"scope": ["doses", "labs"]}).status_code == 200
    assert by_adam.send("POST", "/consents", sent | {"scope": ["labs"]}).status_code == 201
    rows = by_adam.send("GET", "/consents").json()["results"]
    assert sorted((row["scope"], row["revoked_at"] is None) for row in rows) == [(["labs"], True), (["labs", "doses"], False)]
    for scope, pointer in ((["genes"], "/scope/0"), ("labs", "/scope"), ([1], "/scope/0")):
        assert list(codes_in(by_adam.send("POST", "/consents", sent | {"scope": scope}))) == [pointer]


def test_a_clinic_that_sees_a_part_is_told_so_and_writes_nothing(adam, by_adam, by_her, clinic, dr_bell, at_adam):
    by_adam.send("POST", "/labs", SENT)
    by_adam.send("POST", "/consents", {"clinic": str(clinic.uid), "scope": ["labs"]})
    shown = by_her.send("GET", at_adam).json()
    assert (shown["shared"], shown["word"], shown["evaluated_at"]) == (["labs"], None, None)
    assert len(by_her.send("GET", f"{at_adam}/labs").json()["results"]) == 1
    answer = by_her.send("POST", f"{at_adam}/labs", SENT | {"value": "23"})
    assert answer.status_code == 403
    assert codes_in(answer) == {"": "not-in-scope"}
    (visit,) = by_adam.send("GET", "/access-log").json()["results"]
    assert (visit["who"], visit["what"]) == ("Dr. Bell", "patient"), "that she looked is noted all the same"
    with pytest.raises(ProgrammingError, match="row-level security"):
        forge_a_result_of(adam, by=Actor.user(dr_bell.pk))


def forge_a_result_of(man, *, by):
    with acting_as(by):
        row = LabResult.objects.get(patient=man)
        row.pk, row.uid, row.client_id = None, man.uid, "forged"
        row.save(force_insert=True)
