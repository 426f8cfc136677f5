"""A record leaves over HTTP as a file; whoever has no business with it gets none."""

from __future__ import annotations

import json

import pytest

from tests.tracking.api.contract import issues


@pytest.fixture
def stored(by_adam):
    by_adam.lab(value="5.10")
    dose = {"drug": "anastrozole", "kind": "taken", "amount": "0.50 mg", "taken_at": "2026-10-20T08:00:00+02:00"}
    assert by_adam.send("POST", "/doses", dose).status_code == 201
    site = {"region": "lumbar_spine", "bmd": "0.980", "unit": "g/cm2", "t_score": "-1.10"}
    assert by_adam.send("POST", "/dexa-scans", {"scanned_on": "2026-05-01", "sites": [site]}).status_code == 201


def test_a_record_is_read_in_each_format_and_goes_into_another(by_adam, by_carl, stored):
    whole = by_adam.send("GET", "/export")
    assert whole.headers["Content-Disposition"] == 'attachment; filename="record.json"'
    assert {name: len(rows) for name, rows in json.loads(whole.content).items() if name != "format"} == {
        "results": 1, "scans": 1, "doses": 1,
    }  # fmt: skip
    assert b'"value":5.10' in by_adam.send("GET", "/export?as=fhir").content
    assert b"5.10" in by_adam.send("GET", "/export?as=csv").content
    assert b"'-1.10" in by_adam.send("GET", "/export?as=csv&of=scans").content
    for query in ("as=json", "as=fhir"):
        sent = by_carl.send("POST", "/imports", {"text": by_adam.send("GET", f"/export?{query}").content.decode()})
        assert sent.status_code == 201
        rows = sent.json()["rows"]
        assert (rows["ready"] + rows["duplicate"], rows["refused"], rows["asks"]) == (3, 0, 0)
        by_carl.send("POST", f"/imports/{sent.json()['uid']}/commit")
    first, second = (json.loads(client.send("GET", "/export").content) for client in (by_adam, by_carl))
    assert second == first


def test_staff_read_it_of_a_man_in_their_care(by_bell, at_adam, stored):
    assert by_bell.send("GET", f"{at_adam}/export?of=doses&as=csv").content.count(b"0.50") == 1


@pytest.mark.parametrize(("query", "pointer"), [("as=xml", "?as"), ("of=secrets", "?of")])
def test_what_is_not_written_is_named(by_adam, query, pointer):
    response = by_adam.send("GET", f"/export?{query}")
    assert (response.status_code, list(issues(response))) == (422, [pointer])
