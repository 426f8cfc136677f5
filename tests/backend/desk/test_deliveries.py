"""Messages that failed: to whom, why, and what is left to do; never what they said."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from notifications import services
from notifications.models import Delivery, Escalation, Reminder, StaffDigest
from tests.conftest import NOW
from tests.desks import at_desk
from tests.tracking.admin.test_patients import HOSTILE
from tracking.models import User

pytestmark = pytest.mark.django_db
ENDED = {"attempts": 1, "next_attempt_at": NOW, "ended_at": NOW - timedelta(hours=1)}


@pytest.fixture
def desk(dr_bell, now):
    return at_desk(dr_bell)


@pytest.fixture
def fail(as_system):
    """A message about a man that ended so."""

    def store(man, state="refused", reason="550 no such user", channel="email", reminder=None, **more):
        with as_system():
            reminder = reminder or reminder_of(man)
            row = {"patient_id": man.pk, "reminder": reminder, "channel": channel, "state": state, "last_reason": reason}
            return Delivery.objects.create(**(row | ENDED | more))

    return store


def reminder_of(man):
    number = Reminder.objects.filter(patient_id=man.pk).count()
    times = {"send_at": NOW, "expires_at": NOW + timedelta(days=9), "claimed_at": NOW, "due_on": NOW.date()}
    about = {"patient_id": man.pk, "due_item_id": man.pk, "kind": "lab_e2_t", "channel": "inbox"}
    return Reminder.objects.create(stage="on", round=number + 1, round_began_at=NOW, state="claimed", **about, **times)


def page(browser, **asked):
    return browser.get(reverse("admin:deliveries"), asked)


def test_each_failure_is_told_with_its_reason_and_what_is_left_to_do(desk, in_care, adam, fail):
    fail(adam)
    fail(adam, "unknown", "timed out")
    fail(adam, "dead", "nowhere to send it", "push", attempts=0)
    text = page(desk).text
    for said in (
        "Adam Invented", "E-mail", "550 no such user", "Ask for another address or phone", "handed over, then silence",
        "It may have arrived, so it is not sent again.", "Push", "given up", "nowhere to send it", "No way was left",
    ):  # fmt: skip
        assert said in text, said
    for health in ("estradiol", "lab_e2_t", "testosterone", "DXA"):
        assert health not in text.partition('id="men"')[2]


def test_what_went_out_otherwise_needs_nothing_and_what_was_no_loss_is_not_told(desk, in_care, adam, fail):
    first = fail(adam)
    fail(adam, "sent", "", "push", reminder=first.reminder)
    assert "Nothing: another message about the same went out." in page(desk).text
    fail(adam, "dead", "no longer due")
    fail(adam, ended_at=NOW - timedelta(days=31))
    assert len(page(desk).context["lines"]) == 1


def test_a_colleague_who_was_not_told_and_a_digest_that_failed_are_named(desk, in_care, adam, dr_bell, as_system):
    with as_system():
        silence = Escalation.objects.create(
            patient_id=adam.pk, about="overdue", subject_id=1, occasion="2026-11-01", level="clinic", at=NOW
        )
        sent = {"escalation": silence, "recipient_id": dr_bell.pk, "channel": "email", "state": "refused", **ENDED}
        Delivery.objects.create(patient_id=adam.pk, last_reason="mailbox full", **sent)
    day = {"recipient_id": dr_bell.pk, "day": NOW.date(), "worth_until": NOW, "state": "unknown", "last_reason": "timed out"}
    StaffDigest.objects.create(**day, **ENDED)
    text = page(desk).text
    for said in ("mailbox full", "Tell the colleague that an answer is waited for", "Dr. Bell", "timed out"):
        assert said in text, said


def test_nobody_elses_men_are_on_it_and_the_operator_has_counts_alone(desk, in_care, adam, carl, fail, now):
    fail(carl)
    fail(adam, "unknown", "timed out")
    assert [line.man for line in page(desk).context["lines"]] == [adam]
    counted = {(one.way, one.state): one.count for one in services.count_failures(now=NOW)}
    assert counted == {("email", "refused"): 1, ("email", "unknown"): 1}
    root = at_desk(User.objects.create_superuser("root@example.org", "x", name="Root"))
    assert page(root).status_code == 404


def test_hostile_words_break_nothing_and_more_rows_cost_no_more_queries(desk, in_care, adam, fail, as_system):
    def look(**asked):
        with CaptureQueriesContext(connection) as queries:
            answer = page(desk, **asked)
        return len(queries), answer.text

    fail(adam)
    look()
    few, _ = look()
    for name in HOSTILE:
        fail(adam, reason=name[:200])
    with as_system():
        adam.name = HOSTILE[0]
        adam.save(update_fields=["name"])
    many, text = look(page="999")
    assert all(escape(name[:200]) in text for name in HOSTILE)
    assert "<script>alert" not in text
    assert (few, many) == (15, 15)
