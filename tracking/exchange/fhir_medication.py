"""Testosterone, aromatase inhibitors and other drugs of the rulebook: orders and statements become regimens.

Nothing is computed: a dose that is not stated in milligrams (mL, tablets) is not taken over, and the line says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tracking.domain.history import DoseKind
from tracking.domain.problems import Problem, problem
from tracking.domain.rulebook import RuleBook
from tracking.domain.schedule import WEEKDAYS
from tracking.exchange.fhir_entries import Entry, Resources, effective, empty
from tracking.exchange.fhir_json import at, codes, digits, many, names, said
from tracking.exchange.incoming import DoseItem, Line, RegimenItem, Subject, named
from tracking.exchange.names import drug_of

__all__ = ["KINDS", "medication_lines"]

KINDS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")
_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_DAY = len("2026-03-03")
_NOT_TAKEN = {"entered-in-error", "cancelled", "draft", "unknown", "not-taken", "intended", "on-hold", "in-progress"}
_DAYS = {"d": Decimal(1), "wk": Decimal(7)}


def medication_lines(entry: Entry, subject: Subject, resources: Resources, rulebook: RuleBook) -> Iterator[Line]:
    """The line of one medication resource; a MedicationRequest with several dosages makes one for each."""
    concept = _concept(entry, resources)
    product = " ".join([*names(concept)[:1], *codes(concept, _RXNORM)]).strip()[:120]
    drug = drug_of(codes(concept, _RXNORM), names(concept), rulebook)
    status = said(entry.resource, "status", most=40)
    if not drug:
        yield empty(entry, subject, "drug-unknown", "'{product}' is none of the drugs that are followed here.", product=product)
        return
    if status in _NOT_TAKEN or said(entry.resource, "intent") in ("proposal", "plan", "option"):
        yield empty(entry, subject, "not-taken", "Its status is '{status}': it shows no treatment.", status=status)
        return
    if entry.kind == "MedicationAdministration":
        yield _line(entry, subject, entry.place, _dose, product, drug)
        return
    dosages = list(many(entry.resource, "dosageInstruction" if entry.kind == "MedicationRequest" else "dosage")) or [{}]
    for number, dosage in enumerate(dosages, 1):
        place = entry.place if len(dosages) == 1 else f"{entry.place}, dosage {number}"
        yield _line(entry, subject, place, _regimen, product, drug, dosage)


def _line(entry: Entry, subject: Subject, place: str, read: Any, *said_of_it: Any) -> Line:
    suffix = place.removeprefix(entry.place)
    source_id = named(f"{entry.source_id}{suffix}") if entry.source_id else ""
    try:
        return Line(place=place, item=read(entry, *said_of_it), source_id=source_id, subject=subject)
    except Problem as unreadable:
        return Line(place=place, why=unreadable.issues, source_id=source_id, subject=subject)


def _concept(entry: Entry, resources: Resources) -> Any:
    concept = at(entry.resource, "medicationCodeableConcept")
    if concept is not None:
        return concept
    reference = said(entry.resource, "medicationReference", "reference")
    for contained in many(entry.resource, "contained"):
        if reference == f"#{said(contained, 'id')}":
            return at(contained, "code")
    found = resources.find(reference)
    return at(found.resource, "code") if found else {"text": said(entry.resource, "medicationReference", "display")}


def _dose(entry: Entry, product: str, drug: str) -> DoseItem:
    taken_at, _ = effective(entry.resource)
    if said(entry.resource, "status") == "not-done":
        return DoseItem(product=product, drug=drug, kind=DoseKind.SKIPPED.value, taken_at=taken_at)
    amount = _milligrams(at(entry.resource, "dosage", "dose"), "/amount_mg")
    return DoseItem(product=product, drug=drug, kind=DoseKind.TAKEN.value, taken_at=taken_at, amount_mg=amount)


def _regimen(entry: Entry, product: str, drug: str, dosage: Mapping[str, Any]) -> RegimenItem:
    starts_on, last_day = _period(entry.resource, dosage)
    dose = at(dosage, "doseAndRate", 0, "doseQuantity")
    return RegimenItem(
        product=product,
        drug=drug,
        dose_mg=_milligrams(dose, "/dose_mg"),
        schedule=_schedule(dosage),
        starts_on=starts_on,
        last_day=last_day,
        prescribed=entry.kind == "MedicationRequest",
    )


def _milligrams(dose: Any, pointer: str) -> str:
    number = digits(dose, "value")
    unit = said(dose, "code", most=40) or said(dose, "unit", most=40)
    if not number or unit != "mg":
        text = "The dose is stated as '{received}'. Only milligrams are taken over: nothing is computed from a strength."
        raise problem(pointer, "dose-not-in-mg", text, received=f"{number} {unit}".strip() or "nothing")
    return number


def _schedule(dosage: Mapping[str, Any]) -> dict[str, Any]:
    """How often, in the form of ``tracking.domain.schedule``. Raises :class:`Problem` where it does not say."""
    if at(dosage, "asNeededBoolean") is True or at(dosage, "asNeededCodeableConcept") is not None:
        return {"kind": "as_needed"}
    repeat = at(dosage, "timing", "repeat")
    days = at(repeat, "dayOfWeek")
    if isinstance(days, list) and days and all(day in WEEKDAYS for day in days):
        return {"kind": "weekdays", "days": [day for day in WEEKDAYS if day in days]}
    times, period = digits(repeat, "frequency") or "1", digits(repeat, "period")
    unit = _DAYS.get(said(repeat, "periodUnit"))
    if at(repeat, "frequencyMax") is None and at(repeat, "periodMax") is None and period and unit is not None:
        span = Decimal(period) * unit
        if span == 1 and "." not in times:
            return {"kind": "daily", "times": int(times)}
        every = span / Decimal(times) if Decimal(times) > 0 else Decimal(0)
        if every > 0 and every * Decimal(times) == span:
            return {"kind": "every", "days": f"{every.normalize():f}"}
    text = "How often it is taken cannot be read. Accepted: so many times in a day or week, on named days, or as needed."
    raise problem("/schedule", "schedule-unreadable", text)


def _period(resource: Mapping[str, Any], dosage: Mapping[str, Any]) -> tuple[str, str]:
    """The first day of it and the last, empty where it goes on."""
    bounds = at(dosage, "timing", "repeat", "boundsPeriod")
    for period in (bounds, at(resource, "effectivePeriod"), at(resource, "dispenseRequest", "validityPeriod")):
        if said(period, "start"):
            return _day(said(period, "start")), _last(said(period, "end"))
    start = said(resource, "authoredOn") or said(resource, "effectiveDateTime")
    return _day(start), ""


def _day(text: str) -> str:
    if len(text) < _DAY:
        raise problem("/starts_on", "day-unknown", "It does not say on which day it began.")
    return text[:_DAY]


def _last(text: str) -> str:
    return text[:_DAY] if len(text) >= _DAY else ""
