from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues
from tests.tracking.api.test_intake import DAILY, TAKEN

COUNT = {
    "client_id": "c1",
    "drug": "anastrozole",
    "form": "tablet",
    "units": "10",
    "content": "1 mg",
    "counted_at": "2026-10-20T20:00:00+02:00",
}


def test_a_count_comes_back_as_it_was_stated(by_adam):
    answer = by_adam.send("POST", "/inventory/counts", COUNT)
    assert answer.status_code == 201
    row = answer.json()
    assert (row["id"], row["kind"], row["units"], row["content"]) == ("c1", "count", "10", "1 mg")
    assert row["counted_at"] == "2026-10-20T20:00:00+02:00"
    assert by_adam.send("GET", "/inventory/counts/c1").json() == row
    assert by_adam.send("POST", "/inventory/counts", COUNT).status_code == 200


def test_what_is_left_and_when_to_refill(by_adam):
    by_adam.send("POST", "/regimens", DAILY)
    by_adam.send("POST", "/inventory/counts", COUNT)
    by_adam.send("POST", "/doses", TAKEN)
    (row,) = by_adam.send("GET", "/inventory").json()["results"]
    stock = {
        "form": "tablet",
        "content": "1 mg",
        "left": "9.75",
        "counted_at": "2026-10-20T20:00:00+02:00",
        "count_again": False,
    }
    assert row["stock"] == [stock]
    assert (row["dose"], row["whole_doses"], row["days_of_supply"]) == ("0.25 mg", 39, 40)
    assert (row["runs_out_on"], row["refill_due_on"]) == ("2026-12-12", "2026-12-05")


def test_a_count_is_corrected_and_taken_back(by_adam, by_bell, at_adam):
    row = by_adam.send("POST", "/inventory/counts", COUNT).json()
    body = {name: value for name, value in COUNT.items() if name != "client_id"}
    assert by_adam.send("PUT", "/inventory/counts/c1", body | {"units": "8"}).json()["units"] == "8"
    (shown,) = by_bell.send("GET", f"{at_adam}/inventory/counts?drug=anastrozole").json()["results"]
    assert (shown["units"], shown["uid"] == row["uid"]) == ("8", False)
    assert by_adam.send("DELETE", "/inventory/counts/c1").status_code == 204
    assert by_adam.send("GET", "/inventory").json()["results"] == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"drug": "aspirin"}, "/drug"),
        ({"form": "box"}, "/form"),
        ({"units": 10}, "/units"),
        ({"content": "1"}, "/content"),
        ({"counted_at": "2026-10-20T20:00:00"}, "/counted_at"),
        ({"dose": "1"}, "/dose"),
    ],
)
def test_what_cannot_be_accepted_is_named_and_nothing_is_stored(by_adam, changed, pointer):
    answer = by_adam.send("POST", "/inventory/counts", COUNT | changed)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
    assert by_adam.send("GET", "/inventory/counts").json()["results"] == []
