"""How a man comes onto the desk, and what is there of one who shares a part."""

from __future__ import annotations

import re

from django.urls import reverse

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.services import consent, sharing

LET_IN = "/admin/tracking/patient/let-in/"


def test_his_code_is_typed_in_and_his_page_opens(desk, adam, clinic, address):
    assert address(adam) not in desk.get(reverse("admin:tracking_patient_changelist")).text
    _, code = sharing.make_code(patient=adam, scope=[], by=Actor.user(adam.user_id), now=NOW)
    shown = desk.get(LET_IN)
    assert "Invented Clinic" in shown.text
    wrong = desk.post(LET_IN, {"clinic": clinic.uid, "code": "0000-0000-0000", "redeem": "1"})
    assert wrong.status_code == 200
    assert "This code is not accepted" in wrong.text
    done = desk.post(LET_IN, {"clinic": clinic.uid, "code": code.lower(), "redeem": "1"})
    assert (done.status_code, done.headers["Location"]) == (302, address(adam))
    page = desk.get(address(adam)).text
    assert "Adam Invented has let Invented Clinic in." in page


def test_an_invitation_is_shown_once_and_lets_the_clinic_in(desk, adam, clinic, address):
    page = desk.post(LET_IN, {"clinic": clinic.uid, "invite": "1"}).text
    (code,) = re.findall(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</b>", page)
    assert "<svg " in page
    assert code not in desk.get(LET_IN).text
    sharing.accept(patient=adam, code=code, scope=[], by=Actor.user(adam.user_id), now=NOW)
    assert desk.get(address(adam)).status_code == 200


def test_a_clinic_that_is_not_hers_cannot_be_chosen(desk, adam):
    from tracking.models import Clinic

    other = Clinic.objects.create(name="Another Clinic")
    _, code = sharing.make_code(patient=adam, scope=[], by=Actor.user(adam.user_id), now=NOW)
    answer = desk.post(LET_IN, {"clinic": other.uid, "code": code, "redeem": "1"})
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.text


def test_who_prescribes_nowhere_does_not_find_the_page(setup_desk):
    assert setup_desk.get(LET_IN).status_code == 404


def test_what_he_does_not_share_is_said_to_be_hidden_and_never_to_be_absent(desk, full_record, clinic, address):
    adam = full_record
    consent.grant(patient=adam, clinic_uid=clinic.uid, scope=["labs"], by=Actor.user(adam.user_id), now=NOW)
    (listed,) = re.findall(r"<tr>.*?</tr>", desk.get(reverse("admin:tracking_patient_changelist")).text, re.DOTALL)[1:]
    assert listed.count("not shared") == 4
    assert "no current data" not in listed
    assert "none on record" not in listed
    page = desk.get(address(adam)).text
    assert "He shares labs with your clinic, and nothing else." in page
    assert "Lab North" in page
    for hidden in ("nastrozole", "Horizon", "is on record", "Record lab", "Timeline"):
        assert hidden not in page, hidden
    for closed in ("doses", "history", "record_lab", "start_regimen"):
        assert desk.get(address(adam, closed)).status_code == 404, closed


def test_his_page_in_an_open_session_is_gone_once_he_revokes(desk, in_care, adam, address):
    assert desk.get(address(adam)).status_code == 200
    consent.revoke(patient=adam, uid=in_care.uid, by=Actor.user(adam.user_id), now=NOW)
    assert desk.get(address(adam)).status_code == 404
    assert desk.post(address(adam, "record_lab"), {}).status_code == 404
