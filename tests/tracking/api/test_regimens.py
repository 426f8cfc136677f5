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


def test_what_a_week_comes_to_and_how_much_of_a_tablet_it_is(by_adam):
    row = by_adam.send("POST", "/regimens", ANASTROZOLE | {"strength": "1 mg"}).json()
    assert (row["dose"], row["dose_mg"], row["strength"], row["part"]) == ("0.5 mg", "0.5", "1 mg", "half")
    assert (row["weekly"], row["weekly_mg"], row["state"]) == ("1 mg", "1", "in_force")


def test_hcg_is_prescribed_in_international_units(by_bell, at_adam):
    hcg = {"drug": "hcg", "dose": "500 IU", "schedule": {"kind": "weekdays", "days": ["mon", "thu"]}, "starts_on": "2026-06-01"}
    row = by_bell.send("POST", f"{at_adam}/regimens", hcg).json()
    assert (row["dose"], row["dose_mg"], row["weekly"], row["weekly_mg"]) == ("500 IU", None, "1000 IU", None)


def test_a_split_dose_comes_back_with_its_amounts_and_its_sum(by_adam):
    split = {"kind": "weekdays", "days": ["mon", "thu"], "at": ["08:00"], "amounts": ["60", "40"]}
    sent = {"drug": "testosterone_cypionate", "dose_mg": "60", "schedule": split, "starts_on": "2026-06-01"}
    row = by_adam.send("POST", "/regimens", sent).json()
    assert (row["schedule"], row["weekly_mg"]) == (split, "100")


def test_a_prescribed_ai_without_reason_and_review_is_refused_by_field(by_adam, by_bell, at_adam):
    bare = {name: value for name, value in ANASTROZOLE.items() if name not in ("reason", "review_on")}
    refused = issues(by_bell.send("POST", f"{at_adam}/regimens", bare))
    assert sorted(refused) == ["/reason", "/review_on"]
    assert "2026-06-01 to 2027-05-02" in refused["/review_on"]
    assert list(issues(by_adam.send("POST", "/regimens", bare))) == ["/reason"]
    assert by_adam.send("POST", "/regimens", bare | {"reason": "started elsewhere"}).status_code == 201


def test_a_pause_and_its_end(by_adam):
    by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    paused = by_adam.send("POST", "/regimens/r1/pause", {"from_date": "2026-10-20", "reason": "surgery"})
    assert (paused.status_code, paused.json()["state"]) == (200, "paused")
    assert paused.json()["pauses"] == [{"from_date": "2026-10-20", "until": None}]
    resumed = by_adam.send("POST", "/regimens/r1/resume", {"on": "2026-11-01"}).json()
    assert (resumed["state"], resumed["pauses"]) == ("in_force", [{"from_date": "2026-10-20", "until": "2026-11-01"}])
    assert list(issues(by_adam.send("POST", "/regimens/r1/resume", {"on": "2026-11-02"}))) == ["/on"]
    assert list(issues(by_adam.send("POST", "/regimens/r1/pause", {"from_date": "2026-05-01"}))) == ["/from_date"]


def test_a_change_to_come_is_shown_as_planned(by_adam):
    by_adam.send("POST", "/regimens", ANASTROZOLE | {"client_id": "r1"})
    by_adam.send("POST", "/regimens/r1/change", {"from_date": "2026-11-20", "dose_mg": "0.25", "client_id": "r2"})
    assert [(row["id"], row["state"]) for row in by_adam.send("GET", "/regimens").json()["results"]] == [
        ("r2", "planned"),
        ("r1", "in_force"),
    ]


def test_a_start_in_the_past_is_answered_with_what_it_reaches(by_adam, by_bell, at_adam):
    lab = by_adam.lab(client_id="l1").json()["lab"]
    seen = {"client_id": "r1", "starts_on": "2026-10-10"}
    foretold = by_adam.send("POST", "/regimens?dry_run=true", ANASTROZOLE | seen)
    assert (foretold.status_code, foretold.json()["dry_run"]) == (200, True)
    assert by_adam.send("GET", "/regimens").json()["results"] == []
    his = foretold.json()["consequences"]
    assert his["results"] == [
        {"id": "l1", "drawn_on": "2026-10-01", "value": "24.0 pg/mL", "was": [], "now": ["superseded_by_change"]}
    ]
    assert (his["verdict_was"]["state"], his["verdict_now"]["state"]) == ("current", "superseded_by_change")
    assert (his["verdict_now"]["headline"], his["findings_appear"]) == (None, None)
    stored = by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE | seen).json()
    theirs = stored["consequences"]
    assert theirs["results"][0]["id"] == lab["uid"]
    assert "before" in theirs["verdict_now"]["headline"]
    assert {"kind": "lab_e2_t", "was": None, "now": "2026-11-21"} in theirs["due"]


def test_a_dry_run_is_true_or_false(by_adam):
    assert list(issues(by_adam.send("POST", "/regimens?dry_run=perhaps", ANASTROZOLE))) == ["?dry_run"]
