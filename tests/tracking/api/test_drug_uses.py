from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues

USE = {"drug": "anastrozole", "since": "2026-03-01"}


def test_a_drug_of_unknown_dose_is_in_force_and_ends_by_a_correction(by_adam, by_bell, at_adam):
    stated = by_adam.send("POST", "/co-medication", USE | {"client_id": "u", "note": "from a friend"})
    assert (stated.status_code, stated.json()["until"], stated.json()["note"]) == (201, None, "from a friend")
    basis = by_bell.send("GET", f"{at_adam}/evaluations/current").json()["basis"]
    assert basis["context"]["now"]["ai"][0]["basis"] == "used"
    ended = by_adam.send("PUT", "/co-medication/u", USE | {"until": "2026-10-01"})
    assert (ended.status_code, ended.json()["until"]) == (200, "2026-10-01")
    basis = by_bell.send("GET", f"{at_adam}/evaluations/current").json()["basis"]
    assert basis["context"]["now"]["ai"] == []


def test_the_man_reads_what_is_recorded_that_he_takes(by_adam):
    by_adam.send("POST", "/co-medication", USE)
    explained = by_adam.send("GET", "/evaluations/current").json()["explanation"]
    (taken,) = [section for section in explained if section["code"] == "taken"]
    assert any("dose not known" in line for line in taken["lines"])


def test_uses_are_found_by_drug_and_by_day(by_adam):
    by_adam.send("POST", "/co-medication", USE | {"until": "2026-05-01"})
    by_adam.send("POST", "/co-medication", {"drug": "finasteride"})

    def drugs(query: str) -> list[str]:
        return sorted(row["drug"] for row in by_adam.send("GET", f"/co-medication?{query}").json()["results"])

    assert drugs("drug=anastrozole") == ["anastrozole"]
    assert drugs("on=2026-04-30") == ["anastrozole", "finasteride"]
    assert drugs("on=2026-05-01") == ["finasteride"]
    assert by_adam.send("GET", "/co-medication?drug=aspirin").status_code == 422
    assert by_adam.send("GET", "/co-medication?on=May").status_code == 422


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"drug": "aspirin"}, "/drug"),
        ({}, "/drug"),
        ({"drug": "anastrozole"}, "/since"),
        (USE | {"until": "2026-02-01"}, "/until"),
        (USE | {"since": "2026-11-03"}, "/since"),
        (USE | {"dose_mg": "0.5"}, "/dose_mg"),
    ],
)
def test_what_cannot_be_accepted_is_named(by_adam, sent, pointer):
    answer = by_adam.send("POST", "/co-medication", sent)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])


def test_the_same_drug_twice_at_a_time_is_refused(by_adam):
    by_adam.send("POST", "/co-medication", USE | {"client_id": "u"})
    answer = by_adam.send("POST", "/co-medication", USE | {"since": "2026-06-01"})
    assert (answer.status_code, list(issues(answer))) == (422, ["/since"])
    assert by_adam.send("DELETE", "/co-medication/u", {"reason": "never"}).status_code == 204
    assert by_adam.send("POST", "/co-medication", USE).status_code == 201
