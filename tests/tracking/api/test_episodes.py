"""The work queue and the answers, over the API. The client checks every answer against the document."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.tracking.api.contract import issues
from tests.tracking.api.test_regimens import ANASTROZOLE

LOW = {"value": "14.0", "method": "lcmsms", "verified_from_report": True, "collected_at": "2026-10-30"}
UNTIL = (NOW + timedelta(days=2)).isoformat()


@pytest.fixture
def low(by_bell, at_adam):
    """Adam, below the floor on an AI; the address of his episode, and what stands there."""
    by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE | {"starts_on": "2026-08-01"})
    by_bell.lab(f"{at_adam}/labs", **LOW)
    (row,) = [
        row for row in by_bell.send("GET", f"{at_adam}/episodes").json()["results"] if row["code"] == "e2_below_floor_on_ai"
    ]
    return f"{at_adam}/episodes/{row['uid']}", row


def test_the_queue_shows_each_man_once_with_his_worst_in_words(by_bell, low, adam):
    (line,) = by_bell.send("GET", "/queue").json()["results"]
    assert (line["patient_uid"], line["name"]) == (str(adam.uid), "Adam Invented")
    assert line["worst"]["words"].startswith("Estradiol 14.0 pg/mL on 30 Oct")
    assert (line["worst"]["priority"], line["worst"]["state"], line["worst"]["overdue"]) == (1, "open", False)
    assert line["days_without"] == 0


def test_an_episode_is_read_with_its_revision(by_bell, low):
    at, row = low
    answer = by_bell.send("GET", at)
    assert answer.json() == row
    assert answer.headers["ETag"] == f'"{row["revision"]}"'
    assert [event["what"] for event in row["events"]] == ["opened"]
    assert row["events"][0]["by"] == "Dr. Bell"
    assert row["worst_priority"] == 1


def test_an_answer_stands_with_who_gave_it_and_no_account_number(by_bell, low):
    at, row = low
    sent = {"revision": row["revision"], "outcome": "accepted_with_reason", "note": "known to him"}
    answer = by_bell.send("POST", f"{at}/acknowledge", sent)
    shown = answer.json()
    assert (answer.status_code, shown["state"], shown["acknowledged_by"]) == (200, "acknowledged", "Dr. Bell")
    assert answer.headers["ETag"] == f'"{shown["revision"]}"'
    assert by_bell.send("POST", f"{at}/acknowledge", sent).json() == shown
    assert "user:" not in answer.text


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"outcome": "seen"}, "/outcome"),
        ({"outcome": "accepted_with_reason"}, "/note"),
        ({"outcome": "accepted_with_reason", "note": " "}, "/note"),
        ({}, "/outcome"),
        ({"outcome": "contacted", "revision": None}, "/revision"),
        ({"outcome": "contacted", "why": "x"}, "/why"),
    ],
)
def test_what_is_no_answer_is_refused_by_field(by_bell, low, sent, pointer):
    at, row = low
    answer = by_bell.send("POST", f"{at}/acknowledge", {"revision": row["revision"]} | sent)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
    assert by_bell.send("GET", at).json() == row


def test_an_answer_to_what_has_changed_is_a_conflict(by_bell, low):
    at, row = low
    answer = by_bell.send("POST", f"{at}/acknowledge", {"revision": row["revision"] - 1, "outcome": "contacted"})
    assert (answer.status_code, list(issues(answer))) == (409, ["/revision"])


def test_a_snooze_leaves_the_queue_and_its_refusal_names_the_limit(by_bell, low):
    at, row = low
    sent = {"revision": row["revision"], "until": UNTIL, "reason": "on holiday"}
    late = by_bell.send("POST", f"{at}/snooze", sent | {"until": (NOW + timedelta(days=15)).isoformat()})
    assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "snooze-too-long")
    assert "2026-11-" in late.json()["detail"]
    slept = by_bell.send("POST", f"{at}/snooze", sent).json()
    assert (slept["state"], slept["snoozed_by"], slept["snoozed_until"][:10]) == ("snoozed", "Dr. Bell", "2026-11-04")
    shown = [line["worst"]["uid"] for line in by_bell.send("GET", "/queue").json()["results"]]
    assert row["uid"] not in shown


def test_those_that_have_ended_are_listed_when_asked_for(by_bell, at_adam):
    by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE | {"starts_on": "2026-08-01"})
    by_bell.lab(f"{at_adam}/labs", **(LOW | {"collected_at": "2026-09-20"}))
    row = next(
        each for each in by_bell.send("GET", f"{at_adam}/episodes").json()["results"] if each["code"] == "e2_below_floor_on_ai"
    )
    by_bell.lab(f"{at_adam}/labs", **(LOW | {"value": "26.0", "collected_at": "2026-10-31"}))
    standing = by_bell.send("GET", f"{at_adam}/episodes").json()["results"]
    everything = by_bell.send("GET", f"{at_adam}/episodes?state=all").json()["results"]
    assert row["uid"] not in {each["uid"] for each in standing}
    (ended,) = [each for each in everything if each["uid"] == row["uid"]]
    assert (ended["state"], ended["resolution"], ended["words"]) == ("resolved", "recovered", row["words"])
    assert by_bell.send("GET", f"{at_adam}/episodes?state=open").status_code == 422


def test_a_man_has_no_queue_and_no_way_to_answer(by_adam, by_carl, low):
    at, row = low
    for client in (by_adam, by_carl):
        assert client.send("GET", "/queue").json()["results"] == []
        assert client.send("GET", at).status_code == 404
        assert (
            client.send("POST", f"{at}/acknowledge", {"revision": row["revision"], "outcome": "contacted"}).status_code == 404
        )


def test_a_prescriber_is_not_in_his_own_queue(by_adam, low, adam, clinic):
    from tracking.models import Prescriber

    Prescriber.objects.create(user=adam.user, clinic=clinic)
    at, row = low
    assert by_adam.send("GET", "/queue").json()["results"] == []
    assert by_adam.send("POST", f"{at}/acknowledge", {"revision": row["revision"], "outcome": "contacted"}).status_code == 404


def test_the_queue_goes_on_where_it_stopped(by_bell, low, make_man, clinic):
    from tracking.domain.actor import Actor
    from tracking.services import consent, labs

    def count(path):
        with CaptureQueriesContext(connection) as captured:
            rows = by_bell.get(path).json()["results"]
        return len(rows), len(captured)

    one = count("/api/v1/queue")
    for number in range(4):
        man = make_man(f"M{number} Invented")
        himself = Actor.user(man.user_id)
        consent.grant(patient=man, clinic_uid=clinic.uid, by=himself, now=NOW)
        sent = {"analyte": "estradiol", "unit": "pg/mL", "value": f"{11 + number}", "collected_at": "2026-10-30"}
        labs.record(patient=man, by=himself, now=NOW, **sent)
    assert (one[0], count("/api/v1/queue")) == (1, (5, one[1]))
    path, seen = "/api/v1/queue?limit=2", []
    while path:
        page = by_bell.get(path).json()
        seen += [line["name"] for line in page["results"]]
        path = page["next"] and page["next"].removeprefix("http://testserver")
    assert seen == ["Adam Invented", "M0 Invented", "M1 Invented", "M2 Invented", "M3 Invented"]


@pytest.mark.parametrize("query", ["cursor=nowhere", "cursor=0192d0c0-0000-7000-8000-000000000000", "limit=0", "p4=yes", "x=1"])
def test_a_parameter_that_means_nothing_is_refused(by_bell, low, query):
    answer = by_bell.send("GET", f"/queue?{query}")
    assert (answer.status_code, list(issues(answer))) == (422, [f"?{query.partition('=')[0]}"])
