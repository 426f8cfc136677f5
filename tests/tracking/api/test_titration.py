"""The titration loop over the API. The client checks every answer against the document."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.tracking.api.contract import issues
from tests.tracking.api.test_regimens import ANASTROZOLE
from tracking.evidence.checks import NEVER_TO_THE_MAN

LOW = {"value": "13.1", "method": "lcmsms", "verified_from_report": True, "collected_at": "2026-10-30"}
TODAY = str(NOW.date())
HALVED = {"ask": "change", "from_date": TODAY, "plan": {"dose_mg": "0.25"}, "reason": "below the floor"}


@pytest.fixture
def at(at_adam):
    return f"{at_adam}/titration"


@pytest.fixture
def regimen(by_bell, at_adam):
    """Adam, below the floor on an AI: the uid of his regimen."""
    row = by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE).json()
    by_bell.lab(f"{at_adam}/labs", **LOW)
    return row["uid"]


@pytest.fixture
def proposed(by_bell, at, regimen):
    """A proposal of half the dose: the whole answer."""
    answer = by_bell.send("POST", at, HALVED | {"regimen": regimen})
    assert answer.status_code == 201, answer.content
    return answer.json()


def confirm(client, at, proposed, **more):
    sent = {"evaluation": proposed["evaluation"], "reason": "low on a settled draw", "typed_weekly": "0.5"}
    return client.send("POST", f"{at}/{proposed['proposal']['uid']}/confirm", sent | more)


def test_a_proposal_says_what_it_would_come_to_and_changes_nothing(by_bell, at_adam, at, proposed, regimen):
    row, outlook = proposed["proposal"], proposed["outlook"]
    assert (row["state"], row["kind"], row["drug"], row["plan"]) == ("proposed", "dose", "anastrozole", {"dose_mg": "0.25"})
    assert row["before"] == {"regimen": regimen, "text": "0.5 mg every 3.5 days", "weekly": "1 mg"}
    assert row["after"] == {"regimen": None, "text": "0.25 mg every 3.5 days", "weekly": "0.5 mg"}
    assert (row["proposed"]["by"], row["proposed"]["clinic"]) == ("Dr. Bell", "Invented Clinic")
    assert (outlook["weekly"], outlook["needs_raising_reason"]) == ("0.5 mg", False)
    assert [(item["due_on"], item["earliest_answer_on"]) for item in outlook["rechecks"]] == [("2026-12-14", "2026-11-16")]
    (standing,) = by_bell.send("GET", f"{at_adam}/regimens").json()["results"]
    assert standing["dose_mg"] == "0.5"
    assert by_bell.send("GET", f"{at}/{row['uid']}").json() == row


def test_a_confirmation_changes_the_regimen_and_the_line_keeps_what_was_looked_at(by_bell, at_adam, at, proposed):
    answer = confirm(by_bell, at, proposed)
    assert answer.status_code == 200, answer.content
    row = answer.json()["proposal"]
    assert answer.headers["ETag"] == f'"{row["revision"]}"'
    assert (row["state"], row["effective_on"], row["decided"]["by"]) == ("confirmed", TODAY, "Dr. Bell")
    assert (row["evaluation_seen"]["word"], row["evaluation_seen"]["tier"]) == ("below", "below_floor")
    assert row["evaluation_seen"]["uid"] == row["evaluation"]["uid"] == proposed["evaluation"]
    assert [event["what"] for event in row["events"]] == ["proposed", "confirmed"]
    assert (row["comparison"]["answer"], row["comparison"]["due_on"]) == ("waiting", "2026-12-14")
    assert row["comparison"]["before"]["value"] == "13.1"
    newest, _ = by_bell.send("GET", f"{at_adam}/regimens").json()["results"]
    assert (newest["uid"], newest["dose_mg"], newest["reason"]) == (row["after"]["regimen"], "0.25", "low on a settled draw")
    (recheck,) = answer.json()["outlook"]["rechecks"]
    (due,) = [item for item in by_bell.send("GET", f"{at_adam}/due-items").json()["results"] if item["kind"] == "lab_e2_t"]
    assert (due["uid"], due["due_on"], due["reason"]) == (recheck["due_item"], "2026-12-14", recheck["words"])
    assert [item["due_item"] for item in proposed["outlook"]["rechecks"]] == [None]
    assert "user:" not in answer.text
    again = confirm(by_bell, at, proposed)
    assert (again.status_code, again.json()["proposal"], again.json()["outlook"]) == (200, row, None)


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        ({"typed_weekly": "5"}, (422, "/typed_weekly")),
        ({"typed_weekly": 0.5}, (422, "/typed_weekly")),
        ({"reason": " "}, (422, "/reason")),
        ({"from_date": "2026-11-01"}, (422, "/from_date")),
        ({"evaluation": "0192d0c0-0000-7000-8000-000000000000"}, (422, "/evaluation")),
        ({"evaluation": None}, (422, "/evaluation")),
        ({"dose_mg": "0.5"}, (422, "/dose_mg")),
        ({"episode": "0192d0c0-0000-7000-8000-000000000000"}, (422, "/episode")),
        ({"clinic": "0192d0c0-0000-7000-8000-000000000000"}, (422, "/clinic")),
    ],
)
def test_what_does_not_confirm_is_refused_by_field_and_nothing_changes(by_bell, at, proposed, sent, refusal):
    answer, (status, pointer) = confirm(by_bell, at, proposed, **sent), refusal
    assert (answer.status_code, pointer in issues(answer)) == (status, True), answer.content
    assert by_bell.send("GET", f"{at}/{proposed['proposal']['uid']}").json() == proposed["proposal"]
    (standing,) = by_bell.send("GET", at.replace("titration", "regimens")).json()["results"]
    assert standing["dose_mg"] == "0.5"


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"ask": "halve"}, "/ask"),
        ({"reason": ""}, "/reason"),
        ({"plan": {"dose_mg": "0,25"}}, "/plan/dose_mg"),
        ({"plan": {"dose_mg": "0.5"}}, "/plan"),
        ({"plan": {"dose": "0.25"}}, "/plan/dose"),
        ({"plan": {"dose_mg": "0.25", "reason": "x"}}, "/plan/reason"),
        ({"plan": {"review_on": "soon", "dose_mg": "0.25"}}, "/plan/review_on"),
        ({"from_date": "2026-11-01"}, "/from_date"),
        ({"regimen": "r1"}, "/regimen"),
        ({"regimen": "0192d0c0-0000-7000-8000-000000000000"}, "/regimen"),
        ({"evaluation": "x"}, "/evaluation"),
    ],
)
def test_what_is_no_proposal_is_refused_by_field(by_bell, at, regimen, sent, pointer):
    answer = by_bell.send("POST", at, HALVED | {"regimen": regimen} | sent)
    assert (answer.status_code, pointer in issues(answer)) == (422, True), answer.content
    assert by_bell.send("GET", at).json()["results"] == []


def test_a_result_that_came_in_between_is_a_conflict_and_the_preview_shows_what_stands(by_bell, at_adam, at, proposed):
    by_bell.lab(f"{at_adam}/labs", **(LOW | {"value": "9.0", "collected_at": "2026-10-31"}))
    answer = confirm(by_bell, at, proposed)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "evaluation-changed")
    assert all(value in answer.json()["detail"] for value in ("13.1 pg/mL", "9.0 pg/mL", "'below (critical)'"))
    looked = by_bell.send("POST", f"{at}/{proposed['proposal']['uid']}/preview", {}).json()
    assert looked["evaluation"] != proposed["evaluation"]
    assert confirm(by_bell, at, looked).json()["proposal"]["evaluation_seen"]["tier"] == "critical"


def test_more_of_an_ai_while_low_says_why_a_reason_is_asked_for(by_bell, at, regimen):
    told = by_bell.send("POST", at, HALVED | {"regimen": regimen, "plan": {"dose_mg": "0.75"}}).json()
    assert told["outlook"]["needs_raising_reason"]
    answer = confirm(by_bell, at, told, typed_weekly="1.5")
    assert "13.1 pg/mL on 30 Oct is below" in issues(answer)["/raising_reason"]
    row = confirm(by_bell, at, told, typed_weekly="1.5", raising_reason="mislabelled tube").json()["proposal"]
    assert row["raising_reason"] == "mislabelled tube"
    assert "raised_low" in [warning["code"] for warning in row["warnings"]]


def test_an_episode_is_answered_along_with_it(by_bell, at_adam, at, proposed):
    (episode,) = [
        row for row in by_bell.send("GET", f"{at_adam}/episodes").json()["results"] if row["code"] == "e2_below_floor_on_ai"
    ]
    row = confirm(by_bell, at, proposed, episode=episode["uid"]).json()["proposal"]
    assert row["episode"] == episode["uid"]
    answered = by_bell.send("GET", f"{at_adam}/episodes/{episode['uid']}").json()
    assert (answered["state"], answered["outcome"]) == ("acknowledged", "changed_plan")


def test_the_ledger_keeps_what_was_declined_and_shows_it_by_state(by_bell, at, proposed, regimen):
    uid = proposed["proposal"]["uid"]
    row = by_bell.send("POST", f"{at}/{uid}/decline", {"reason": "he feels well", "answer": "Let us wait."}).json()
    assert (row["state"], row["decided"]["reason"], row["answer"]) == ("declined", "he feels well", "Let us wait.")
    second = by_bell.send("POST", at, HALVED | {"regimen": regimen}).json()["proposal"]["uid"]
    states = {
        query: [line["uid"] for line in by_bell.send("GET", f"{at}?state={query}").json()["results"]]
        for query in ("open", "closed", "declined", "proposed", "expired")
    }
    assert states == {"open": [second], "closed": [uid], "declined": [uid], "proposed": [second], "expired": []}
    assert [line["uid"] for line in by_bell.send("GET", at).json()["results"]] == [second, uid]
    assert list(issues(by_bell.send("GET", f"{at}?state=new"))) == ["?state"]
    back = by_bell.send("POST", f"{at}/{second}/withdraw", {"reason": "typed wrongly"}).json()
    assert (back["state"], back["decided"]["by"]) == ("withdrawn", "Dr. Bell")


def test_what_time_has_ended_reads_as_expired_before_any_job_has_noted_it(by_bell, by_adam, at, proposed, monkeypatch):
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=30))
    (row,) = by_bell.send("GET", f"{at}?state=expired").json()["results"]
    assert (row["uid"], row["state"]) == (proposed["proposal"]["uid"], "expired")
    assert by_bell.send("GET", f"{at}?state=open").json()["results"] == []
    (his,) = by_adam.send("GET", "/titration").json()["results"]
    assert his["words"] == ["Nobody decided on it until 30 Nov. Nothing of your plan has changed by it."]
    answer = confirm(by_bell, at, proposed, from_date="2026-12-03")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "proposal-expired")


def test_the_man_asks_in_his_words_and_reads_what_became_of_it(by_adam, by_bell, at, regimen):
    words = "My joints hurt since the summer. Would 0.25 be enough?"
    answer = by_adam.send("POST", "/titration", {"words": words, "client_id": "ask-1"})
    assert answer.status_code == 201
    row = answer.json()
    assert (row["id"], row["state"], row["request"]["words"]) == ("ask-1", "requested", words)
    assert row["words"] == ["Your message is with your clinic. Nothing of your plan has changed."]
    assert by_adam.send("POST", "/titration", {"words": words, "client_id": "ask-1"}).status_code == 200
    (line,) = by_bell.send("GET", f"{at}?state=open").json()["results"]
    assert (line["request"]["words"], line["kind"], line["plan"], line["before"]) == (words, None, None, None)

    told = by_bell.send("POST", at, HALVED | {"regimen": regimen, "answers": line["uid"]})
    assert (told.status_code, told.json()["proposal"]["uid"]) == (200, line["uid"])
    assert by_adam.send("GET", "/titration/ask-1").json()["words"] == [
        "Your clinic is looking at your plan. Nothing of it has changed yet."
    ]
    confirm(by_bell, at, told.json())
    his = by_adam.send("GET", "/titration/ask-1").json()
    assert his["words"] == [
        "Your clinic has decided on a change that begins on 2 Nov. Your plan in this app shows it.",
        "The next blood test is due on 14 Dec.",
    ]
    assert by_adam.send("GET", f"/regimens/{his['regimen']}").json()["dose_mg"] == "0.25"


def test_the_man_reads_no_dose_and_no_forbidden_word_in_any_state(by_adam, by_bell, at, proposed, regimen):
    by_bell.send("POST", f"{at}/{proposed['proposal']['uid']}/decline", {"reason": "low", "answer": "Not now."})
    by_bell.send("POST", at, HALVED | {"regimen": regimen})
    by_adam.send("POST", "/titration", {"words": "Less?", "client_id": "ask-1"})
    by_adam.send("POST", "/titration/ask-1/withdraw", {})
    answer = by_adam.send("GET", "/titration")
    assert [row["state"] for row in answer.json()["results"]] == ["withdrawn", "proposed", "declined"]
    assert "From your clinic: Not now." in answer.text
    for word in (*NEVER_TO_THE_MAN, "0.25", "0.5", "anastrozole", "Dr. Bell", "below the floor"):
        assert word not in answer.text.lower(), word


def test_a_man_has_no_way_to_propose_or_confirm(by_adam, by_carl, at, proposed):
    for client in (by_adam, by_carl):
        assert confirm(client, at, proposed).status_code == 404
        assert client.send("POST", at, HALVED).status_code == 404
        assert client.send("GET", at).status_code == 404
    assert list(issues(by_adam.send("POST", "/titration", {"words": "x", "dose_mg": "0.25"}))) == ["/dose_mg"]
    assert by_adam.send("POST", f"/titration/{proposed['proposal']['id']}/withdraw", {}).status_code == 404


def test_a_prescriber_does_not_confirm_on_his_own_account(by_adam, adam, clinic, at, proposed):
    from tracking.models import Prescriber

    Prescriber.objects.create(user=adam.user, clinic=clinic)
    assert confirm(by_adam, at, proposed).status_code == 404


def test_a_request_without_a_clinic_would_be_read_by_nobody(by_carl):
    answer = by_carl.send("POST", "/titration", {"words": "Less, please."})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "no-clinic")


def test_the_ledger_is_read_in_a_number_of_queries_that_does_not_grow_with_it(by_bell, at, proposed, regimen):
    def count():
        with CaptureQueriesContext(connection) as captured:
            rows = by_bell.get(f"/api/v1{at}").json()["results"]
        return len(rows), len(captured)

    told = confirm(by_bell, at, proposed).json()
    one = count()
    for dose in ("0.2", "0.15", "0.1"):
        before = told["proposal"]["after"]["regimen"]
        told = by_bell.send("POST", at, HALVED | {"regimen": before, "plan": {"dose_mg": dose}}).json()
        told = confirm(by_bell, at, told, typed_weekly=told["outlook"]["weekly"]).json()
    assert (one[0], count()) == (1, (4, one[1]))


def test_what_waits_for_a_decision_is_one_list_for_the_clinic(by_bell, by_adam, by_carl, at, proposed):
    by_adam.send("POST", "/titration", {"words": "Less?", "client_id": "ask-1"})
    asked, stated = by_bell.send("GET", "/queue/titration").json()["results"]
    assert (asked["state"], asked["request"]["words"], asked["drug"], asked["after"]) == ("requested", "Less?", None, "")
    assert (stated["name"], stated["state"], stated["patient_uid"] in at) == ("Adam Invented", "proposed", True)
    assert (stated["before"], stated["after"]) == ("0.5 mg every 3.5 days", "0.25 mg every 3.5 days")
    for client in (by_adam, by_carl):
        assert client.send("GET", "/queue/titration").json()["results"] == []
    confirm(by_bell, at, proposed)
    assert [row["uid"] for row in by_bell.send("GET", "/queue/titration").json()["results"]] == [asked["uid"]]


def test_nobody_has_himself_in_the_list_and_what_is_over_is_not_in_it(by_bell, by_adam, in_care, proposed, monkeypatch):
    from tracking.models import Prescriber

    assert proposed
    Prescriber.objects.create(user=in_care.patient.user, clinic=in_care.clinic)
    assert by_adam.send("GET", "/queue/titration").json()["results"] == []
    assert len(by_bell.send("GET", "/queue/titration").json()["results"]) == 1
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=30))
    assert by_bell.send("GET", "/queue/titration").json()["results"] == []
