"""Who works in a clinic, and who may say so."""

import pytest

from tests.conftest import NOW, PASSWORD
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import AuditEvent, Clinic, Patient, Prescriber, User
from tracking.services import clinics
from tracking.services.access import acting_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def dr_else(clinic):
    return clinics.add_prescriber(clinic=clinic, email="else@example.org", name="Dr. Else", password=PASSWORD)


@pytest.fixture
def bell(dr_bell):
    clinics.let_administer(dr_bell)
    return Actor.user(dr_bell.pk)


def refused(call):
    with pytest.raises(Problem) as found:
        call()
    return found.value.kind, found.value.issues[0].code


def test_an_administrator_ends_a_membership_and_resumes_it_and_both_are_kept(clinic, bell, dr_else, in_care):
    about = {"clinic_uid": clinic.uid, "uid": dr_else.uid, "by": bell, "now": NOW}

    def seen():
        with acting_as(Actor.user(dr_else.user_id)):
            return Patient.objects.count(), Patient.objects.visible_to(dr_else.user).count()

    assert seen() == (1, 1)
    for _ in range(2):
        assert not clinics.end_membership(**about).is_active
    assert seen() == (0, 0)
    assert clinics.resume_membership(**about).is_active
    kept = AuditEvent.objects.filter(account=dr_else.user_id).order_by("pk").values_list("what", "by", "at")
    assert list(kept) == [("member-ended", str(bell), NOW), ("member-resumed", str(bell), NOW)]


def test_a_plain_member_and_a_stranger_end_nothing(clinic, bell, dr_else, dr_bell):
    own = Prescriber.objects.get(user=dr_bell)
    about = {"clinic_uid": clinic.uid, "uid": own.uid, "now": NOW}
    plain = Actor.user(dr_else.user_id)
    assert refused(lambda: clinics.end_membership(by=plain, **about)) == ("forbidden", "administrator-only")
    stranger = User.objects.create_user("far@example.org", PASSWORD, name="Dr. Far")
    other = Prescriber.objects.create(user=stranger, clinic=Clinic.objects.create(name="Another Clinic"))
    clinics.let_administer(stranger)
    assert refused(lambda: clinics.end_membership(by=Actor.user(stranger.pk), **about)) == ("not-found", "not-found")
    elsewhere = about | {"uid": other.uid}
    assert refused(lambda: clinics.end_membership(by=bell, **elsewhere)) == ("not-found", "not-found")
    assert refused(lambda: clinics.end_membership(by=bell, **about)) == ("forbidden", "own-membership")
    own.refresh_from_db()
    assert own.is_active
    clinics.let_administer(dr_bell, may=False)
    assert refused(lambda: clinics.end_membership(by=bell, **about))[1] == "administrator-only"
