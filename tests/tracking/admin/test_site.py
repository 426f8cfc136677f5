import pytest
from django.contrib import admin
from django.urls import reverse

from tracking.models import Patient, Prescriber
from tracking.services.access import current_actor

pytestmark = pytest.mark.django_db


def test_a_prescriber_lands_on_her_work(desk):
    assert desk.get(reverse("admin:index")).headers["Location"] == reverse("admin:work_queue")


def test_signing_out_ends_the_session(desk):
    assert desk.post(reverse("admin:logout")).status_code == 200
    assert desk.get(reverse("admin:tracking_patient_changelist")).status_code == 302


def test_a_page_is_rendered_while_the_account_still_acts(desk, in_care, adam, address, monkeypatch):
    seen = []
    monkeypatch.setattr(Patient, "__str__", lambda man: seen.append(str(current_actor())) or "Adam")
    assert desk.get(address(adam)).status_code == 200
    assert set(seen) == {f"user:{desk.session['_auth_user_id']}"}
    assert current_actor() is None


def test_a_refusal_by_a_service_becomes_the_page_for_it(desk, in_care, adam, address, monkeypatch):
    from tracking.admin import record
    from tracking.domain.problems import problem

    for kind, status in (("not-found", 404), ("forbidden", 403)):

        def refuse(*_, kind=kind):
            raise problem("", "no", "No.", kind=kind)

        monkeypatch.setattr(record, "page", refuse)
        assert desk.get(address(adam)).status_code == status


def test_no_page_of_another_library_is_on_the_site():
    assert {model._meta.app_label for model in admin.site._registry} == {"tracking"}


def test_a_superuser_sees_the_set_up_and_no_patient(setup_desk, in_care, adam, address):
    index = setup_desk.get(reverse("admin:index"))
    assert index.status_code == 200
    assert "Clinics" in index.text
    assert "Patients" not in index.text
    assert setup_desk.get(reverse("admin:tracking_patient_changelist")).status_code == 403
    assert setup_desk.get(address(adam)).status_code == 404


def test_a_prescriber_who_left_the_clinic_sees_nobody(desk, in_care, adam, address, dr_bell):
    Prescriber.objects.filter(user=dr_bell).update(is_active=False)
    assert desk.get(reverse("admin:tracking_patient_changelist")).status_code == 403
    assert desk.get(address(adam)).status_code == 404


def test_nothing_can_be_looked_up_through_a_picker(desk, in_care):
    asked = {"app_label": "tracking", "model_name": "labresult", "field_name": "patient", "term": "a"}
    assert desk.get(reverse("admin:autocomplete"), asked).status_code == 404


def test_a_prescribers_own_record_is_not_on_her_desk(desk, dr_bell, as_system):
    with as_system():
        herself = Patient.objects.create(user=dr_bell, name="Bell as a patient", zone="Europe/Berlin")
    assert "Bell as a patient" not in desk.get(reverse("admin:tracking_patient_changelist")).text
    assert desk.get(reverse("admin:tracking_patient_change", args=[herself.uid])).status_code == 404
