from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues
from tests.tracking.api.test_regimens import ANASTROZOLE

DAILY = ANASTROZOLE | {
    "client_id": "r1",
    "dose_mg": "0.25",
    "schedule": {"kind": "daily", "times": 1, "at": ["08:00"]},
    "starts_on": "2026-10-01",
}
TAKEN = {"client_id": "d1", "drug": "anastrozole", "amount_mg": "0.25", "taken_at": "2026-10-25T08:05:00+01:00"}


@pytest.fixture
def daily(by_adam):
    return by_adam.send("POST", "/regimens", DAILY).json()


def test_the_calendar_of_doses_with_what_was_logged(by_adam, daily):
    by_adam.send("POST", "/doses", TAKEN)
    answer = by_adam.send("GET", "/doses/expected?from=2026-10-24&to=2026-10-26").json()
    assert [(row["at"], row["logged"]) for row in answer["results"]] == [
        ("2026-10-24T08:00:00+02:00", None),
        ("2026-10-25T08:00:00+01:00", {"id": "d1", "kind": "taken"}),
        ("2026-10-26T08:00:00+01:00", None),
    ]
    first = answer["results"][0]
    assert (first["regimen"], first["day"], first["number"], first["amount"]) == ("r1", "2026-10-24", 0, "0.25 mg")
    assert (first["timed"], first["zone"]) == (True, "Europe/Berlin")


def test_staff_read_the_same_by_uid(by_adam, by_bell, at_adam, daily):
    dose = by_adam.send("POST", "/doses", TAKEN).json()
    (row,) = by_bell.send("GET", f"{at_adam}/doses/expected?from=2026-10-25&to=2026-10-25").json()["results"]
    assert (row["regimen"], row["logged"]["id"]) == (daily["uid"], dose["uid"])


def test_adherence_states_its_formula_and_both_sums(by_adam, daily):
    by_adam.send("POST", "/doses", TAKEN)
    answer = by_adam.send("GET", "/doses/adherence?from=2026-10-24&to=2026-10-27").json()
    assert "divided by expected doses" in answer["formula"]
    (row,) = answer["results"]
    assert (row["state"], row["percent"], row["expected"], row["not_logged"]) == ("logged", "25.0", 4, 3)
    assert row["cumulative"] == {"unit": "mg", "by_regimen": "1", "by_log": "0.25"}


def test_silence_is_not_logged_and_no_figure(by_adam, daily):
    (row,) = by_adam.send("GET", "/doses/adherence").json()["results"]
    assert (row["state"], row["percent"], row["cumulative"]["by_log"]) == ("not_logged", None, None)


def test_the_sites_of_a_product(by_adam):
    dose = {"drug": "testosterone_enanthate_sc", "amount_mg": "75", "taken_at": "2026-10-05T08:00:00+02:00"}
    by_adam.send("POST", "/doses", dose | {"site": "abdomen_left"})
    (answer,) = by_adam.send("GET", "/doses/sites?drug=testosterone_enanthate_sc").json()["results"]
    assert answer["suggested"] == "abdomen_right"
    assert answer["sites"][-1] == {"site": "abdomen_left", "last_used": "2026-10-05T08:00:00+02:00"}
    (without,) = by_adam.send("GET", "/doses/sites?drug=anastrozole").json()["results"]
    assert without == {"drug": "anastrozole", "suggested": "", "sites": []}


def test_where_no_product_is_named_those_of_his_regimens_are_shown(by_adam, daily):
    assert [row["drug"] for row in by_adam.send("GET", "/doses/sites").json()["results"]] == ["anastrozole"]


@pytest.mark.parametrize(
    ("path", "pointer", "said"),
    [
        ("/doses/expected?from=2026-10-05&to=2026-10-01", "?to", "before"),
        ("/doses/expected?from=2026-01-01&to=2026-10-01", "?to", "92"),
        ("/doses/adherence?from=2020-01-01&to=2026-10-01", "?to", "400"),
        ("/doses/expected?from=tomorrow", "?from", "YYYY-MM-DD"),
        ("/doses/expected?drug=aspirin", "?drug", "anastrozole"),
        ("/doses/sites?drug=aspirin", "?drug", "anastrozole"),
        ("/doses/adherence?site=x", "?site", "no such parameter"),
    ],
)
def test_a_question_that_has_no_answer_says_what_is_accepted(by_adam, path, pointer, said):
    answer = by_adam.send("GET", path)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
    assert said in issues(answer)[pointer]


def test_a_dose_of_that_name_could_not_be_reached_and_is_refused(by_adam):
    for name in ("expected", "adherence", "sites"):
        assert list(issues(by_adam.send("POST", "/doses", TAKEN | {"client_id": name}))) == ["/client_id"]
