"""Testosterone, aromatase inhibitors and other drugs of the rulebook: orders and statements become regimens.

Nothing is computed: a dose that is stated as a volume or in tablets is not taken over, and the line says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tracking.domain.history import DoseKind, Origin
from tracking.domain.problems import Issue, Problem, problem
from tracking.domain.reported import Precision
from tracking.domain.rulebook import RuleBook
from tracking.domain.schedule import WEEKDAYS, parse_schedule
from tracking.exchange.fhir_entries import Entry, Resources, effective, empty
from tracking.exchange.fhir_json import (
    DOSE_KIND,
    DRUGS,
    ORIGIN,
    RXNORM,
    SCHEDULE,
    SITES,
    STRENGTH,
    ZONE,
    at,
    codes,
    digits,
    extension,
    many,
    names,
    said,
    written,
)
from tracking.exchange.incoming import DoseItem, Line, RegimenItem, Subject, issue, named
from tracking.exchange.names import drug_of

__all__ = ["KINDS", "medication_lines"]

KINDS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")
# What a dose can be stated in, by UCUM code and as people write it.
_UNITS: Mapping[str, str] = MappingProxyType({"mg": "mg", "ug": "ug", "mcg": "ug", "[IU]": "IU", "[iU]": "IU", "IU": "IU"})
_DAY = len("2026-03-03")
_NOT_TAKEN = {"entered-in-error", "cancelled", "draft", "unknown", "not-taken", "intended", "in-progress"}
_DAYS = {"d": Decimal(1), "wk": Decimal(7)}


def medication_lines(entry: Entry, subject: Subject, resources: Resources, rulebook: RuleBook) -> Iterator[Line]:
    """The line of one medication resource; a MedicationRequest with several dosages makes one for each."""
    concept = _concept(entry, resources)
    product = " ".join([*names(concept)[:1], *codes(concept, RXNORM)]).strip()[:120]
    own = [code for code in codes(concept, DRUGS) if code in rulebook.drugs]
    drug = own[0] if own else drug_of(codes(concept, RXNORM), names(concept), rulebook)
    status = said(entry.resource, "status", most=40)
    if not drug:
        yield empty(entry, subject, "drug-unknown", "'{product}' is none of the drugs that are followed here.", product=product)
        return
    if status in _NOT_TAKEN or said(entry.resource, "intent") in ("proposal", "plan", "option"):
        yield empty(entry, subject, "not-taken", "Its status is '{status}': it shows no treatment.", status=status)
        return
    if status == "on-hold":
        yield Line(place=entry.place, why=(_on_hold(product),), source_id=entry.source_id, subject=subject)
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


def _on_hold(product: str) -> Issue:
    """Neither a treatment that goes on nor none: FHIR does not say since when it rests."""
    text = "{product} is on hold, and since when is not said. Enter by hand the regimen, and its pause with its first day."
    return issue("/status", "on-hold", text, product=product)


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
    taken_at, precision = _taken(entry.resource)
    dosage = at(entry.resource, "dosage")
    zoned = at(entry.resource, "_effectiveDateTime") or at(entry.resource, "effectivePeriod")
    when = {"taken_at": taken_at, "precision": precision, "zone": said(extension(zoned, ZONE), "valueCode", most=64)}
    about: dict[str, Any] = {"product": product, "drug": drug, "site": next(iter(codes(at(dosage, "site"), SITES)), "")}
    about |= when
    if said(entry.resource, "status") == "not-done":
        return DoseItem(kind=DoseKind.SKIPPED.value, **about)
    kind = said(extension(entry.resource, DOSE_KIND), "valueCode")
    known = kind if kind in (DoseKind.LATE, DoseKind.EXTRA) else DoseKind.TAKEN.value
    amount, unit = _amount(at(dosage, "dose"), "/amount")
    return DoseItem(kind=known, amount=amount, unit=unit, **about)


def _taken(resource: Mapping[str, Any]) -> tuple[str, str]:
    """When, and the precision where the text does not show it: a period that only ends says by when."""
    period = at(resource, "effectivePeriod")
    if said(period, "end") and not said(period, "start"):
        return said(period, "end"), Precision.UNKNOWN.value
    return effective(resource)


def _regimen(entry: Entry, product: str, drug: str, dosage: Mapping[str, Any]) -> RegimenItem:
    starts_on, last_day = _period(entry.resource, dosage)
    either = at(dosage, "doseAndRate", 0)
    dose, unit = _amount(at(either, "doseQuantity") or at(either, "doseRange", "high"), "/dose")
    strength = extension(dosage, STRENGTH)
    return RegimenItem(
        product=product,
        drug=drug,
        dose=dose,
        unit=unit,
        strength=_amount(at(strength, "valueQuantity"), "/strength")[0] if strength else "",
        schedule=_own_schedule(dosage) or _schedule(dosage),
        starts_on=starts_on,
        last_day=last_day,
        prescribed=entry.kind == "MedicationRequest"
        or said(extension(entry.resource, ORIGIN), "valueCode") == Origin.PRESCRIBED,
        reason=next((name for reason in many(entry.resource, "reasonCode") for name in names(reason)), ""),
        zone=said(extension(at(entry.resource, "effectivePeriod"), ZONE), "valueCode", most=64),
    )


def _amount(dose: Any, pointer: str) -> tuple[str, str]:
    number = written(dose)
    unit = said(dose, "code", most=40) or said(dose, "unit", most=40)
    if not number or unit not in _UNITS:
        text = "The dose is stated as '{received}'. Only mg, ug and IU are taken over: nothing is computed from a strength."
        raise problem(pointer, "dose-not-in-mg", text, received=f"{number} {unit}".strip() or "nothing")
    return number, _UNITS[unit]


def _own_schedule(dosage: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schedule as this system wrote it, which a Timing cannot always say; None where there is none that can be read."""
    try:
        read = json.loads(said(extension(dosage, SCHEDULE), "valueString", most=1000))
        return parse_schedule(read).as_dict()
    except (ValueError, RecursionError, Problem):
        return None


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
