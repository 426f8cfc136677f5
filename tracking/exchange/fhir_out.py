"""Results out as a FHIR R4 Bundle: numbers digit for digit, codes only where the rulebook is sure of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from tracking.domain.reported import Assay, Method, MethodEvidence, Precision
from tracking.domain.rulebook import RuleBook
from tracking.exchange.fhir_json import ANALYTES, FASTING, LLOQ, LOINC, UCUM, ZONE, Digits, as_decimal, dump
from tracking.exchange.fhir_out_bone import bone_observation, figures_of, scan_report
from tracking.exchange.fhir_out_drugs import administration, statement
from tracking.exchange.incoming import DoseItem, Item, LabItem, RegimenItem

__all__ = ["lab_codes", "observation", "write_bundle"]

# A JSON number has no noughts in front; what a laboratory printed so goes out as text.
_JSON_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_NAMES = UUID("6f1d8f0e-3a51-4c7e-9a3c-7b1c2c1f5e10")
_PARTS = re.compile(r"(?P<comparator>[<>]=?)?(?P<digits>.*)", re.ASCII)


def write_bundle(items: Iterable[Item], *, rulebook: RuleBook, today: date, about: str) -> bytes:
    """A collection, in their order: an Observation a result, a report with an Observation a figure for a scan, and so on.

    ``today`` says which plans are over. ``about``: the man's uid, by which every resource names him.
    """
    entries = [entry for number, item in enumerate(items) for entry in _entries(item, number, rulebook, today)]
    for entry in entries:
        entry["resource"]["subject"] = {"reference": f"Patient/{about}"}
    return dump({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _entries(item: Item, number: int, rulebook: RuleBook, today: date) -> list[dict[str, Any]]:
    if isinstance(item, LabItem):
        return [{"resource": observation(item, rulebook=rulebook)}]
    if isinstance(item, DoseItem):
        return [{"resource": administration(item, rulebook=rulebook)}]
    if isinstance(item, RegimenItem):
        is_over = bool(item.last_day) and item.last_day < today.isoformat()
        return [{"resource": statement(item, status="completed" if is_over else "active", rulebook=rulebook)}]
    figures = [bone_observation(item, site, figure) for site in item.sites for figure in figures_of(site)]
    # Names for this Bundle alone: they tell which figures belong together, and are no identifiers.
    urls = [f"urn:uuid:{uuid5(_NAMES, f'{number}.{place}')}" for place in range(len(figures))]
    named = [{"fullUrl": url, "resource": figure} for url, figure in zip(urls, figures, strict=True)]
    return [*named, {"resource": scan_report(item, urls)}]


def observation(one: LabItem, *, rulebook: RuleBook) -> dict[str, Any]:
    """One result. A declared method is called so, that nobody takes it for the laboratory's."""
    made: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": _code(one, rulebook)}
    made |= _moment(one) | _value(one)
    if one.method != Method.UNKNOWN:
        made["method"] = {"text": str(Assay(Method(one.method), MethodEvidence(one.method_evidence)))}
    if one.laboratory:
        made["performer"] = [{"type": "Organization", "display": one.laboratory}]
    if one.range_low or one.range_high:
        made["referenceRange"] = [_range(one)]
    extensions: list[dict[str, Any]] = []
    if one.lloq:
        extensions.append(as_decimal(LLOQ, one.lloq))
    if one.fasting is not None:
        extensions.append({"url": FASTING, "valueBoolean": one.fasting})
    return made | ({"extension": extensions} if extensions else {})


def lab_codes(analyte: str, unit: str, method: str, rulebook: RuleBook) -> list[tuple[str, str]]:
    """The codes of a result, each with its system: the LOINC that surely stands for this analyte in this unit and says no more
    of the method than is known, if there is one, and our own.
    """
    fitting = [loinc for loinc in rulebook.analytes[analyte].loinc if loinc.sure == "high" and loinc.unit == unit]
    sure = [loinc.code for loinc in fitting if loinc.note in ("", "method not specified; proves no method", "no method")]
    if method == Method.IMMUNOASSAY:
        sure += [loinc.code for loinc in fitting if loinc.note == "by immunoassay"]
    return [*((LOINC, code) for code in sure[:1]), (ANALYTES, analyte)]


def _code(one: LabItem, rulebook: RuleBook) -> dict[str, Any]:
    coding = [{"system": system, "code": code} for system, code in lab_codes(one.analyte, one.unit, one.method, rulebook)]
    return {"coding": coding, "text": rulebook.analytes[one.analyte].name}


def _moment(one: LabItem) -> dict[str, Any]:
    name = "issued" if one.precision == Precision.UNKNOWN else "effectiveDateTime"
    zone = {f"_{name}": {"extension": [{"url": ZONE, "valueCode": one.zone}]}} if one.zone else {}
    return {name: one.collected_at, **zone}


def _value(one: LabItem) -> dict[str, Any]:
    parts = _PARTS.fullmatch(one.value)
    if parts is None or not _JSON_NUMBER.fullmatch(parts["digits"]):
        return {"valueString": f"{one.value} {one.unit}"}
    comparator = {"comparator": parts["comparator"]} if parts["comparator"] else {}
    quantity = {"value": Digits(parts["digits"]), **comparator, "unit": one.unit, "system": UCUM, "code": one.unit}
    return {"valueQuantity": quantity}


def _range(one: LabItem) -> dict[str, Any]:
    ends = {"low": one.range_low, "high": one.range_high}
    if all(_JSON_NUMBER.fullmatch(digits) for digits in ends.values() if digits):
        unit = {"unit": one.unit, "system": UCUM, "code": one.unit}
        return {name: {"value": Digits(digits), **unit} for name, digits in ends.items() if digits}
    if one.range_low and one.range_high:
        return {"text": f"{one.range_low} - {one.range_high}"}
    return {"text": f">={one.range_low}" if one.range_low else f"<={one.range_high}"}
