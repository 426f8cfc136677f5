import pytest
from django.urls import reverse

from tracking.models import Clinic, Prescriber, User

pytestmark = pytest.mark.django_db
NEW = {
    "email": "New.Doctor@Example.org",
    "name": "Dr. New",
    "usable_password": "true",
    "password1": "correct horse battery",
    "password2": "correct horse battery",
}


def test_a_superuser_makes_a_clinic_an_account_and_a_member(setup_desk):
    setup_desk.post(reverse("admin:tracking_clinic_add"), {"name": "New Clinic", "zone": "America/New_York"})
    clinic = Clinic.objects.get()
    assert clinic.zone == "America/New_York"
    setup_desk.post(reverse("admin:tracking_user_add"), NEW)
    user = User.objects.get(email="new.doctor@example.org")
    assert (user.is_staff, user.is_superuser, user.check_password(NEW["password1"])) == (True, False, True)
    setup_desk.post(reverse("admin:tracking_prescriber_add"), {"user": user.pk, "clinic": clinic.pk, "is_active": "on"})
    assert Prescriber.objects.get(user=user).is_active


def test_a_clinic_is_in_a_zone_that_there_is(setup_desk):
    answer = setup_desk.post(reverse("admin:tracking_clinic_add"), {"name": "New Clinic", "zone": "Mars/Olympus"})
    assert "is not a time zone. Send an IANA name such as Europe/Berlin" in answer.text
    assert not Clinic.objects.exists()


def test_an_address_counts_once_whatever_its_case(setup_desk, dr_bell):
    answer = setup_desk.post(reverse("admin:tracking_user_add"), NEW | {"email": "BELL@example.org"})
    assert answer.status_code == 200
    assert "already exists" in answer.text


def test_a_weak_password_is_refused(setup_desk):
    answer = setup_desk.post(reverse("admin:tracking_user_add"), NEW | {"password1": "short", "password2": "short"})
    assert "too short" in answer.text
    assert not User.objects.filter(email__startswith="new").exists()


def test_the_accounts_of_men_are_not_listed_nor_offered(setup_desk, adam, dr_bell):
    for page in ("user_changelist", "prescriber_add"):
        text = setup_desk.get(reverse(f"admin:tracking_{page}")).text
        assert "ell" in text
        assert "dam" not in text
    assert setup_desk.get(reverse("admin:tracking_user_change", args=[adam.user_id])).status_code == 302


def test_nothing_here_can_be_deleted(setup_desk, dr_bell, clinic):
    for model, row in (("user", dr_bell), ("clinic", clinic), ("prescriber", dr_bell.prescriber_in.get())):
        assert setup_desk.post(reverse(f"admin:tracking_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_a_password_can_be_set_and_an_account_switched_off(setup_desk, dr_bell):
    fields = {"email": dr_bell.email, "name": dr_bell.name}
    assert setup_desk.post(reverse("admin:tracking_user_change", args=[dr_bell.pk]), fields).status_code == 302
    dr_bell.refresh_from_db()
    assert dr_bell.is_active is False
    page = reverse("admin:auth_user_password_change", args=[dr_bell.pk])
    sent = {"password1": "another horse battery", "password2": "another horse battery", "usable_password": "true"}
    assert setup_desk.post(page, sent).status_code == 302
    dr_bell.refresh_from_db()
    assert dr_bell.check_password("another horse battery")


def test_a_prescriber_without_more_rights_sets_up_nothing(desk):
    for page in ("clinic_add", "user_changelist", "prescriber_changelist"):
        assert desk.get(reverse(f"admin:tracking_{page}")).status_code == 403
