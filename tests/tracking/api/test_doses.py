from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues
from tests.tracking.api.test_regimens import ANASTROZOLE

TAKEN = {"drug": "anastrozole", "amount_mg": "0.5", "taken_at": "2026-10-05T08:00:00+02:00"}


def test_a_dose_comes_back_as_it_was_logged(by_adam):
    by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    answer = by_adam.send("POST", "/doses", TAKEN | {"client_id": "d1", "regimen": "r1", "site": "mouth"})
    assert answer.status_code == 201
    row = answer.json()
    assert (row["id"], row["kind"], row["amount_mg"], row["regimen"], row["site"]) == ("d1", "taken", "0.5", "r1", "mouth")
    assert row["taken_at"] == "2026-10-05T08:00:00+02:00"
    assert by_adam.send("GET", "/doses/d1").json() == row
    assert by_adam.send("POST", "/doses", TAKEN | {"client_id": "d1", "regimen": "r1", "site": "mouth"}).status_code == 200


def test_staff_name_the_regimen_by_its_uid(by_adam, by_bell, at_adam):
    regimen = by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"}).json()
    assert by_bell.send("POST", f"{at_adam}/doses", TAKEN | {"regimen": regimen["uid"]}).json()["regimen"] == regimen["uid"]
    answer = by_bell.send("POST", f"{at_adam}/doses", TAKEN | {"regimen": "r1"})
    assert (answer.status_code, list(issues(answer))) == (422, ["/regimen"])


def test_a_dose_goes_on_naming_its_regimen_after_that_was_corrected(by_adam, by_bell, at_adam):
    """The same dose sent again is the same, and what staff read of it they can send back."""
    by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    dose = TAKEN | {"client_id": "d1", "regimen": "r1"}
    uid = by_adam.send("POST", "/doses", dose).json()["uid"]
    fixed = by_adam.send("PUT", "/regimens/r1", ANASTROZOLE | {"reason": "put right"}).json()
    assert by_adam.send("POST", "/doses", dose).status_code == 200
    assert by_bell.send("GET", f"{at_adam}/doses/{uid}").json()["regimen"] == fixed["uid"]
    assert by_bell.send("GET", f"{at_adam}/doses").json()["results"][0]["regimen"] == fixed["uid"]
    answer = by_bell.send("PUT", f"{at_adam}/doses/{uid}", TAKEN | {"regimen": fixed["uid"]})
    assert (answer.status_code, answer.json()["uid"]) == (200, uid)


def test_a_dose_is_corrected_and_taken_back(by_adam):
    by_adam.send("POST", "/doses", TAKEN | {"client_id": "d1"})
    answer = by_adam.send("PUT", "/doses/d1", {"drug": "anastrozole", "kind": "skipped", "taken_at": "2026-10-05"})
    assert (answer.status_code, answer.json()["kind"], answer.json()["amount_mg"]) == (200, "skipped", "")
    assert by_adam.send("DELETE", "/doses/d1").status_code == 204
    assert by_adam.send("GET", "/doses").json()["results"] == []


def test_many_doses_are_logged_at_once_or_not_at_all(by_adam):
    days = [TAKEN | {"taken_at": f"2026-10-0{day}T08:00:00+02:00", "client_id": f"d{day}"} for day in range(1, 6)]
    answer = by_adam.send("POST", "/doses/bulk", days)
    assert (answer.status_code, [row["id"] for row in answer.json()["results"]]) == (201, ["d1", "d2", "d3", "d4", "d5"])
    another_day = {"taken_at": "2026-10-09T08:00:00+02:00"}
    wrong = [TAKEN | another_day | {"client_id": "e1"}, TAKEN | {"amount_mg": "0,5"}, TAKEN | {"doze": "1"}]
    answer = by_adam.send("POST", "/doses/bulk", wrong)
    assert (answer.status_code, set(issues(answer))) == (422, {"/2/doze"})
    answer = by_adam.send("POST", "/doses/bulk", wrong[:2])
    assert (answer.status_code, set(issues(answer))) == (422, {"/1/amount_mg"})
    assert len(by_adam.send("GET", "/doses").json()["results"]) == 5


@pytest.mark.parametrize("body", [[], {}, [TAKEN] * 501, ["x"]])
def test_a_bulk_that_is_no_list_of_doses_is_refused(by_adam, body):
    assert by_adam.send("POST", "/doses/bulk", body).status_code == 422


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"drug": "aspirin"}, "/drug"),
        ({"kind": "forgotten"}, "/kind"),
        ({"amount_mg": ""}, "/amount_mg"),
        ({"amount_mg": 0.5}, "/amount_mg"),
        ({"amount_mg": ">0.5"}, "/amount_mg"),
        ({"amount_mg": "5000"}, "/amount_mg"),
        ({"kind": "skipped"}, "/amount_mg"),
        ({"taken_at": "2026-10-05T08:00:00"}, "/taken_at"),
        ({"taken_at": "2027-01-01"}, "/taken_at"),
        ({"zone": "nowhere"}, "/zone"),
        ({"regimen": "not-his"}, "/regimen"),
        ({"site": "x" * 41}, "/site"),
    ],
)
def test_what_cannot_be_accepted_is_named_and_nothing_is_stored(by_adam, changed, pointer):
    answer = by_adam.send("POST", "/doses", TAKEN | changed)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
    assert by_adam.send("GET", "/doses").json()["results"] == []


def test_the_log_is_filtered_by_drug_and_day(by_adam):
    by_adam.send("POST", "/doses", TAKEN)
    by_adam.send("POST", "/doses", TAKEN | {"drug": "testosterone_cypionate", "amount_mg": "100", "taken_at": "2026-10-07"})
    assert len(by_adam.send("GET", "/doses?drug=anastrozole").json()["results"]) == 1
    assert len(by_adam.send("GET", "/doses?from=2026-10-06").json()["results"]) == 1
    assert list(issues(by_adam.send("GET", "/doses?drug=aspirin"))) == ["?drug"]


def test_the_same_dose_from_a_second_phone_is_answered_with_the_name_of_the_first(by_adam):
    by_adam.send("POST", "/doses", TAKEN | {"client_id": "phone-1"})
    answer = by_adam.send("POST", "/doses", TAKEN | {"client_id": "phone-2"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "dose-duplicate")
    assert "'phone-1'" in issues(answer)["/taken_at"]
    assert by_adam.send("POST", "/doses", TAKEN | {"client_id": "phone-2", "kind": "extra"}).status_code == 201


def test_hcg_is_logged_in_international_units(by_adam):
    dose = {"client_id": "h1", "drug": "hcg", "amount": "500 IU", "taken_at": TAKEN["taken_at"]}
    row = by_adam.send("POST", "/doses", dose).json()
    assert (row["amount"], row["amount_mg"]) == ("500 IU", None)
    wrong = by_adam.send("POST", "/doses", TAKEN | {"drug": "hcg"})
    assert "Accepted: IU" in issues(wrong)["/amount_mg"]
