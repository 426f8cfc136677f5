"""A clinic's own pages: members, invitations, the floor of its men."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from tests.conftest import NOW, PASSWORD
from tests.desks import at_desk
from tests.tracking.admin.conftest import seen_on
from tests.tracking.admin.test_patients import HOSTILE
from tracking.admin.clinic import CLINIC_WRITES
from tracking.domain.actor import Actor
from tracking.models import Clinic, ClinicFloor, Invitation, Prescriber, User
from tracking.services import clinics, colleagues, overrides, sharing

pytestmark = pytest.mark.django_db
FLOOR = {"floor": "18.0", "expires_on": "2027-01-31", "reason": "older men"}


@pytest.fixture
def dr_else(clinic):
    return clinics.add_prescriber(clinic=clinic, email="else@example.org", name="Dr. Else", password=PASSWORD)


@pytest.fixture
def administrator(desk, dr_bell):
    clinics.let_administer(dr_bell)
    return desk


@pytest.fixture
def invited(clinic, bell):
    row, _ = sharing.invite(clinic_uid=clinic.uid, by=bell, now=NOW)
    return row


def at(clinic, name="page", **more):
    return reverse(f"admin:clinic_{name}", kwargs={"clinic_uid": clinic.uid, **more})


def send(browser, page, sent=None):
    return browser.post(page, seen_on(browser.get(page)) | (sent or {}), follow=True)


def test_the_page_shows_members_invitations_and_floors_and_only_an_administrator_is_offered_an_end(
    desk, clinic, dr_bell, dr_else, invited, bell
):
    overrides.set_clinic_floor(clinic_uid=clinic.uid, by=bell, now=NOW, floor="18.0", reason="older men")
    assert desk.get(reverse("admin:clinic")).headers["Location"] == at(clinic)
    text = desk.get(at(clinic)).text
    for said in ("Dr. Bell", "Dr. Else", "else@example.org", "18.0 pg/mL", "older men", "in force", "open"):
        assert said in text, said
    end = at(clinic, "end_member", uid=dr_else.uid)
    assert end not in text
    assert desk.get(end).status_code == desk.post(end).status_code == 403
    clinics.let_administer(dr_bell)
    assert f'href="{end}"' in desk.get(at(clinic)).text


def test_a_membership_is_ended_and_resumed(administrator, clinic, dr_else):
    text = send(administrator, at(clinic, "end_member", uid=dr_else.uid)).text
    assert "Ended: Dr. Else sees none of this clinic&#x27;s men any more." in text
    dr_else.refresh_from_db()
    assert not dr_else.is_active
    again = administrator.get(at(clinic, "end_member", uid=dr_else.uid)).text
    assert "This membership was ended already." in again
    assert "Resumed: Dr. Else" in send(administrator, at(clinic, "resume_member", uid=dr_else.uid)).text


def test_nobody_ends_his_own_membership(administrator, clinic, dr_bell):
    own = Prescriber.objects.get(user=dr_bell)
    answer = send(administrator, at(clinic, "end_member", uid=own.uid))
    assert "This is your own membership." in answer.text


def test_an_invitation_is_taken_back_once(desk, clinic, invited):
    assert "Taken back" in send(desk, at(clinic, "take_back", uid=invited.uid)).text
    invited.refresh_from_db()
    assert invited.withdrawn_at == NOW
    assert "This invitation is taken back." in desk.get(at(clinic, "take_back", uid=invited.uid)).text


def test_a_floor_of_the_clinic_is_set_and_ended_and_its_men_are_evaluated_again(
    desk, in_care, django_capture_on_commit_callbacks, monkeypatch
):
    clinic, asked = in_care.clinic, []
    monkeypatch.setattr("tracking.tasks.reevaluate_clinic.apply_async", lambda args, **_: asked.append(args))
    wrong = send(desk, at(clinic, "set_floor"), FLOOR | {"floor": "31", "reason": " "})
    assert set(wrong.context["form"].errors) == {"floor", "reason"}
    with django_capture_on_commit_callbacks(execute=True):
        assert "Set: a floor of 18.0 pg/mL" in send(desk, at(clinic, "set_floor"), FLOOR).text
    (row,) = ClinicFloor.objects.filter(clinic=clinic)
    assert (row.digits, row.expires_on, row.reason) == ("18.0", date(2027, 1, 31), "older men")
    with django_capture_on_commit_callbacks(execute=True):
        assert "Ended: the floor of 18.0 pg/mL." in send(desk, at(clinic, "end_floor")).text
    assert asked == [(clinic.pk,), (clinic.pk,)]
    assert "No floor of this clinic stands." in desk.get(at(clinic, "end_floor")).text


def test_every_write_is_refused_on_what_a_colleague_changed_and_says_what(administrator, clinic, dr_else, invited, bell):
    """One story for all forms, as for those about a man."""
    overrides.set_clinic_floor(clinic_uid=clinic.uid, by=bell, now=NOW, floor="18", reason="older men")
    ended = clinics.add_prescriber(clinic=clinic, email="gone@example.org", name="Dr. Gone", password=PASSWORD)
    Prescriber.objects.filter(pk=ended.pk).update(is_active=False)
    letter, _ = colleagues.invite(clinic_uid=clinic.uid, email="new@example.org", by=bell, now=NOW)
    of = {
        "end_member": dr_else.uid, "resume_member": ended.uid, "take_back": invited.uid, "take_back_letter": letter.uid,
    }  # fmt: skip
    pages = {
        kind.name: at(clinic, kind.name.removeprefix("clinic_"), **({"uid": of[name]} if (name := kind.name[7:]) in of else {}))
        for kind in CLINIC_WRITES
    }
    opened = {name: seen_on(administrator.get(page)) for name, page in pages.items()}
    assert all(opened.values())
    sharing.withdraw_invitation(clinic_uid=clinic.uid, uid=invited.uid, by=bell, now=NOW)
    colleagues.withdraw(clinic_uid=clinic.uid, uid=letter.uid, by=bell, now=NOW)
    clinics.end_membership(clinic_uid=clinic.uid, uid=dr_else.uid, by=bell, now=NOW)
    clinics.resume_membership(clinic_uid=clinic.uid, uid=ended.uid, by=bell, now=NOW)
    overrides.set_clinic_floor(clinic_uid=clinic.uid, by=bell, now=NOW, floor="19", reason="as agreed")
    told = {}
    for name, page in pages.items():
        answer = administrator.post(page, opened[name] | FLOOR)
        assert answer.status_code == 409, name
        told[name] = {line.label: (line.was, line.now) for line in answer.context["changed"].differences}
        assert administrator.post(page, FLOOR).status_code == 409, name
    assert told["clinic_end_member"] == {"State": ("works here", "ended")}
    assert told["clinic_resume_member"] == {"State": ("ended", "works here")}
    assert told["clinic_take_back"] == told["clinic_take_back_letter"] == {"State": ("open", "taken back")}
    assert told["clinic_set_floor"]["Reason"] == told["clinic_end_floor"]["Reason"] == ("older men", "as agreed")
    assert [row.digits for row in ClinicFloor.objects.filter(ended_at=None)] == ["19"]


def test_another_clinic_is_not_found(administrator, clinic, bell):
    other = Clinic.objects.create(name="Another Clinic")
    member = clinics.add_prescriber(clinic=other, email="far@example.org", name="Dr. Far", password=PASSWORD)
    invitation, _ = sharing.invite(clinic_uid=other.uid, by=Actor.user(member.user_id), now=NOW)
    for name, uid in (("page", None), ("set_floor", None), ("end_member", member.uid), ("take_back", invitation.uid)):
        named = {} if uid is None else {"uid": uid}
        assert administrator.get(at(other, name, **named)).status_code == 404
        if uid is not None:
            assert administrator.get(at(clinic, name, **named)).status_code == 404


def test_hostile_names_break_nothing_and_more_rows_cost_no_more_queries(administrator, clinic, bell, dr_bell):
    def look():
        with CaptureQueriesContext(connection) as queries:
            text = administrator.get(at(clinic)).text
        return len(queries), text

    look()
    few, _ = look()
    for number, name in enumerate(HOSTILE):
        user = User.objects.create_user(f"h{number}@example.org", PASSWORD, name=name, is_staff=True)
        Prescriber.objects.create(user=user, clinic=clinic)
        sharing.invite(clinic_uid=clinic.uid, by=bell, now=NOW + timedelta(minutes=number))
        colleagues.invite(clinic_uid=clinic.uid, email=f"n{number}@example.org", by=bell, now=NOW)
        overrides.set_clinic_floor(clinic_uid=clinic.uid, by=bell, now=NOW, floor=f"1{number + 1}", reason=name)
    many, text = look()
    assert all(text.count(escape(name)) >= 2 for name in HOSTILE)
    assert "<script>alert" not in text
    assert (few, many) == (17, 17)
    assert Invitation.objects.filter(clinic=clinic).count() == len(HOSTILE)


def test_a_superuser_says_who_administers_and_has_no_clinic_page(setup_desk, dr_bell, clinic):
    assert setup_desk.get(reverse("admin:clinic")).status_code == 404
    assert setup_desk.get(at(clinic)).status_code == 404
    page = reverse("admin:tracking_user_change", args=[dr_bell.pk])
    sent = {"email": "bell@example.org", "name": "Dr. Bell", "is_active": "on"}
    for given, administers in (({"administers": "on"}, True), ({}, False)):
        assert setup_desk.post(page, sent | given).status_code == 302
        assert clinics.administers(User.objects.get(pk=dr_bell.pk)) is administers


def test_who_works_in_two_clinics_chooses(desk, dr_bell, clinic):
    other = Clinic.objects.create(name="Another <b> Clinic")
    Prescriber.objects.create(user=dr_bell, clinic=other)
    text = desk.get(reverse("admin:clinic")).text
    assert at(clinic) in text
    assert at(other) in text
    assert "Another &lt;b&gt; Clinic" in text


def test_a_member_whose_membership_was_ended_sees_nothing(administrator, clinic, dr_else, bell):
    clinics.end_membership(clinic_uid=clinic.uid, uid=dr_else.uid, by=bell, now=NOW)
    assert at_desk(dr_else.user).get(at(clinic)).status_code == 404
