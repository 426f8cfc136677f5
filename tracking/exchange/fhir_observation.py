"""Observations of the laboratory: one line each, and one for every component that has a value of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tracking.domain.problems import Problem, problem
from tracking.domain.reported import Method, MethodEvidence, parse_value
from tracking.domain.rulebook import RuleBook
from tracking.exchange.fhir_entries import Entry, effective, empty, organization
from tracking.exchange.fhir_json import FASTING, LLOQ, UCUM, ZONE, at, codes, digits, extension, many, names, said, written_in
from tracking.exchange.incoming import LabItem, Line, Subject, issue, named
from tracking.exchange.names import analyte_of, method_of, method_of_code
from tracking.exchange.results import NoResult, Range, read_range, read_result

__all__ = ["observation_lines", "status_line"]

_FINAL = {"final", "amended", "corrected"}
_COMPARATORS = {"", "<", "<=", ">", ">="}
# How this system writes a method that a person declared: an export never makes evidence of it.
_DECLARED = "as declared"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_RANGES = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"


def status_line(entry: Entry, subject: Subject) -> Line | None:
    """The line of a resource that is not final; None where it is."""
    status = said(entry.resource, "status", most=40)
    if status in _FINAL:
        return None
    if status == "entered-in-error":
        text = "Its source says that it was entered in error. If it is stored here, withdraw it."
        return empty(entry, subject, "entered-in-error", text)
    if status == "cancelled":
        return empty(entry, subject, "no-result", "The source says: cancelled.")
    text = "Its status is '{status}'. Only final, amended and corrected ones are taken."
    return empty(entry, subject, "not-final", text, status=status or "not stated")


def observation_lines(entry: Entry, subject: Subject, rulebook: RuleBook) -> Iterator[Line]:
    """The lines of one laboratory Observation."""
    if line := status_line(entry, subject):
        yield line
        return
    parts = list(many(entry.resource, "component"))
    if _has_value(entry.resource) or not parts:
        if not _has_value(entry.resource) and at(entry.resource, "hasMember"):
            yield empty(entry, subject, "panel", "A panel without a value: its results are lines of their own.")
        else:
            yield _line(entry, entry.resource, subject, rulebook, number=None)
    for number, part in enumerate(parts, 1):
        yield _line(entry, part, subject, rulebook, number=number)


def _has_value(part: Mapping[str, Any]) -> bool:
    return any(key.startswith("value") for key in part) or "dataAbsentReason" in part


def _line(entry: Entry, part: Mapping[str, Any], subject: Subject, rulebook: RuleBook, *, number: int | None) -> Line:
    place = entry.place if number is None else f"{entry.place}, component {number}"
    source_id = entry.source_id if number is None or not entry.source_id else named(f"{entry.source_id}#{number}")
    try:
        item = _item(entry.resource, part, rulebook)
    except NoResult as none:
        why = issue("/value", "no-result", "No result of {name}: {reason}.", name=_called(part), reason=none.reason)
        return Line(place=place, why=(why,), source_id=source_id, subject=subject, empty=True)
    except Problem as unreadable:
        return Line(place=place, why=unreadable.issues, source_id=source_id, subject=subject)
    corrects = said(entry.resource, "status") in ("amended", "corrected")
    return Line(place=place, item=item, source_id=source_id, subject=subject, corrects=corrects)


def _item(whole: Mapping[str, Any], part: Mapping[str, Any], rulebook: RuleBook) -> LabItem:
    loincs, called = codes(at(part, "code")), names(at(part, "code"))
    if not loincs and not called:
        raise problem("/analyte", "test-unnamed", "It does not say what was measured.")
    value, unit = _value(part)
    collected_at, precision = effective(whole)
    zoned = at(whole, "_issued" if precision else "_effectiveDateTime")
    fasting = at(extension(whole, FASTING), "valueBoolean")
    stated = names(at(part, "method")) or names(at(whole, "method"))
    method = method_of(*stated, *called)
    evidence = MethodEvidence.LAB_MESSAGE
    if method is Method.UNKNOWN and not stated:
        method, evidence = method_of_code(loincs, rulebook), MethodEvidence.LAB_TEST_CODE
    elif any(_DECLARED in one for one in stated):
        evidence = MethodEvidence.SELF_DECLARED
    limits = _range(part, unit)
    return LabItem(
        test=" ".join([called[0] if called else "", *loincs]).strip()[:120],
        analyte=analyte_of(loincs, called, rulebook),
        value=value,
        unit=unit,
        collected_at=collected_at,
        zone=said(extension(zoned, ZONE), "valueCode", most=64),
        precision=precision,
        method=method.value,
        method_evidence=(MethodEvidence.NONE if method is Method.UNKNOWN else evidence).value,
        laboratory=organization(whole),
        range_low=limits.low,
        range_high=limits.high,
        lloq=written_in(part, LLOQ),
        fasting=fasting if isinstance(fasting, bool) else None,
    )


def _value(part: Mapping[str, Any]) -> tuple[str, str]:
    """The value as reported and the unit: UCUM where there is one. Raises :class:`NoResult` and :class:`Problem`."""
    quantity = at(part, "valueQuantity")
    if isinstance(quantity, dict) and "value" in quantity:
        return _of_quantity(quantity)
    if "valueString" in part:
        return read_result(said(part, "valueString"))
    if "valueInteger" in part:
        return parse_value(digits(part, "valueInteger"), "").text, ""
    absent = at(part, "dataAbsentReason")
    if absent is not None:
        raise NoResult(" ".join(names(absent)) or next(iter(codes(absent, _ABSENT)), "") or "the source gives no reason")
    if "valueCodeableConcept" in part:
        concept = names(at(part, "valueCodeableConcept"))
        return read_result(concept[0] if concept else "")
    if quantity is not None:
        raise NoResult("the quantity has no value")
    kind = next((key for key in part if key.startswith("value")), "")
    if not kind:
        raise NoResult("it has no value")
    text = "A result as {received} is not read. Accepted: a quantity, a whole number or a text."
    raise problem("/value", "value-kind", text, received=kind[:60])


def _of_quantity(quantity: Mapping[str, Any]) -> tuple[str, str]:
    comparator = said(quantity, "comparator")
    if comparator not in _COMPARATORS:
        raise problem("/value", "comparator-unknown", "'{received}' is not a comparator.", received=comparator[:10])
    number = digits(quantity, "value")
    if not number:
        text = "'{received}' is not a plain number. Exponents and more than 12 digits before the point are not read."
        raise problem("/value", "value-unreadable", text, received=str(quantity["value"])[:40])
    coded = said(quantity, "code", most=40) if said(quantity, "system") == UCUM else ""
    return parse_value(f"{comparator}{number}", "").text, coded or said(quantity, "unit", most=40)


def _range(part: Mapping[str, Any], unit: str) -> Range:
    """The one reference range, if it is in the unit of the value; of several, none is chosen."""
    kinds = [(one, codes(at(one, "type"), _RANGES)) for one in many(part, "referenceRange")]
    stated = [one for one, kind in kinds if not kind or "normal" in kind]
    if len(stated) != 1:
        return Range()
    low, high = at(stated[0], "low"), at(stated[0], "high")
    for end in (low, high):
        spelled = {said(end, "code", most=40), said(end, "unit", most=40)} - {""}
        if spelled and unit not in spelled:
            return Range()
    if low is not None or high is not None:
        return Range(*("" if number.startswith("-") else number for number in (digits(low, "value"), digits(high, "value"))))
    return read_range(said(stated[0], "text"))


def _called(part: Mapping[str, Any]) -> str:
    return next(iter(names(at(part, "code"))), "an unnamed test")
