"""Orders, statements and administrations in FHIR R4: taken over as they are stated, or not, and nothing is computed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tracking.exchange.bundles import Raw


def medication(kind: str, **changed: Any) -> dict[str, Any]:
    concept = {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "199224"}],
        "text": "anastrozole 1 MG Oral Tablet",
    }
    every = {
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "wk"}},
        "doseAndRate": [{"doseQuantity": {"value": Raw("0.50"), "unit": "mg"}}],
    }
    common = {"resourceType": kind, "id": "m", "status": "active", "medicationCodeableConcept": concept}
    own = {
        "MedicationRequest": {"intent": "order", "authoredOn": "2026-01-05T10:00:00Z", "dosageInstruction": [every]},
        "MedicationStatement": {"effectivePeriod": {"start": "2026-01-05", "end": "2026-02-04"}, "dosage": [every]},
        "MedicationAdministration": {
            "status": "completed",
            "effectiveDateTime": "2026-01-05T20:00:00Z",
            "dosage": {"dose": {"value": 1, "unit": "mg"}},
        },
    }[kind]
    return common | own | changed


def test_an_order_and_a_statement_are_regimens(item):
    order, statement = item(medication("MedicationRequest")), item(medication("MedicationStatement"))
    assert (order.drug, order.dose, order.schedule, order.prescribed) == (
        "anastrozole",
        "0.50",
        {"kind": "every", "days": "3.5"},
        True,
    )
    assert (order.starts_on, order.last_day) == ("2026-01-05", "")
    assert (statement.starts_on, statement.last_day, statement.prescribed) == ("2026-01-05", "2026-02-04", False)


@pytest.mark.parametrize(
    ("repeat", "schedule"),
    [
        ({"frequency": 1, "period": 1, "periodUnit": "d"}, {"kind": "daily", "times": 1}),
        ({"frequency": 2, "period": 1, "periodUnit": "d"}, {"kind": "daily", "times": 2}),
        ({"period": 3, "periodUnit": "d"}, {"kind": "every", "days": "3"}),
        ({"frequency": 1, "period": 10, "periodUnit": "wk"}, {"kind": "every", "days": "70"}),
        ({"dayOfWeek": ["thu", "mon"]}, {"kind": "weekdays", "days": ["mon", "thu"]}),
        ({"frequency": 3, "period": 1, "periodUnit": "wk"}, None),
        ({"frequency": 1, "period": 1, "periodUnit": "mo"}, None),
        ({}, None),
    ],
)
def test_a_schedule_is_read_exactly_or_not_at_all(line, repeat, schedule):
    dosage = {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "mg"}}]}
    found = line(medication("MedicationRequest", dosageInstruction=[dosage]))
    assert (found.item.schedule if found.item else None) == schedule


def test_an_administration_is_a_dose_and_one_not_done_is_a_skipped_one(item):
    taken = item(medication("MedicationAdministration"))
    assert (taken.drug, taken.kind, taken.amount, taken.taken_at) == ("anastrozole", "taken", "1", "2026-01-05T20:00:00Z")
    assert item(medication("MedicationAdministration", status="not-done")).kind == "skipped"


def test_no_dose_is_ever_computed_from_a_volume(line):
    found = line(medication("MedicationAdministration", dosage={"dose": {"value": Raw("0.5"), "unit": "mL"}}))
    assert (found.item, found.why[0].code) == (None, "dose-not-in-mg")


def test_other_drugs_and_what_was_never_taken_are_lines_without_an_item(line):
    other = line(medication("MedicationRequest", medicationCodeableConcept={"text": "Metformin 500 mg"}))
    planned = line(medication("MedicationRequest", intent="proposal"))
    assert [(one.item, one.why[0].code, one.empty) for one in (other, planned)] == [
        (None, "drug-unknown", True),
        (None, "not-taken", True),
    ]


@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationStatement"])
def test_what_is_on_hold_is_left_to_a_person_who_knows_since_when(line, kind):
    """Neither a treatment that goes on nor nothing: an aromatase inhibitor would vanish from sight, or go on."""
    found = line(medication(kind, status="on-hold"))
    assert (found.item, found.empty, found.why[0].pointer, found.why[0].code) == (None, False, "/status", "on-hold")
    assert "anastrozole 1 MG Oral Tablet" in found.why[0].detail
