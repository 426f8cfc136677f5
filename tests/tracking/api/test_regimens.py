from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues

ANASTROZOLE = {
    "drug": "anastrozole",
    "dose_mg": "0.5",
    "schedule": {"kind": "every", "days": "3.5"},
    "starts_on": "2026-06-01",
    "reason": "invented",
    "review_on": "2026-12-01",
}


def stated(written):
    """The row of what a write answered, without what it did to others."""
    return {name: said for name, said in written.items() if name not in ("dry_run", "consequences")}


def test_a_regimen_comes_back_as_it_was_stated(by_adam):
    answer = by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    assert answer.status_code == 201
    row = answer.json()
    assert (row["id"], row["dose_mg"], row["schedule"], row["origin"]) == (
        "r1",
        "0.5",
        {"kind": "every", "days": "3.5"},
        "self",
    )
    assert (row["starts_on"], row["ends_on"], row["zone"], row["review_on"]) == (
        "2026-06-01",
        None,
        "Europe/Berlin",
        "2026-12-01",
    )
    assert row["dry_run"] is False
    assert by_adam.send("GET", "/regimens/r1").json() == stated(row)
    again = by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    assert (again.status_code, stated(again.json())) == (200, stated(row))


def test_a_change_ends_one_version_and_begins_the_next(by_adam):
    by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    answer = by_adam.send("POST", "/regimens/r1/change", {"from_date": "2026-09-01", "dose_mg": "0.25", "client_id": "r2"})
    assert answer.status_code == 201
    assert (answer.json()["dose_mg"], answer.json()["schedule"]) == ("0.25", ANASTROZOLE["schedule"])
    assert answer.json()["previous"] == "r1"
    old = by_adam.send("GET", "/regimens/r1").json()
    assert old["ends_on"] == "2026-09-01"
    again = by_adam.send("POST", "/regimens/r1/change", {"from_date": "2026-09-01", "dose_mg": "0.25", "client_id": "r2"})
    assert again.status_code == 200
    assert [row["id"] for row in by_adam.send("GET", "/regimens").json()["results"]] == ["r2", "r1"]


def test_a_change_before_the_start_names_the_date_that_was_sent(by_adam):
    by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    answer = by_adam.send("POST", "/regimens/r1/change", {"from_date": "2026-05-01", "dose_mg": "0.25"})
    assert answer.status_code == 422
    assert list(issues(answer)) == ["/from_date"]
    assert "2026-06-01" in issues(answer)["/from_date"]


def test_a_regimen_ends_and_its_events_stay(by_adam):
    by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    dose = {"drug": "anastrozole", "amount_mg": "0.5", "taken_at": "2026-06-02T08:00:00+02:00", "regimen": "r1"}
    by_adam.send("POST", "/doses", dose)
    answer = by_adam.send("POST", "/regimens/r1/end", {"ends_on": "2026-10-01", "reason": "headaches"})
    assert (answer.status_code, answer.json()["ends_on"], answer.json()["end_reason"]) == (200, "2026-10-01", "headaches")
    assert len(by_adam.send("GET", "/doses").json()["results"]) == 1
    assert by_adam.send("POST", "/regimens/r1/end", {"ends_on": "2026-10-20"}).status_code == 422


def test_regimens_of_one_origin_do_not_overlap_but_his_and_his_clinics_stand_side_by_side(by_adam, by_bell, at_adam):
    assert by_adam.send("POST", "/regimens", ANASTROZOLE).status_code == 201
    answer = by_adam.send("POST", "/regimens", ANASTROZOLE | {"starts_on": "2026-08-01"})
    assert answer.status_code == 422
    assert "End or change that one first" in issues(answer)["/starts_on"]
    assert by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE).json()["origin"] == "prescribed"
    rows = by_adam.send("GET", "/regimens").json()["results"]
    assert {row["origin"] for row in rows} == {"self", "prescribed"}
    assert len(by_adam.send("GET", "/regimens?origin=self").json()["results"]) == 1


def test_a_man_cannot_touch_what_was_prescribed(by_adam, by_bell, at_adam):
    by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE | {"client_id": "theirs"})
    for method, path, body in (
        ("PUT", "/regimens/theirs", ANASTROZOLE),
        ("DELETE", "/regimens/theirs", None),
        ("POST", "/regimens/theirs/end", {"ends_on": "2026-10-01"}),
        ("POST", "/regimens/theirs/change", {"from_date": "2026-10-01", "dose_mg": "1"}),
    ):
        answer = by_adam.send(method, path, body)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")


def test_a_mistake_is_corrected_in_place_or_taken_back(by_adam):
    by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1", "dose_mg": "0.25"})
    answer = by_adam.send("PUT", "/regimens/r1", ANASTROZOLE)
    assert (answer.status_code, answer.json()["id"], answer.json()["dose_mg"]) == (200, "r1", "0.5")
    assert by_adam.send("DELETE", "/regimens/r1", {"reason": "never was"}).status_code == 204
    assert by_adam.send("GET", "/regimens").json()["results"] == []


@pytest.mark.parametrize(
    ("changed", "pointer", "said"),
    [
        ({"drug": "arimidexx"}, "/drug", "anastrozole"),
        ({"drug": None}, "/drug", "Null"),
        ({"dose_mg": 0.5}, "/dose_mg", "text"),
        ({"dose_mg": "0,5"}, "/dose_mg", "comma"),
        ({"dose_mg": "<0.5"}, "/dose_mg", "plain number"),
        ({"dose_mg": "0"}, "/dose_mg", "more than 0"),
        ({"dose_mg": "1000"}, "/dose_mg", "2000 mg a week"),
        ({"schedule": "weekly"}, "/schedule", "Accepted"),
        ({"schedule": {"kind": "yearly"}}, "/schedule/kind", "yearly"),
        ({"schedule": {"kind": "every", "days": "0"}}, "/schedule/days", "Accepted"),
        ({"schedule": {"kind": "every", "days": "NaN"}}, "/schedule/days", "Accepted"),
        ({"schedule": {"kind": "every", "days": "3.5", "times": 2}}, "/schedule/times", "Accepted"),
        ({"schedule": {"kind": "every", "days": "3." + "5" * 500}}, "/schedule", "400"),
        ({"schedule": {"kind": "weekdays", "days": ["monday"]}}, "/schedule/days", "Accepted"),
        ({"schedule": {"kind": "daily", "times": True}}, "/schedule/times", "Accepted"),
        ({"starts_on": "0001-01-01"}, "/starts_on", "YYYY-MM-DD"),
        ({"starts_on": "1970-01-01"}, "/starts_on", "birth"),
        ({"starts_on": "2026-06-01T00:00:00Z"}, "/starts_on", "YYYY-MM-DD"),
        ({"ends_on": "2026-05-01"}, "/ends_on", "2026-06-01"),
        ({"zone": "Mars/Olympus"}, "/zone", "Mars/Olympus"),
        ({"origin": "prescribed"}, "/origin", "no such field"),
    ],
)
def test_what_cannot_be_accepted_is_named_and_nothing_is_stored(by_adam, changed, pointer, said):
    answer = by_adam.send("POST", "/regimens", ANASTROZOLE | changed)
    assert answer.status_code == 422, answer.json()
    assert list(issues(answer)) == [pointer]
    assert said in issues(answer)[pointer]
    assert by_adam.send("GET", "/regimens").json()["results"] == []
