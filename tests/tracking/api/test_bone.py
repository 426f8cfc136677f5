from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues
from tracking.evidence import load_rulebook

HIP = {"region": "total_hip", "side": "left", "bmd": "0.981", "unit": "g/cm2", "z_score": "-0.2", "lsc": "0.027"}
SCAN = {"scanned_on": "2026-05-20", "device": "Invented 3000 no. 7", "sites": [HIP]}


def test_a_scan_comes_back_with_its_sites_digit_for_digit(by_adam):
    answer = by_adam.send("POST", "/dexa-scans", SCAN | {"client_id": "s1"})
    assert answer.status_code == 201
    (site,) = answer.json()["sites"]
    assert (site["bmd"], site["unit"], site["lsc"], site["t_score"]) == ("0.981", "g/cm2", "0.027", None)
    assert by_adam.send("GET", "/dexa-scans/s1").json()["sites"] == [site]
    assert by_adam.send("DELETE", "/dexa-scans/s1", {"reason": "not mine"}).status_code == 204
    assert by_adam.send("GET", "/dexa-scans").json()["results"] == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"bmd": 0.981}, "/sites/0/bmd"),
        ({"bmd": "<0.981"}, "/sites/0/bmd"),
        ({"bmd": "98.1"}, "/sites/0/bmd"),
        ({"unit": "mg/L"}, "/sites/0/unit"),
        ({"unit": None}, "/sites/0/unit"),
        ({"region": "skull"}, "/sites/0/region"),
        ({"z_score": -0.2}, "/sites/0/z_score"),
        ({"z_score": "-0.251"}, "/sites/0/z_score"),
        ({"z_score": "1e9"}, "/sites/0/z_score"),
        ({"t_score": "-25"}, "/sites/0/t_score"),
        ({"lsc": "1E+999999999"}, "/sites/0/lsc"),
        ({"sided": "left"}, "/sites/0/sided"),
    ],
)
def test_a_site_that_cannot_be_accepted_is_named(by_adam, changed, pointer):
    answer = by_adam.send("POST", "/dexa-scans", SCAN | {"sites": [HIP | changed]})
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
    assert by_adam.send("GET", "/dexa-scans").json()["results"] == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"sites": []}, "/sites"),
        ({"sites": {}}, "/sites"),
        ({"sites": [HIP, HIP]}, "/sites/1"),
        ({"sites": [HIP] * 31}, "/sites"),
        ({"scanned_on": "2027-01-01"}, "/scanned_on"),
        ({"scanned_on": "1979-01-01"}, "/scanned_on"),
        ({"facility": "x" * 121}, "/facility"),
    ],
)
def test_a_scan_that_cannot_be_accepted_is_named(by_adam, changed, pointer):
    answer = by_adam.send("POST", "/dexa-scans", SCAN | changed)
    assert answer.status_code == 422
    assert [found for found in issues(answer) if found.startswith(pointer)]


def test_the_unit_of_a_bone_density_is_never_guessed(by_adam):
    answer = by_adam.send("POST", "/dexa-scans", SCAN | {"sites": [{k: v for k, v in HIP.items() if k != "unit"}]})
    assert (answer.status_code, list(issues(answer))) == (422, ["/sites/0/unit"])


def test_a_fracture_is_a_dated_event(by_adam):
    answer = by_adam.send(
        "POST", "/fractures", {"site": "wrist", "occurred_at": "2025-03", "fragility": True, "client_id": "f1"}
    )
    assert answer.status_code == 201
    assert (answer.json()["occurred_at"], answer.json()["precision"]) == ("2025-03-01T00:00:00+01:00", "month")
    assert by_adam.send("GET", "/fractures/f1").json() == answer.json()
    for changed, pointer in (
        ({"fragility": "yes"}, "/fragility"),
        ({"occurred_at": "2027"}, "/occurred_at"),
        ({"site": ""}, "/site"),
    ):
        refused = by_adam.send("POST", "/fractures", {"site": "wrist", "occurred_at": "2025-03"} | changed)
        assert (refused.status_code, list(issues(refused))) == (422, [pointer])
    assert by_adam.send("DELETE", "/fractures/f1").status_code == 204


def test_a_risk_factor_says_since_when(by_adam, by_bell, at_adam):
    code = min(load_rulebook().bone.risk_factors.factors)
    answer = by_bell.send("POST", f"{at_adam}/risk-factors", {"code": code, "since": "2010-01-01", "note": "invented"})
    assert answer.status_code == 201
    (row,) = by_adam.send("GET", "/risk-factors").json()["results"]
    assert (row["code"], row["since"], row["until"], row["note"]) == (code, "2010-01-01", None, "invented")
    refused = by_adam.send("POST", "/risk-factors", {"code": code, "since": "2010-01-01", "until": "2009-01-01"})
    assert list(issues(refused)) == ["/until"]
    refused = by_adam.send("POST", "/risk-factors", {"code": "luck"})
    assert (list(issues(refused)), code in issues(refused)["/code"]) == (["/code"], True)
    assert by_bell.send("DELETE", f"{at_adam}/risk-factors/{row['uid']}").status_code == 204


def test_a_moved_scanner_is_said_with_the_scan(by_adam):
    assert by_adam.send("POST", "/dexa-scans", SCAN | {"client_id": "s1"}).json()["scanner_changed"] is False
    moved = by_adam.send("POST", "/dexa-scans", SCAN | {"client_id": "s2", "scanner_changed": True})
    assert moved.json()["scanner_changed"] is True
    refused = by_adam.send("POST", "/dexa-scans", SCAN | {"scanner_changed": "yes"})
    assert "/scanner_changed" in issues(refused)


def test_a_condition_ends_by_a_correction_and_is_found_by_day(by_adam):
    smokes = {"code": "smoking", "since": "2010-01-01"}
    by_adam.send("POST", "/risk-factors", smokes | {"client_id": "r"})
    ended = by_adam.send("PUT", "/risk-factors/r", smokes | {"until": "2026-06-01"})
    assert (ended.status_code, ended.json()["until"]) == (200, "2026-06-01")
    by_adam.send("POST", "/risk-factors", {"code": "liver_disease"})

    def codes(query: str) -> list[str]:
        return sorted(row["code"] for row in by_adam.send("GET", f"/risk-factors?{query}").json()["results"])

    assert codes("on=2026-05-31") == ["liver_disease", "smoking"]
    assert codes("on=2026-06-01") == ["liver_disease"]
    assert codes("code=smoking") == ["smoking"]
    assert by_adam.send("GET", "/risk-factors?code=luck").status_code == 422
