"""What he is to take and what he took, out as FHIR R4. Nothing is computed: doses stand as they were written.

A drug goes out under our own code with its name; the RxNorm of a tablet stands only where its strength is stated and that
code is sure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tracking.domain.history import DoseKind, Origin
from tracking.domain.reported import Precision
from tracking.domain.rulebook import DrugRule, RuleBook
from tracking.domain.schedule import Schedule, parse_schedule
from tracking.exchange.fhir_json import (
    DOSE_KIND,
    DRUGS,
    ORIGIN,
    RXNORM,
    SCHEDULE,
    SITES,
    STRENGTH,
    UCUM,
    ZONE,
    Digits,
    as_number,
)
from tracking.exchange.incoming import DoseItem, RegimenItem

__all__ = ["administration", "drug_codes", "statement"]

_UCUM_CODES: Mapping[str, str] = MappingProxyType({"mg": "mg", "ug": "ug", "IU": "[IU]"})
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/medication-statement-category"


def drug_codes(drug: str, strength: str, unit: str, rulebook: RuleBook) -> list[tuple[str, str]]:
    """The codes of a drug, each with its system; the surest first."""
    rule = rulebook.drugs.get(drug)
    product = rule.rxnorm.get(f"{strength} {unit.upper()} Oral Tablet") if rule and strength else None
    own = (DRUGS, drug)
    return [(RXNORM, product), own] if product else [own]


def administration(one: DoseItem, *, rulebook: RuleBook) -> dict[str, Any]:
    """One dose taken, or not."""
    skipped = one.kind == DoseKind.SKIPPED
    made: dict[str, Any] = {
        "resourceType": "MedicationAdministration",
        "status": "not-done" if skipped else "completed",
        "medicationCodeableConcept": _concept(drug_codes(one.drug, "", one.unit, rulebook), rulebook.drugs.get(one.drug)),
        **_moment(one),
    }
    dosage: dict[str, Any] = {}
    if one.amount:
        dosage["dose"] = _quantity(one.amount, one.unit)
    if one.site:
        dosage["site"] = {"coding": [{"system": SITES, "code": one.site}], "text": one.site.replace("_", " ")}
    # A dosage says how much (mad-1); a site alone is none.
    if "dose" in dosage:
        made["dosage"] = dosage
    if one.kind in (DoseKind.LATE, DoseKind.EXTRA):
        made["extension"] = [{"url": DOSE_KIND, "valueCode": one.kind}]
    return made


def statement(one: RegimenItem, *, status: str, rulebook: RuleBook) -> dict[str, Any]:
    """What he is to take, by his own statement or by his clinic's order. ``status``: of the plan today, as FHIR calls it."""
    rule = rulebook.drugs.get(one.drug)
    period: dict[str, Any] = {"start": one.starts_on}
    if one.last_day:
        period["end"] = one.last_day
    if one.zone:
        period["extension"] = [{"url": ZONE, "valueCode": one.zone}]
    category = "outpatient" if one.prescribed else "patientspecified"
    made: dict[str, Any] = {
        "resourceType": "MedicationStatement",
        "status": status,
        "category": {"coding": [{"system": _CATEGORIES, "code": category}]},
        "medicationCodeableConcept": _concept(drug_codes(one.drug, one.strength, one.unit, rulebook), rule),
        "effectivePeriod": period,
        "dosage": [_dosage(one)],
    }
    if one.reason:
        made["reasonCode"] = [{"text": one.reason}]
    if one.prescribed:
        made["extension"] = [{"url": ORIGIN, "valueCode": Origin.PRESCRIBED.value}]
    return made


def _concept(codes: list[tuple[str, str]], rule: DrugRule | None) -> dict[str, Any]:
    coding = [{"system": system, "code": code} for system, code in codes]
    return {"coding": coding, "text": rule.name if rule else codes[-1][1]}


def _moment(one: DoseItem) -> dict[str, Any]:
    zone = {"extension": [{"url": ZONE, "valueCode": one.zone}]} if one.zone else {}
    if one.precision == Precision.UNKNOWN:
        return {"effectivePeriod": {"end": one.taken_at, **zone}}
    return {"effectiveDateTime": one.taken_at, **({"_effectiveDateTime": zone} if zone else {})}


def _dosage(one: RegimenItem) -> dict[str, Any]:
    """The schedule in words, as a Timing, and whole in an extension, since a Timing cannot always say it."""
    schedule = parse_schedule(one.schedule)
    extensions: list[dict[str, Any]] = [{"url": SCHEDULE, "valueString": json.dumps(schedule.as_dict())}]
    if one.strength:
        extensions.append({"url": STRENGTH, "valueQuantity": _quantity(one.strength, one.unit)})
    made: dict[str, Any] = {"extension": extensions, "text": f"{one.dose} {one.unit} {schedule}"}
    if schedule.kind == "as_needed":
        made["asNeededBoolean"] = True
    else:
        made["timing"] = {"repeat": _repeat(schedule)}
    if schedule.amounts:
        least = min(schedule.amounts, key=Decimal)
        made["doseAndRate"] = [{"doseRange": {"low": _quantity(least, one.unit), "high": _quantity(one.dose, one.unit)}}]
    else:
        made["doseAndRate"] = [{"doseQuantity": _quantity(one.dose, one.unit)}]
    return made


def _repeat(schedule: Schedule) -> dict[str, Any]:
    at = {"timeOfDay": [f"{clock}:00" for clock in schedule.at]} if schedule.at else {}
    if schedule.kind == "weekdays":
        return {"dayOfWeek": list(schedule.weekdays), **at}
    if schedule.kind == "every" and schedule.days is not None:
        period, unit = f"{schedule.days:f}", "d"
    elif schedule.kind == "monthly":
        period, unit = str(schedule.months), "mo"
    else:
        period, unit = "1", "d"
    return {"frequency": schedule.doses_a_day, "period": Digits(period), "periodUnit": unit, **at}


def _quantity(digits: str, unit: str) -> dict[str, Any]:
    """A dose as written."""
    return {**as_number(digits), "unit": unit, "system": UCUM, "code": _UCUM_CODES[unit]}
