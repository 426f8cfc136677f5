"""The work queue on the desk: what a row says, how it is narrowed and paged, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import NOW, PASSWORD
from tests.desks import at_desk
from tests.tracking.admin.test_patients import HOSTILE
from tracking.admin import work
from tracking.domain.actor import Actor
from tracking.domain.rulebook import SEVERITIES
from tracking.models import CareRelationship, Clinic, Episode, Patient, Prescriber, User
from tracking.services import consent, episodes, evaluations
from tracking.services.access import acting_as, lock_patients

pytestmark = pytest.mark.django_db
QUEUE = "/admin/work/"


@pytest.fixture
def low_on_ai(full_record):
    return full_record


def names(answer):
    return [line.man.name for line in answer.context["lines"]]


def test_a_prescriber_lands_on_the_queue(desk):
    assert desk.get(reverse("admin:index")).headers["Location"] == QUEUE


def test_a_row_says_whom_why_and_what_the_order_rests_on(desk, low_on_ai):
    text = desk.get(QUEUE).text
    for said in (
        "Adam Invented",
        '<span class="priority P1">P1</span>',
        "is below the floor of 16.0 pg/mL while he is on anastrozole",
        '<span class="verdict verdict-below">below</span><span class="quiet">current</span>',
        '<b class="value"><bdi>14.0 pg/mL</bdi></b>',
        "LC-MS/MS, 10 days ago",
        "16.0 pg/mL",
        "88 % of the floor",
        "0 known, 60 possible, 305 unknown of 365 days",
        '<td data-head="AI">Anastrozole 1 mg/week</td>',
        '<td data-head="Open, answer by">0 days<span class="quiet">answer by 5 Nov 2026</span>',
    ):
        assert said in text, said
    assert re.search(r'<span class="chip"[^>]*><b>P[0-3]</b> [A-Z][A-Za-z, ]+</span>', text)


def test_who_is_late_says_so_and_is_counted_in_every_part_he_belongs_to(desk, low_on_ai, dr_bell, monkeypatch):
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=5))
    at_desk(dr_bell, desk)
    answer = desk.get(QUEUE)
    assert "overdue, was due 5 Nov 2026" in answer.text
    assert {part.label: part.count for part in answer.context["parts"]} == {
        "Mine": 0, "Unanswered": 1, "Overdue": 1, "Blind on an AI": 0, "Also P4": None,
    }  # fmt: skip
    assert names(desk.get(QUEUE, {"show": ["overdue", "unacknowledged"], "q": "adam"})) == ["Adam Invented"]
    assert "Nobody here fits" in desk.get(QUEUE, {"show": "blind"}).text


def test_what_the_address_asks_for_oddly_asks_for_nothing(desk, low_on_ai):
    for odd in ({"show": "everything"}, {"page": "-3"}, {"page": "x"}, {"q": "\x00"}, {"p4": "1"}):
        assert names(desk.get(QUEUE, odd)) == ["Adam Invented"], odd
    assert desk.post(QUEUE).status_code == 405


def test_who_waits_for_nothing_more_urgent_than_p4_is_hidden_until_asked_for(desk, low_on_ai, as_system):
    with as_system():
        Episode.objects.filter(patient=low_on_ai).update(priority=4, worst_priority=0)
    assert "Nobody waits for an answer" in desk.get(QUEUE).text
    assert names(desk.get(QUEUE, {"show": "p4"})) == ["Adam Invented"]


def test_only_men_who_let_her_clinic_in_are_on_it(desk, low_on_ai, in_care, setup_desk, adam):
    other = User.objects.create_user("other@example.org", PASSWORD, name="Dr. Other", is_staff=True)
    Prescriber.objects.create(user=other, clinic=Clinic.objects.create(name="Another Clinic"))
    elsewhere = at_desk(other)
    assert names(elsewhere.get(QUEUE)) == []
    assert setup_desk.get(QUEUE).status_code == 403
    consent.revoke(patient=adam, uid=in_care.uid, by=Actor.user(adam.user_id), now=NOW)
    assert names(desk.get(QUEUE)) == []


def test_no_name_breaks_the_queue(desk, low_on_ai, adam):
    for name in HOSTILE:
        with acting_as(Actor.user(adam.user_id)):
            Patient.objects.filter(pk=adam.pk).update(name=name)
        answer = desk.get(QUEUE)
        assert names(answer) == [name]
        assert "<script>alert" not in answer.text


@pytest.fixture
def many(clinic):
    """So many men without any result, evaluated together: each is one row, for a baseline that is missing or the like."""

    def add(count, first=0):
        users = User.objects.bulk_create(User(email=f"m{first + n}@example.org", password="!") for n in range(count))
        with acting_as(Actor.system("test")):
            men = Patient.objects.bulk_create(Patient(user=user, name=user.email, zone="Europe/Berlin") for user in users)
            CareRelationship.objects.bulk_create(
                CareRelationship(patient=man, clinic=clinic, granted_at=NOW, granted_by="user:1") for man in men
            )
            lock_patients([man.pk for man in men])
            said = evaluations.refresh_many(men, now=NOW)
            Episode.objects.bulk_create(
                Episode(
                    patient=man, family="e2_low", code="e2_below_floor_on_ai", opened_at=NOW, opened_in=said[man.pk],
                    evaluation=said[man.pk], priority=2, worst_priority=2, severity=SEVERITIES[0], lane="low_e2",
                )
                for man in men
            )  # fmt: skip

    return add


def test_ten_men_and_a_hundred_cost_the_same_queries_and_come_in_pages(desk, many):
    counted = []
    for count, first in ((10, 0), (90, 10)):
        many(count, first)
        with CaptureQueriesContext(connection) as queries:
            answer = desk.get(QUEUE)
        counted.append((len(answer.context["lines"]), len(queries)))
    assert [shown for shown, _ in counted] == [10, 50]
    assert counted[0][1] == counted[1][1] <= 16
    second = desk.get(QUEUE, {"page": "2"})
    assert {*names(answer)} | {*names(second)} == {f"m{n}@example.org" for n in range(100)}
    assert "page 2 of 2, 100 men" in second.text
    assert work.PER_PAGE == 50


ANSWER = "/admin/work/answer/"


@pytest.fixture
def the(low_on_ai, as_system):
    """The low estradiol of Adam, as it stands now."""

    def now():
        with as_system():
            return Episode.objects.get(patient=low_on_ai, family="e2_low")

    return now


def key(row):
    return f"{row.uid}.{row.revision}"


def test_from_a_row_she_answers_and_comes_back_to_the_same_list(desk, the, dr_bell, low_on_ai):
    shown = desk.get(ANSWER, {"do": "acknowledge", "row": key(the()), "back": "show=mine"})
    assert "Adam Invented" in shown.text
    assert f'value="{key(the())}" checked' in shown.text
    sent = {"do": "acknowledge", "row": key(the()), "back": "show=mine", "outcome": "contacted", "note": "called him"}
    answer = desk.post(ANSWER, sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{QUEUE}?show=mine")
    stored = the()
    assert (stored.outcome, stored.note, stored.acknowledged_by) == ("contacted", "called him", f"user:{dr_bell.pk}")
    text = desk.get(QUEUE).text
    assert "Answered: 1 man." in text
    assert "answered: contacted" in text


@pytest.mark.parametrize("outcome", ["contacted", "changed_plan", "repeat_ordered", "accepted_with_reason"])
def test_each_of_the_four_outcomes_is_stored_and_told_in_words(desk, the, outcome):
    desk.post(ANSWER, {"do": "acknowledge", "row": key(the()), "outcome": outcome, "note": "as discussed"})
    assert the().outcome == outcome
    assert f"answered: {outcome.replace('_', ' ')}" in desk.get(QUEUE).text


def test_from_the_mans_page_his_worst_is_ticked(desk, the, low_on_ai):
    text = desk.get(ANSWER, {"man": str(low_on_ai.uid)}).text
    assert text.count(" checked") == 1
    assert f'value="{key(the())}" checked' in text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"do": "acknowledge", "outcome": "accepted_with_reason", "note": " "}, "Say why it is accepted as it is."),
        ({"do": "acknowledge", "outcome": "forgotten"}, "Select a valid choice"),
        ({"do": "acknowledge"}, "This field is required"),
        ({"do": "snooze", "until": "2027-10-01", "reason": "on holiday"}, "That is too long. Accepted: until 2026-11-16"),
        ({"do": "snooze", "until": "2026-10-01", "reason": "on holiday"}, "That has passed."),
        ({"do": "snooze", "until": "tomorrow", "reason": "x"}, "Enter a valid date"),
        ({"do": "assign", "to": "nobody"}, "Select a valid choice"),
    ],
)
def test_what_is_refused_says_why_and_stores_nothing(desk, the, sent, said):
    before = the().revision
    answer = desk.post(ANSWER, {"row": key(the()), **sent})
    assert answer.status_code == 200
    assert said in answer.text
    assert the().revision == before


def test_nothing_ticked_stores_nothing_and_keeps_the_choice(desk, the, low_on_ai):
    answer = desk.post(ANSWER, {"do": "acknowledge", "man": str(low_on_ai.uid), "outcome": "contacted"})
    assert "Nothing is ticked that is still open." in answer.text
    assert key(the()) in answer.text
    assert the().acknowledged_at is None


def test_what_changed_meanwhile_is_not_answered_by_accident(desk, the):
    stale = f"{the().uid}.{the().revision - 1}"
    answer = desk.post(ANSWER, {"do": "acknowledge", "row": stale, "outcome": "contacted"})
    assert "has changed since it was read" in answer.text
    assert key(the()) in answer.text
    assert the().acknowledged_at is None


def test_put_off_until_the_morning_where_he_lives(desk, the):
    answer = desk.post(ANSWER, {"do": "snooze", "row": key(the()), "until": "2026-11-09", "reason": "he travels"})
    assert answer.status_code == 302
    assert the().snoozed_until.isoformat() == "2026-11-08T23:00:00+00:00"


def test_assigned_to_a_colleague_it_stands_under_her_name(desk, the, clinic):
    cole = User.objects.create_user("cole@example.org", PASSWORD, name="Dr. Cole", is_staff=True)
    member = Prescriber.objects.create(user=cole, clinic=clinic)
    assert desk.post(ANSWER, {"do": "assign", "row": key(the()), "to": str(member.uid)}).status_code == 302
    assert the().assigned_to == member
    assert "with <bdi>Dr. Cole</bdi>" in desk.get(QUEUE).text


def test_released_to_the_man(desk, settings, adam, on_anastrozole, record_lab, the, as_system):
    settings.FINDINGS_RELEASE = "reviewed"
    record_lab(adam, "9.0", days=2)
    from tracking.services import shown

    def waits():
        with as_system():
            return shown.with_his_words(evaluations.of(adam)).waits

    shown_to_her = re.search(r'name="seen" value="([^"]+)"', desk.get(ANSWER, {"do": "release", "row": key(the())}).text)[1]
    assert "evaluated anew" in desk.post(ANSWER, {"do": "release", "row": key(the())}).text
    assert waits()
    assert desk.post(ANSWER, {"do": "release", "row": key(the()), "seen": shown_to_her}).status_code == 302
    assert not waits()


def test_of_several_what_one_refuses_holds_up_no_other(desk, the, many, as_system):
    many(2)
    with as_system():
        rows = list(Episode.objects.filter(patient__name__startswith="m", family="e2_low").order_by("pk"))
    keys = [key(rows[0]), f"{rows[1].uid}.{rows[1].revision - 1}", key(the())]
    answer = desk.post(ANSWER, {"do": "acknowledge", "row": keys, "outcome": "contacted"})
    assert answer.status_code == 200
    assert "Answered: 2 men." in answer.text
    assert [man.name for man, _ in answer.context["men"]] == ["m1@example.org"]
    with as_system():
        answered = {row.pk: row.acknowledged_at is not None for row in Episode.objects.filter(family="e2_low")}
    assert answered == {rows[0].pk: True, rows[1].pk: False, the().pk: True}


@pytest.mark.parametrize(
    ("do", "sent", "told", "changed"),
    [
        ("snooze", {"until": "2026-11-09", "reason": "he travels"}, "Put off: 3 men.", "snoozed_until"),
        ("assign", {}, "Assigned: 3 men.", "assigned_to"),
    ],
)
def test_several_men_are_put_off_or_assigned_at_once(desk, the, many, as_system, dr_bell, do, sent, told, changed):
    many(2)
    with as_system():
        keys = [key(row) for row in Episode.objects.filter(family="e2_low")]
    sent |= {"to": str(Prescriber.objects.get(user=dr_bell).uid)} if do == "assign" else {}
    answer = desk.post(ANSWER, {"do": do, "row": keys} | sent, follow=True)
    assert told in answer.text
    with as_system():
        assert [bool(getattr(row, changed)) for row in Episode.objects.filter(family="e2_low")] == [True] * 3


def test_another_clinics_man_cannot_be_answered_for(the, dr_bell):
    other = User.objects.create_user("other@example.org", PASSWORD, name="Dr. Other", is_staff=True)
    Prescriber.objects.create(user=other, clinic=Clinic.objects.create(name="Another Clinic"))
    elsewhere = at_desk(other)
    for answer in (
        elsewhere.get(ANSWER, {"row": key(the())}),
        elsewhere.post(ANSWER, {"do": "acknowledge", "row": key(the()), "outcome": "contacted"}),
    ):
        assert "Adam" not in answer.text
    assert the().acknowledged_at is None


@pytest.mark.parametrize(
    "row", ["", "x", "x.1", "01a219ef-68d0-70fe-84a3-f883ce23ff0f.x", "01a219ef-68d0-70fe-84a3-f883ce23ff0f.1"]
)
def test_what_names_no_episode_is_nothing_to_answer(desk, low_on_ai, row):
    assert "Nothing that is chosen is still open" in desk.get(ANSWER, {"row": row}).text
    assert desk.get(ANSWER, {"do": "delete"}).status_code == 404


def test_the_queue_is_what_the_service_lists(desk, low_on_ai):
    """The page adds no opinion of its own about who comes first."""
    from tracking.services import work_queue

    with acting_as(Actor.system("test")):
        expected = work_queue.work_of(clinics=Clinic.objects.all(), now=NOW).page(start=0, limit=50)
    assert names(desk.get(QUEUE)) == [line.man.name for line in expected]
    assert episodes.state(expected[0].worst, NOW) == "open"
