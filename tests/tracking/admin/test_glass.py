"""Breaking the glass: the only way in which a superuser sees a man's record, and what it leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from tests.conftest import NOW
from tests.desks import at_desk
from tracking import tasks
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import AccessEvent, BreakGlass, LabResult, Patient, User
from tracking.services import break_glass
from tracking.services.access import acting_as

pytestmark = pytest.mark.django_db
GLASS = "/admin/break-glass/"
WHY = "He asked support why his reminder did not come."


@pytest.fixture
def broken(setup_desk, full_record):
    """Root has opened Adam's record, and reads it."""
    return setup_desk.post(GLASS, {"email": "Adam@example.org", "reason": WHY})


def later(monkeypatch, **time):
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(**time))


def test_it_opens_one_record_to_read_for_an_hour(broken, setup_desk, full_record, address, monkeypatch, carl, superuser):
    assert broken.headers["Location"] == address(full_record)
    page = setup_desk.get(address(full_record))
    assert "He did not let you in. You read his record until 2 Nov 2026 10:00 UTC" in page.text
    assert "14.0 pg/mL" in page.text
    assert "Record lab" not in page.text
    assert setup_desk.get(address(carl)).status_code == 404
    assert setup_desk.get(reverse("admin:tracking_patient_changelist")).status_code == 403
    assert setup_desk.get(reverse("admin:work_queue")).status_code == 403
    later(monkeypatch, hours=1)
    assert at_desk(superuser).get(address(full_record)).status_code == 404


def test_nothing_can_be_written_through_it(broken, setup_desk, full_record, address, see):
    before = len(see(LabResult, patient=full_record))
    assert setup_desk.get(address(full_record, "record_lab")).status_code == 403
    assert setup_desk.post(address(full_record, "record_lab"), {}).status_code == 403
    assert len(see(LabResult, patient=full_record)) == before


def test_he_reads_who_when_and_why(broken, setup_desk, full_record, see, superuser, address):
    setup_desk.get(address(full_record))
    told = [(row.user_id, row.through, row.what) for row in see(AccessEvent, patient=full_record, user=superuser)]
    assert told == [(superuser.pk, "break_glass", WHY)]
    (glass,) = see(BreakGlass, patient=full_record)
    assert (glass.user, glass.reason, glass.opened_at, glass.expires_at) == (superuser, WHY, NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"email": "nobody@example.org", "reason": WHY}, "No record of another person belongs to this address."),
        ({"email": "adam@example.org", "reason": "because"}, "Say why in a sentence."),
        ({"email": "adam", "reason": WHY}, "Enter a valid email address."),
        ({"email": "root@example.org", "reason": WHY}, "No record of another person"),
        ({}, "This field is required."),
    ],
)
def test_what_is_refused_says_why_and_opens_nothing(setup_desk, adam, see, sent, said):
    answer = setup_desk.post(GLASS, sent)
    assert answer.status_code == 200
    assert said in answer.text
    assert see(BreakGlass) == []


def test_it_can_be_closed_before_its_time_and_by_nobody_else(broken, setup_desk, desk, full_record, address, see):
    (glass,) = see(BreakGlass)
    end = f"{GLASS}{glass.uid}/close/"
    assert desk.post(end).status_code == 403
    assert setup_desk.get(end).status_code == 405
    assert setup_desk.post(end).headers["Location"] == GLASS
    assert setup_desk.get(address(full_record)).status_code == 404
    assert setup_desk.post(f"{GLASS}{full_record.uid}/close/").status_code == 404


def test_the_page_lists_what_is_open_with_a_way_to_close_it_and_what_was_without_his_name(
    broken, setup_desk, full_record, address, see, monkeypatch, superuser
):
    other = User.objects.create_superuser("other-root@example.org", "correct horse battery", name="Other Root")
    (glass,) = see(BreakGlass)
    end = f"{GLASS}{glass.uid}/close/"
    page = setup_desk.get(GLASS).text
    for said in (f'href="{address(full_record)}"', "Adam Invented", escape(WHY), "<b>open</b>", "until 2 Nov 2026 10:00 UTC"):
        assert said in page, said
    assert f'action="{end}"' in page
    assert "Nothing yet." in at_desk(other).get(GLASS).text
    assert at_desk(other).post(end).status_code == 404
    later(monkeypatch, minutes=20)
    browser = at_desk(superuser)
    page = browser.post(end, follow=True).text
    assert "Closed: this record is no longer open to you." in page
    for said in ("closed early", "2 Nov 2026 09:20 UTC", str(full_record.uid), escape(WHY)):
        assert said in page, said
    assert "Adam" not in page
    assert end not in page
    # It is kept on the row, and he reads it in the history of his record.
    assert [row.closed_at for row in see(BreakGlass)] == [NOW + timedelta(minutes=20)]
    again = browser.post(end)
    assert (again.status_code, [row.closed_at for row in see(BreakGlass)]) == (302, [NOW + timedelta(minutes=20)])


def test_what_ran_out_is_listed_as_ended_before_the_job_has_closed_it(broken, full_record, monkeypatch, superuser):
    later(monkeypatch, hours=1)
    page = at_desk(superuser).get(GLASS).text
    assert "ended<span" in page
    assert "Adam" not in page
    assert "Close it now" not in page


def test_a_prescriber_breaks_no_glass(desk, carl, see):
    assert desk.get(GLASS).status_code == 403
    assert desk.post(GLASS, {"email": "carl@example.org", "reason": WHY}).status_code == 403
    assert see(BreakGlass) == []


def test_the_database_lets_the_account_in_while_it_is_open_and_the_job_closes_it(broken, full_record, superuser, monkeypatch):
    def sees():
        with acting_as(Actor.user(superuser.pk)):
            return Patient.objects.filter(pk=full_record.pk).exists()

    assert sees()
    User.objects.filter(pk=superuser.pk).update(is_superuser=False)
    assert not sees()
    User.objects.filter(pk=superuser.pk).update(is_superuser=True)
    assert tasks.close_broken_glass() == 0
    later(monkeypatch, hours=1)
    assert [tasks.close_broken_glass(), tasks.close_broken_glass()] == [1, 0]
    assert not sees()


def test_asking_twice_is_one_and_after_its_time_another(setup_desk, superuser, adam, see, now):
    first = break_glass.open_record(email="adam@example.org", reason=WHY, by=superuser, now=NOW)
    again = break_glass.open_record(email="adam@example.org", reason=WHY, by=superuser, now=NOW + timedelta(minutes=59))
    after = break_glass.open_record(email="adam@example.org", reason=WHY, by=superuser, now=NOW + timedelta(hours=2))
    assert first == again != after
    assert [row.closed_at for row in see(BreakGlass)] == [NOW + timedelta(hours=1), None]


def test_only_a_superuser_opens(adam, dr_bell, now):
    with pytest.raises(Problem) as refused:
        break_glass.open_record(email="adam@example.org", reason=WHY, by=dr_bell, now=NOW)
    assert refused.value.kind == "forbidden"
