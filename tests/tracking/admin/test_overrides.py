import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import Clinic, FloorSetting, IntervalSetting, Prescriber
from tracking.services import consent, overrides

pytestmark = pytest.mark.django_db
FLOOR = {"client_id": "desk-1", "floor": "20", "expires_on": "2027-01-31", "reason": "two fractures"}
INTERVAL = {"client_id": "desk-2", "kind": "dexa", "every_months": "12", "expires_on": "2027-01-31", "reason": "two fractures"}


def test_a_floor_is_set_shown_with_whose_it_is_and_ended(send, see, adam, dr_bell):
    text = send("set_floor", FLOOR).text
    assert "Set: a floor of 20 pg/mL until 31 Jan 2027." in text
    for said in ("Dr. Bell (Invented Clinic)", "two fractures", "31 Jan 2027"):
        assert said in text
    (row,) = see(FloorSetting, patient=adam)
    assert (row.digits, row.reason, row.set_by.user, row.set_at) == ("20", "two fractures", dr_bell, NOW)
    text = send("end_floor", {"client_id": "desk-3"}, setting_uid=row.uid).text
    assert "Ended: the floor of 20 pg/mL." in text
    assert "The floors and intervals of the rulebook hold." in text
    again = send("end_floor", {"client_id": "desk-3"}, setting_uid=row.uid)
    assert (again.status_code, "This was ended already." in again.text) == (409, True)


def test_an_interval_is_set_shown_and_ended(send, see, adam):
    assert "Set: dexa every 12 months until 31 Jan 2027." in send("set_interval", INTERVAL).text
    (row,) = see(IntervalSetting, patient=adam)
    assert (row.kind, row.every_months) == ("dexa", 12)
    assert "Ended: dexa every 12 months." in send("end_interval", {"client_id": "desk-4"}, setting_uid=row.uid).text


def test_what_the_service_refuses_is_said_on_the_field(send, see, adam):
    wrong = FLOOR | {"floor": "30.1", "reason": "", "expires_on": "2026-11-01"}
    errors = send("set_floor", wrong).context["form"].errors
    assert set(errors) == {"floor", "reason", "expires_on"}
    assert "Accepted: 10 to 30 pg/mL" in errors["floor"][0]
    assert set(send("set_interval", INTERVAL | {"every_months": "99"}).context["form"].errors) == {"every_months"}
    assert see(FloorSetting) == see(IntervalSetting) == []


def test_the_page_says_what_holds_now_of_a_clinic_and_of_the_deployment(desk, in_care, bell, address, settings):
    adam, clinic = in_care.patient, in_care.clinic
    overrides.set_clinic_floor(clinic_uid=clinic.uid, by=bell, now=NOW, floor="18", reason="older men")
    settings.ESTRADIOL_FLOOR = "14"
    text = desk.get(address(adam)).text
    for said in ("floor 18 pg/mL", "older men", "floor 14 pg/mL", "this deployment"):
        assert said in text


def test_who_works_in_two_clinics_that_he_lets_in_chooses_one(send, see, adam, dr_bell):
    other = Clinic.objects.create(name="Another Clinic")
    Prescriber.objects.create(user=dr_bell, clinic=other)
    consent.grant(patient=adam, clinic_uid=other.uid, by=Actor.user(adam.user_id), now=NOW)
    assert set(send("set_floor", FLOOR).context["form"].errors) == {"clinic"}
    send("set_floor", FLOOR | {"clinic": str(other.uid)})
    assert [row.clinic for row in see(FloorSetting, patient=adam)] == [other]
