from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues
from tracking.evidence import load_rulebook

FELT = {"code": "fatigue", "score": 5, "felt_at": "2026-11-01T08:00:00+01:00"}
ITEMS = sorted(load_rulebook().checkin.form.items)


def test_an_item_comes_back_with_its_day_and_a_later_word_takes_its_place(by_adam):
    first = by_adam.send("POST", "/symptoms", FELT | {"client_id": "a"})
    assert first.status_code == 201
    assert (first.json()["score"], first.json()["felt_on"], first.json()["own_entry"]) == (5, "2026-11-01", True)
    assert by_adam.send("POST", "/symptoms", FELT | {"client_id": "a"}).status_code == 200
    later = by_adam.send("POST", "/symptoms", FELT | {"score": 2, "client_id": "b"})
    assert later.status_code == 201
    assert [row["id"] for row in by_adam.send("GET", "/symptoms").json()["results"]] == ["b"]
    assert by_adam.send("GET", "/symptoms/a").status_code == 404


def test_a_whole_check_in_is_one_request_and_all_or_nothing(by_adam):
    items = [FELT | {"code": code} for code in ITEMS[:5]]
    answer = by_adam.send("POST", "/symptoms/bulk", items)
    assert (answer.status_code, len(answer.json()["results"])) == (201, 5)
    refused = by_adam.send("POST", "/symptoms/bulk", [FELT | {"code": ITEMS[5]}, FELT | {"code": "x"}])
    assert refused.status_code == 422
    assert list(issues(refused)) == ["/0/code", "/1/code"]
    assert by_adam.send("POST", "/symptoms/bulk", [FELT] * 6).status_code == 422
    assert by_adam.send("POST", "/symptoms/bulk", []).status_code == 422


def test_an_item_is_corrected_and_withdrawn(by_adam, by_bell, at_adam):
    uid = by_adam.send("POST", "/symptoms", FELT | {"client_id": "a"}).json()["uid"]
    assert by_adam.send("PUT", "/symptoms/a", FELT | {"score": 7}).json()["score"] == 7
    (row,) = by_bell.send("GET", f"{at_adam}/symptoms").json()["results"]
    assert row["uid"] != uid
    assert by_bell.send("DELETE", f"{at_adam}/symptoms/{row['uid']}", {"reason": "not his"}).status_code == 204
    assert by_adam.send("GET", "/symptoms").json()["results"] == []


def test_what_staff_say_is_not_his_to_take_back(by_adam, by_bell, at_adam):
    assert by_bell.send("POST", f"{at_adam}/symptoms", FELT | {"client_id": "theirs"}).status_code == 201
    assert by_adam.send("DELETE", "/symptoms/theirs").status_code == 403


def test_symptoms_are_found_by_item_and_by_the_days_that_he_lived(by_adam):
    by_adam.send("POST", "/symptoms", FELT)
    by_adam.send("POST", "/symptoms", FELT | {"felt_at": "2026-10-30T23:30:00-07:00", "zone": "America/Phoenix"})
    by_adam.send("POST", "/symptoms", FELT | {"code": "low_mood", "felt_at": "2026-10-29"})

    def days(query: str) -> list[str]:
        return [row["felt_on"] for row in by_adam.send("GET", f"/symptoms?{query}").json()["results"]]

    assert days("code=fatigue") == ["2026-11-01", "2026-10-30"]
    assert days("from=2026-10-30&to=2026-10-30") == ["2026-10-30"]
    assert by_adam.send("GET", "/symptoms?code=hunger").status_code == 422
    assert by_adam.send("GET", "/symptoms?from=2026-11-02&to=2026-11-01").status_code == 422


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"score": "5"}, "/score"),
        ({"score": 5.5}, "/score"),
        ({"score": True}, "/score"),
        ({"score": 11}, "/score"),
        ({"score": None}, "/score"),
        ({"code": "hunger"}, "/code"),
        ({"code": None}, "/code"),
        ({"felt_at": "yesterday"}, "/felt_at"),
        ({"mood": 3}, "/mood"),
    ],
)
def test_what_cannot_be_accepted_is_named(by_adam, changed, pointer):
    answer = by_adam.send("POST", "/symptoms", FELT | changed)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
    assert by_adam.send("GET", "/symptoms").json()["results"] == []


def test_the_rulebook_says_what_may_be_asked(anybody, db):
    book = anybody.send("GET", "/rulebook").json()
    assert [item["code"] for item in book["check_in"]] == list(load_rulebook().checkin.form.items)
    assert {"code": "sun", "name": "Time in the sun", "unit": "min/week"} in book["lifestyle"]
    counts = {row["code"]: row["counts"] for row in book["conditions"]}
    assert (counts["kidney_disease"], counts["liver_disease"]) == (True, False)
    assert all(row["why"] for row in book["conditions"])
