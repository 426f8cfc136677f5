"""A transaction Bundle comes in through the one pipeline of imports: all of it, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import DoseEvent, ImportBatch, LabResult
from tracking.services import imports

LAB = "urn:oid:2.999.1"


def lab(number: int, value: str = "24.10", *, condition: bool = True, **changed: Any) -> dict[str, Any]:
    named = {"system": LAB, "value": str(number)}
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [named],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2243-4"}], "text": "Estradiol"},
        "effectiveDateTime": f"2026-03-{number:02}T08:00:00+01:00",
        "valueQuantity": {"value": float(value), "unit": "pg/mL", "system": "http://unitsofmeasure.org", "code": "pg/mL"},
    }
    request = {"method": "POST", "url": "Observation"}
    if condition:
        request["ifNoneExist"] = f"identifier={LAB}|{number}"
    return {"fullUrl": f"urn:uuid:0000000{number}", "resource": resource | changed, "request": request}


DOSE = {
    "resource": {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": {"text": "Anastrozole"},
        "effectiveDateTime": "2026-10-20T08:00:00+02:00",
        "dosage": {"dose": {"value": 0.5, "unit": "mg"}},
    },
    "request": {"method": "POST", "url": "MedicationAdministration"},
}
PERSON = {
    "resource": {"resourceType": "Patient", "name": [{"text": "Adam Invented"}]},
    "request": {"method": "POST", "url": "Patient"},
}


@pytest.mark.parametrize("path", ["", "/"])
def test_what_comes_in_is_stored_once_and_read_again_under_the_address_it_was_given(his, adam, as_system, path):
    entries = [lab(3), DOSE, PERSON, lab(4, "25.5")]
    answer = his.bundle(entries, path=path)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["resourceType"], body["type"]) == ("Bundle", "transaction-response")
    said = [entry["response"] for entry in body["entry"]]
    assert [one["status"] for one in said] == ["201 Created", "201 Created", "200 OK", "201 Created"]
    assert "location" not in said[2]
    assert said[2]["outcome"]["issue"][0]["details"]["coding"][0]["code"] == "not-imported"
    read = his.get(f"/{said[0]['location']}").json()
    assert (read["valueQuantity"]["value"], read["effectiveDateTime"]) == (24.1, "2026-03-03T08:00:00+01:00")
    assert his.get(f"/{said[1]['location']}").json()["dosage"]["dose"]["value"] == 0.5
    again = his.bundle(entries, path=path).json()
    # Another Bundle with one of them: by its name in the source it is there already.
    other = his.bundle([lab(3), lab(5)], path=path).json()
    assert [entry["response"]["status"] for entry in again["entry"]] == ["200 OK"] * 4
    assert [entry["response"]["status"] for entry in other["entry"]] == ["200 OK", "201 Created"]
    assert [entry["response"].get("location") for entry in again["entry"]] == [one.get("location") for one in said]
    with as_system():
        assert (LabResult.objects.count(), DoseEvent.objects.count()) == (3, 1)
        # It is an import like any other, and can be taken back as a whole.
        first = ImportBatch.objects.order_by("pk")[0]
    imports.undo(patient=adam, uid=first.uid, by=Actor.user(adam.user_id), now=NOW, reason="not mine")
    assert his.get(f"/{said[0]['location']}").status_code == 410


@pytest.mark.parametrize(
    ("second", "pointer", "code"),
    [
        (lab(4, "2500"), "/entry/1", "value-out-of-limits"),
        (lab(4, "250"), "/entry/1", "value-unusual"),
        (lab(4, valueQuantity={"value": 24, "unit": "furlong"}), "/entry/1", "unit-unknown"),
        (lab(4, code={"text": "Unobtainium"}), "/entry/1", "analyte-unknown"),
        (lab(4) | {"request": {"method": "PUT", "url": "Observation/1"}}, "/entry/1/request/method", "method-not-supported"),
        (lab(4) | {"request": {"method": "POST", "url": "Device"}}, "/entry/1/request/url", "url-unfitting"),
        (
            lab(4) | {"request": {"method": "POST", "url": "Observation", "ifNoneExist": "code=1"}},
            "/entry/1/request/ifNoneExist",
            "condition-unfitting",
        ),
        ({"request": {"method": "POST", "url": "Observation"}}, "/entry/1/resource", "entry-without-resource"),
        (lab(4, id="twice"), "/entry", "entry-twice"),
    ],
)
def test_one_entry_that_cannot_be_stored_keeps_all_of_it_out_and_is_named(his, as_system, second, pointer, code):
    first = lab(3, id="twice") if code == "entry-twice" else lab(3)
    answer = his.bundle([first, second])
    assert answer.status_code == 422
    issues = answer.json()["issue"]
    assert [(one["diagnostics"], one["details"]["coding"][0]["code"]) for one in issues] == [(pointer, code)]
    with as_system():
        assert not LabResult.objects.exists()
        assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 422),
        (b"[]", 422),
        (b'{"resourceType": "Bundle", "type": "batch", "entry": []}', 422),
        (b'{"resourceType": "Bundle", "type": "transaction", "entry": []}', 422),
        (b'{"resourceType": "Bundle", "type": "transaction", "entry": 1}', 422),
        (b'{"resourceType": "Bundle", "type": "transaction", "entry": [1, null]}', 422),
        (b'{"a":' * 100_000, 422),
        (b"\xff\xfe\x00", 422),
        (b" " * 2_700_000, 413),
    ],
)
def test_what_is_no_transaction_is_refused_as_a_whole(his, body, status):
    answer = his.held(his.generic("POST", "/fhir/r4", body, "application/fhir+json"))
    assert answer.status_code == status, answer.content


def test_digits_come_in_and_go_out_as_they_were_written(his):
    body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [lab(3)]}).replace("24.1", "5.10")
    answer = his.held(his.generic("POST", "/fhir/r4", body, "application/fhir+json"))
    where = answer.json()["entry"][0]["response"]["location"]
    assert b'"value":5.10,' in his.get(f"/{where}").content
