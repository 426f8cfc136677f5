"""The dose history over the API. The client checks every answer against the document."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.tracking.api.contract import issues
from tests.tracking.api.test_regimens import ANASTROZOLE

LOW = {"value": "14.0", "method": "lcmsms", "verified_from_report": True, "collected_at": "2026-10-30"}


@pytest.fixture
def at(by_bell, by_adam, at_adam):
    """Adam on anastrozole since August with one logged dose, below the floor since October: where his history stands."""
    by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE | {"starts_on": "2026-08-01"})
    by_adam.send("POST", "/doses", {"drug": "anastrozole", "amount_mg": "0.50", "taken_at": "2026-10-29T08:00:00+01:00"})
    by_bell.lab(f"{at_adam}/labs", **LOW)
    return f"{at_adam}/dose-history"


def test_steps_log_results_and_marks_come_in_one_answer(by_bell, at):
    found = by_bell.send("GET", at).json()
    assert (found["from"], found["to"], found["zone"]) == ("2025-11-02", "2026-11-02", "Europe/Berlin")
    (drug,) = found["drugs"]
    (step,) = drug["steps"]
    assert (drug["drug"], step["dose"], step["basis"], step["starts_on"], step["ends_on"]) == (
        "anastrozole", f"{ANASTROZOLE['dose_mg']} mg", "prescribed", "2026-08-01", None,
    )  # fmt: skip
    assert step["stated"][0]["recorded_by"] == "Dr. Bell"
    assert drug["logged"]["taken"] == 1
    assert [event["amount"] for event in drug["events"]] == ["0.50 mg"]
    (result,) = found["results"]
    assert (result["analyte"], result["tier"], result["on"]) == ("estradiol", "below_floor", "2026-10-30")
    assert "opened" in {mark["what"] for mark in found["marks"] if mark["kind"] == "finding"}


def test_no_account_number_is_shown(by_bell, at):
    assert "user:" not in by_bell.send("GET", at).text


def test_a_window_holds_only_its_days(by_bell, at):
    found = by_bell.send("GET", f"{at}?from=2026-09-01&to=2026-09-30").json()
    assert (found["results"], found["marks"], found["drugs"][0]["logged"]["taken"]) == ([], [], 0)
    assert found["drugs"][0]["logged"]["first"] is None


@pytest.mark.parametrize(
    ("query", "pointer", "said"),
    [
        ("from=2026-10-02&to=2026-10-01", "?from", "2026-10-02 lies after 2026-10-01"),
        ("from=2020-01-01", "?from", "Accepted: at most 731."),
        ("from=soon", "?from", "'soon' is not a date"),
        ("to=2026-02-30", "?to", "'2026-02-30' is not a date"),
        ("since=2026-01-01", "?since", "Accepted: from, to."),
    ],
)
def test_what_is_no_window_is_refused_by_name(by_bell, at, query, pointer, said):
    answer = by_bell.send("GET", f"{at}?{query}")
    found = issues(answer)
    assert (answer.status_code, list(found)) == (422, [pointer])
    assert said in found[pointer]


def test_it_is_for_staff_of_his_clinic(by_carl, by_adam, at):
    assert by_carl.send("GET", at).status_code == 404
    assert by_adam.send("GET", "/dose-history").status_code == 404


def test_a_longer_log_costs_no_more_queries(by_bell, by_adam, at):
    counts = []
    for start in (0, 1):
        events = [
            {"drug": "anastrozole", "amount_mg": "0.5", "taken_at": (NOW - timedelta(hours=3 + n + start * 50)).isoformat()}
            for n in range(1 + start * 99)
        ]
        by_adam.send("POST", "/doses/bulk", {"events": events})
        with CaptureQueriesContext(connection) as queries:
            by_bell.send("GET", at)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_more_pauses_symptoms_and_requests_cost_no_more_queries(by_bell, by_adam, at, at_adam):
    (regimen,) = by_bell.send("GET", f"{at_adam}/regimens").json()["results"]
    counts, shown = [], []
    for months in ([8], [9, 10]):
        for month in months:
            pause = {"from_date": f"2026-{month:02}-11", "until": f"2026-{month:02}-14", "reason": "travel"}
            by_bell.send("POST", f"{at_adam}/regimens/{regimen['id']}/pause", pause)
            by_adam.send("POST", "/symptoms", {"code": "fatigue", "score": 5, "felt_at": f"2026-{month:02}-12T08:00:00Z"})
            asked = by_adam.send("POST", "/titration", {"words": "My joints hurt."}).json()
            by_adam.send("POST", f"/titration/{asked['id']}/withdraw", {})
        with CaptureQueriesContext(connection) as queries:
            found = by_bell.send("GET", at).json()
        counts.append(len(queries))
        shown.append((len(found["drugs"][0]["steps"]), len(found["marks"])))
    assert counts[0] == counts[1]
    assert shown[0][0] + 4 == shown[1][0]
    assert shown[0][1] + 2 * (2 + 1) <= shown[1][1]


def test_pauses_plans_adherence_symptoms_and_the_ledger_stand_on_it(by_bell, by_adam, at, at_adam):
    (regimen,) = by_bell.send("GET", f"{at_adam}/regimens").json()["results"]
    pause = {"from_date": "2026-09-01", "until": "2026-09-08", "reason": "surgery"}
    by_bell.send("POST", f"{at_adam}/regimens/{regimen['id']}/pause", pause)
    hcg = {"drug": "hcg", "dose": "500 IU", "schedule": {"kind": "daily"}, "starts_on": "2026-11-20"}
    by_bell.send("POST", f"{at_adam}/regimens", hcg)
    by_adam.send("POST", "/titration", {"words": "My joints hurt."})
    found = by_bell.send("GET", at).json()
    ai, coming = found["drugs"]
    assert [(step["paused"], step["planned"], step["dose"]) for step in ai["steps"]] == [
        (False, False, "0.5 mg"), (True, False, None), (False, False, "0.5 mg"),
    ]  # fmt: skip
    assert (ai["steps"][1]["stated"][0]["reason"], ai["steps"][1]["stated"][0]["recorded_by"]) == ("surgery", "Dr. Bell")
    assert (coming["steps"][0]["planned"], coming["steps"][0]["dose"], coming["steps"][0]["weekly"]) == (
        True,
        "500 IU",
        "3500 IU",
    )
    assert (ai["adherence"]["state"], ai["adherence"]["taken"]) == ("logged", 1)
    assert coming["adherence"] is None
    assert "divided by expected doses" in found["adherence_formula"]
    (asked,) = [mark for mark in found["marks"] if mark["kind"] == "titration"]
    assert (asked["what"], asked["words"], asked["by"]) == ("requested", "My joints hurt.", "Adam Invented")
