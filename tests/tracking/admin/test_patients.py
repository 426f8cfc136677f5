import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import CareRelationship, Patient, User
from tracking.services import evaluations
from tracking.services.access import acting_as, lock_patient

pytestmark = pytest.mark.django_db
LIST = "admin:tracking_patient_changelist"
HOSTILE = (
    'O\'Brien "Bob" <script>alert(1)</script>',
    "محمد بن عبد الله",
    "陳大文",
    "🦴 Bone 💉",
    "W" * 200,
    "{{ man }} {% now %} &amp;",
)


def many(clinic, number):
    """So many men in care, each evaluated, without the cost of signing up."""
    users = User.objects.bulk_create(User(email=f"m{n}@example.org", name=f"Man {n}", password="!") for n in range(number))
    with acting_as(Actor.system("test")):
        men = [Patient.objects.create(user=user, name=user.name, zone="Europe/Berlin") for user in users]
        for man in men:
            CareRelationship.objects.create(patient=man, clinic=clinic, granted_at=NOW, granted_by="user:1")
            evaluations.refresh(lock_patient(man), now=NOW)
    return men


def counted(client, address):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(queries), answer


def test_the_list_says_the_verdict_the_value_as_reported_the_floor_the_finding_and_what_is_due(desk, full_record):
    text = desk.get(reverse(LIST)).text
    for said in (
        "Adam Invented",
        '<span class="verdict verdict-below">below</span>',
        "<b>14.0 pg/mL</b>",
        "LC-MS/MS, 10 days ago",
        "16.0 pg/mL",
        '<span class="priority P1">P1</span>',
        "is below the floor of 16.0 pg/mL while he is on anastrozole",
        "Estradiol and testosterone",
    ):
        assert said in text


def test_who_has_no_data_is_hatched_and_not_blank(desk, in_care):
    text = desk.get(reverse(LIST)).text
    assert '<span class="verdict verdict-no_current_data">no current data</span>' in text
    assert "none on record" in text


def test_a_censored_value_keeps_its_sign(desk, on_anastrozole, adam, record_lab):
    record_lab(adam, "<24", method="immunoassay")
    text = desk.get(reverse(LIST)).text
    assert "<b>&lt;24 pg/mL</b>" in text
    assert "verdict-cannot_say" in text


def test_the_list_is_by_name(desk, make_man, clinic, dr_bell, record_lab):
    from tracking.services import consent

    values = {"Zed Nodata": None, "Yan Fine": "33.0", "Xar Low": "8.0", "Abe Fine": "33.0", "Wim Unreadable": "<24"}
    for name, value in values.items():
        man = make_man(name)
        consent.grant(patient=man, clinic_uid=clinic.uid, by=Actor.user(man.user_id), now=NOW)
        if value:
            record_lab(man, value, method="immunoassay" if value.startswith("<") else "lcmsms")
    answer = desk.get(reverse(LIST))
    assert [man.name for man in answer.context["cl"].result_list] == [
        "Abe Fine",
        "Wim Unreadable",
        "Xar Low",
        "Yan Fine",
        "Zed Nodata",
    ]


def test_one_man_and_a_hundred_cost_the_same_queries(desk, clinic):
    many(clinic, 1)
    desk.get(reverse(LIST))
    one, _ = counted(desk, reverse(LIST))
    User.objects.filter(email="m0@example.org").update(email="first@example.org")
    many(clinic, 99)
    hundred, answer = counted(desk, reverse(LIST))
    assert answer.context["cl"].result_count == 100
    assert (one, hundred) == (12, 12)


def test_search_finds_only_among_her_own(desk, in_care, adam, carl):
    assert "Adam Invented" in desk.get(reverse(LIST), {"q": "adam"}).text
    found = desk.get(reverse(LIST), {"q": "carl"})
    assert found.context["cl"].result_count == 0
    assert "Carl" not in found.text.replace('value="carl"', "")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_a_page(desk, in_care, adam, address, name):
    with acting_as(Actor.user(adam.user_id)):
        Patient.objects.filter(pk=adam.pk).update(name=name)
    for page in (reverse(LIST), address(adam), address(adam, "record_lab"), address(adam, "history")):
        answer = desk.get(page)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert escape(name) in answer.text


def test_after_he_revokes_he_is_gone_at_once(desk, in_care, adam, address):
    from tracking.services import consent

    assert desk.get(address(adam)).status_code == 200
    consent.revoke(patient=adam, uid=in_care.uid, by=Actor.user(adam.user_id), now=NOW)
    assert desk.get(address(adam)).status_code == 404
    assert "Adam" not in desk.get(reverse(LIST)).text
