"""Titration from a man's page: proposed, looked at, decided on, by typing. No dose comes from a form."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from tests.conftest import NOW, PASSWORD
from tests.desks import at_desk
from tests.tracking.admin.test_patients import HOSTILE
from tests.tracking.services.titrating import prescribed
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import Episode, Evaluation, Prescriber, Proposal, Regimen, User
from tracking.services import labs, pauses, titration

pytestmark = pytest.mark.django_db
TODAY = NOW.date().isoformat()
HALF = {
    "client_id": "propose-1", "dose_mg": "0.25", "schedule_kind": "every", "every_days": "3.5", "starts_on": TODAY,
    "reason": "below the floor", "review_on": "2027-01-15",
}  # fmt: skip


@pytest.fixture
def low_record(on_anastrozole, adam, record_lab):
    """Adam below the floor on his tablets: as much of a record as a decision needs."""
    record_lab(adam, "14.0")
    record_lab(adam, "751", analyte="testosterone_total", unit="ng/dL")
    return adam


@pytest.fixture
def stated(send, low_record):
    """Propose something of Adam's anastrozole; the page that follows."""

    def propose(name="propose_change", sent=HALF, **more):
        regimen = {} if name == "propose_start" else {"regimen_uid": more.pop("regimen").uid}
        return send(name, sent, **regimen)

    return propose


@pytest.fixture
def proposed(stated, on_anastrozole, see, adam, next_transaction):
    stated(regimen=on_anastrozole)
    next_transaction(adam)
    (row,) = see(Proposal, patient=adam)
    return row


@pytest.fixture
def decide(desk, adam, address, proposed):
    """Look at the proposal, type, and confirm."""

    def confirm(look=None, **typed):
        page = address(adam, "decide", proposal_uid=proposed.uid)
        shown = desk.get(page, look or {})
        hidden = hidden_in(shown)
        return desk.post(page, hidden | {"typed_weekly": "0.5", "reason": "low on two draws"} | typed, follow=True)

    return confirm


def hidden_in(page):
    """What the form of a decision says that was shown."""
    names = ("seen", "evaluation", "from_date")
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page.text)[1] for name in names}


def plain(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_form_of_a_change_holds_the_interval_that_stands_and_no_dose(desk, low_record, on_anastrozole, address):
    form = desk.get(address(low_record, "propose_change", regimen_uid=on_anastrozole.uid))
    assert "In force: Anastrozole 0.5 mg every 3.5 days" in form.text
    assert form.context["form"]["every_days"].value() == "3.5"
    assert form.context["form"]["dose_mg"].value() == ""
    start = desk.get(address(low_record, "propose_start")).context["form"]
    assert start["dose_mg"].value() is None


def test_a_proposal_leads_to_what_comes_of_it_and_changes_nothing(stated, on_anastrozole, see, low_record, dr_bell):
    answer = stated(regimen=on_anastrozole)
    text = plain(answer)
    for said in (
        "Nothing of his plan has changed yet",
        "Anastrozole: 0.5 mg every 3.5 days → 0.25 mg every 3.5 days",
        "Dr. Bell (Invented Clinic) proposed it on 2 Nov 2026 10:00, to hold from 2 Nov 2026: below the floor",
        "Below the floor: estradiol 14.0 pg/mL",
        "14 Dec 2026",
        "reads now:",
        "whole basis",
    ):
        assert said in text, said
    (row,) = see(Proposal, patient=low_record)
    assert (row.state, row.proposed_by) == ("proposed", f"user:{dr_bell.pk}")
    assert [regimen.dose_digits for regimen in see(Regimen, patient=low_record)] == ["0.5"]


def test_the_weekly_amount_is_not_on_the_page_before_it_is_typed(stated, on_anastrozole):
    page = stated(regimen=on_anastrozole)
    assert not re.search(r"0\.5 mg (a|/) ?week", page.text.partition("Decision</h2>")[2].partition("</form>")[0])
    assert page.context["form"]["typed_weekly"].value() is None


def test_a_confirmation_is_stored_on_the_evaluation_that_was_shown_and_says_the_recheck(decide, see, adam, proposed):
    text = decide().text
    assert "Confirmed: Anastrozole: 0.5 mg every 3.5 days → 0.25 mg every 3.5 days, from 2 Nov 2026." in text
    assert "Recheck due 14 Dec 2026." in text
    (row,) = see(Proposal, patient=adam)
    assert (row.state, row.typed_weekly, row.decision_reason) == ("confirmed", "0.5", "low on two draws")
    assert row.evaluation_seen_id in {found.pk for found in see(Evaluation, patient=adam)}
    assert [regimen.dose_digits for regimen in see(Regimen, patient=adam)] == ["0.5", "0.25"]


def test_what_is_wrong_is_said_on_its_field_and_nothing_is_stored(desk, see, adam, address, proposed):
    page = address(adam, "decide", proposal_uid=proposed.uid)
    shown = hidden_in(desk.get(page)) | {"typed_weekly": "0.5", "reason": "low on two draws"}
    for typed, field, said in (
        ({"typed_weekly": "5"}, "typed_weekly", "the plan comes to 0.5 mg a week"),
        ({"typed_weekly": ""}, "typed_weekly", "Type what the new plan comes to in a week"),
        ({"reason": " "}, "reason", "Say why"),
    ):
        answer = desk.post(page, shown | typed)
        assert said in answer.context["form"].errors[field][0]
    assert [row.state for row in see(Proposal, patient=adam)] == ["proposed"]
    assert "14 Dec 2026" in answer.text


def test_another_day_is_looked_at_before_it_is_confirmed(desk, decide, see, adam, address, proposed):
    day = (NOW.date() + timedelta(days=7)).isoformat()
    page = desk.get(address(adam, "decide", proposal_uid=proposed.uid), {"from_date": day})
    assert "21 Dec 2026" in page.text
    assert f'name="from_date" value="{day}"' in page.text
    decide({"from_date": day})
    assert [str(row.effective_on) for row in see(Proposal, patient=adam)] == [day]
    past = desk.get(address(adam, "decide", proposal_uid=proposed.uid), {"from_date": "2026-01-01"})
    assert "This is confirmed, so it cannot be confirmed any more." in past.text


def test_a_day_that_is_past_is_refused_where_it_is_asked_for(desk, adam, address, proposed):
    page = desk.get(address(adam, "decide", proposal_uid=proposed.uid), {"from_date": "2026-01-01"})
    assert "2026-01-01 is past where he lives." in page.text
    assert 'name="typed_weekly"' not in page.text


def test_a_result_that_came_in_meanwhile_is_told_and_has_to_be_looked_at(desk, adam, address, proposed, bell, see):
    page = address(adam, "decide", proposal_uid=proposed.uid)
    shown = desk.get(page)
    hidden = hidden_in(shown)
    at = {"collected_at": (NOW - timedelta(days=1)).isoformat(), "method": "lcmsms", "staff": True}
    labs.record(patient=adam, by=bell, now=NOW, analyte="estradiol", value="9.0", unit="pg/mL", **at)
    sent = hidden | {"typed_weekly": "0.5", "reason": "low"}
    answer = desk.post(page, sent)
    assert "What you looked at has changed." in answer.text
    assert "9.0 pg/mL" in answer.text
    fresh = re.search(r'name="evaluation" value="([^"]*)"', answer.text)[1]
    assert fresh != hidden["evaluation"]
    assert desk.post(page, sent | {"evaluation": fresh}).status_code == 302
    assert [row.state for row in see(Proposal, patient=adam)] == ["confirmed"]


def test_more_of_an_ai_while_low_asks_for_a_typed_reason(stated, on_anastrozole, desk, adam, address, see):
    answer = stated(regimen=on_anastrozole, sent=HALF | {"dose_mg": "1", "confirmed_reason": "as discussed"})
    assert "raising_reason" in answer.context["form"].fields
    (row,) = see(Proposal, patient=adam)
    page = address(adam, "decide", proposal_uid=row.uid)
    hidden = hidden_in(answer)
    sent = hidden | {"typed_weekly": "2", "reason": "tender"}
    refused = desk.post(page, sent)
    assert "Type why it is right all the same." in refused.context["form"].errors["raising_reason"][0]
    assert desk.post(page, sent | {"raising_reason": "he knows of it"}).status_code == 302
    assert [row.raised_while for row in see(Proposal, patient=adam)] == ["low"]


def test_both_drugs_at_once_are_told_to_be_confounded(stated, on_anastrozole, low_record, bell, see):
    prescribed(low_record, bell, "testosterone_cypionate", "60", ago=7)
    text = plain(stated(regimen=on_anastrozole))
    assert "one draw cannot" in text


def test_an_open_finding_is_answered_along_with_it(decide, see, adam):
    (low,) = [row for row in see(Episode, patient=adam) if row.family == "e2_low"]
    decide(episode=str(low.uid))
    (answered,) = [row for row in see(Episode, patient=adam) if row.pk == low.pk]
    assert (answered.outcome, answered.note) == ("changed_plan", "low on two draws")


def test_his_request_is_taken_up_or_declined(desk, stated, on_anastrozole, see, low_record, address, send):
    himself = Actor.user(low_record.user_id)
    titration.request(patient=low_record, by=himself, now=NOW, words="My knees <hurt>.")
    (asked,) = see(Proposal, patient=low_record)
    form = desk.get(address(low_record, "propose_change", regimen_uid=on_anastrozole.uid)).context["form"]
    assert form["answers"].value() == asked.uid
    look = desk.get(address(low_record, "decide", proposal_uid=asked.uid)).text
    assert "This is a request in his own words." in look
    assert "<hurt>" not in look
    stated(regimen=on_anastrozole, sent=HALF | {"answers": str(asked.uid)})
    assert [(row.pk, row.state) for row in see(Proposal, patient=low_record)] == [(asked.pk, "proposed")]
    assert "reason" in send("decline", {"reason": ""}, proposal_uid=asked.uid).context["form"].errors
    assert "Declined." in send("decline", {"reason": "too early", "answer": "In May."}, proposal_uid=asked.uid).text
    (row,) = see(Proposal, patient=low_record)
    assert (row.state, row.decision_reason, row.answer) == ("declined", "too early", "In May.")


def test_a_proposal_is_taken_back(send, see, adam, proposed):
    assert "Taken back." in send("withdraw", {"reason": "a slip"}, proposal_uid=proposed.uid).text
    assert [row.state for row in see(Proposal, patient=adam)] == ["withdrawn"]


def test_a_start_a_stop_and_another_product_are_proposed(stated, on_anastrozole, see, low_record, send):
    letrozole = HALF | {"drug": "letrozole", "dose_mg": "0.5", "every_days": "7", "client_id": "p-2"}
    assert "Anastrozole: 0.5 mg every 3.5 days → stopped" in plain(
        stated("propose_stop", {"client_id": "p-1", "starts_on": TODAY, "reason": "low"}, regimen=on_anastrozole)
    )
    refused = stated("propose_product", letrozole, regimen=on_anastrozole)
    assert "Letrozole" in plain(refused)
    hcg = {"drug": "hcg", "dose_mg": "500", "dose_unit": "IU", "schedule_kind": "weekdays", "weekdays": ["mon", "thu"]}
    start = stated("propose_start", hcg | {"client_id": "p-3", "starts_on": TODAY, "reason": "fertility"})
    assert "500 IU on Mon, Thu" in plain(start)
    assert [(row.kind, row.drug) for row in see(Proposal, patient=low_record)] == [
        ("stop", "anastrozole"), ("product", "letrozole"), ("start", "hcg"),
    ]  # fmt: skip


def test_a_second_open_proposal_of_a_drug_is_refused(stated, on_anastrozole, proposed):
    answer = stated(regimen=on_anastrozole, sent=HALF | {"client_id": "propose-2"})
    assert "Dr. Bell has proposed a change of this drug already" in answer.text


def test_what_a_proposal_lacks_is_said_on_its_field(stated, on_anastrozole, see, low_record):
    for wrong, field in (
        ({"dose_mg": "0,25"}, "dose_mg"), ({"dose_mg": ""}, "dose_mg"), ({"dose_mg": "0.5"}, "dose_mg"),
        ({"every_days": ""}, "every_days"), ({"starts_on": "2026-01-01"}, "starts_on"), ({"reason": ""}, "reason"),
        ({"review_on": "2028-01-01"}, "review_on"), ({"strength": "3"}, "strength"),
    ):  # fmt: skip
        assert set(stated(regimen=on_anastrozole, sent=HALF | wrong).context["form"].errors) == {field}
    assert see(Proposal, patient=low_record) == []


def test_a_proposal_against_a_regimen_that_was_changed_since_says_so_and_can_be_taken_back(
    desk, adam, address, proposed, bell, on_anastrozole
):
    who = {"patient": adam, "by": bell, "now": NOW, "origin": Origin.PRESCRIBED}
    pauses.pause(**who, key=on_anastrozole.client_id, from_date=NOW.date(), reason="surgery")
    text = desk.get(address(adam, "decide", proposal_uid=proposed.uid)).text
    assert "since then that regimen was paused or resumed" in text
    assert 'name="typed_weekly"' not in text
    assert address(adam, "withdraw", proposal_uid=proposed.uid) in text


def test_of_two_prescribers_the_second_is_told_who_was_first(decide, desk, adam, address, proposed, in_care, see):
    page = address(adam, "decide", proposal_uid=proposed.uid)
    shown = desk.get(page)
    hidden = hidden_in(shown)
    decide()
    again = desk.post(page, hidden | {"typed_weekly": "0.5", "reason": "low on two draws"})
    assert again.status_code == 302, "the same, sent twice, is one"
    assert [row.state for row in see(Proposal, patient=adam)] == ["confirmed"]
    dr_else = User.objects.create_user("else@example.org", PASSWORD, name="Dr. Else", is_staff=True)
    Prescriber.objects.create(user=dr_else, clinic=in_care.clinic)
    second = at_desk(dr_else).post(page, hidden | {"typed_weekly": "0.5", "reason": "low"})
    assert second.status_code == 409
    assert "Dr. Bell changed this" in second.text
    assert "proposed" in second.text


def test_no_name_or_word_breaks_the_pages(desk, adam, address, proposed, on_anastrozole, as_system):
    himself = Actor.user(adam.user_id)
    for name, pages in zip(HOSTILE, (("decide", "decline"), *[("decline",)] * (len(HOSTILE) - 1)), strict=True):
        with as_system():
            adam.name = name
            adam.save(update_fields=["name"])
        asked = titration.request(patient=adam, by=himself, now=NOW, words=name).row
        shown = [address(adam, page, proposal_uid=proposed.uid) for page in pages]
        for page in (*shown, address(adam, "propose_change", regimen_uid=on_anastrozole.uid)):
            text = desk.get(page).text
            assert escape(name) in text
            assert "<script>alert" not in text
        titration.withdraw(patient=adam, uid=asked.uid, by=himself, now=NOW)


def test_the_page_of_a_decision_costs_so_many_queries_whatever_the_record(desk, adam, address, proposed, many_labs):
    page = address(adam, "decide", proposal_uid=proposed.uid)
    desk.get(page)
    with CaptureQueriesContext(connection) as short:
        desk.get(page)
    many_labs(adam, 30)
    desk.get(page)
    with CaptureQueriesContext(connection) as long:
        desk.get(page)
    assert (len(short), len(long)) == (121, 121)
