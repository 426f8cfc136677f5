"""What was sent about a regimen, read and held to the rules, as the columns of a row."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import structs

from tracking.domain.amounts import canonical, read_amount, schedule_in
from tracking.domain.entry import check_dose, check_drug
from tracking.domain.expected import zone_on
from tracking.domain.history import Origin
from tracking.domain.moments import parse_zone
from tracking.domain.problems import Collector, Problem, problem
from tracking.domain.regimen_terms import check_ai_terms, check_amounts, tablet_part
from tracking.domain.reported import Value
from tracking.domain.rulebook import AROMATASE_INHIBITOR, DrugRule, RuleBook
from tracking.domain.schedule import Schedule, parse_schedule
from tracking.evidence import load_rulebook
from tracking.models import Patient, Regimen
from tracking.services.lived import check_day, local_today
from tracking.services.plans import moves_of, plan_of

__all__ = ["content_of", "in_order", "kept_from", "read_dose"]


def content_of(
    *,
    man: Patient,
    now: datetime,
    origin: Origin,
    drug: str,
    schedule: object,
    starts_on: date,
    dose_mg: object = None,
    dose: object = None,
    strength: object = "",
    ends_on: date | None = None,
    zone: str | None = None,
    reason: str = "",
    review_on: date | None = None,
    confirmed_reason: str = "",
    typed: bool = True,
) -> dict[str, Any]:
    """The columns of a version. ``typed``: a person enters it, who can be asked why an AI was started and when it is reviewed;
    another system's record says what it says, and the evaluation names what is missing.

     ``dose`` is text with its unit (``500 IU``), ``dose_mg`` text in milligrams: one of the two.

    Raises :class:`Problem` with everything that stands against it.
    """
    rulebook = load_rulebook()
    found = Collector()
    plan = found.run(parse_schedule, schedule)
    found.run(parse_zone, zone or man.zone)
    # A regimen may be planned ahead; only a start before his adult life is a mistake.
    if starts_on <= local_today(man, now):
        found.run(check_day, starts_on, man=man, now=now, pointer="/starts_on", rulebook=rulebook)
    found.run(in_order, starts_on, ends_on)
    rule = found.run(check_drug, drug, rulebook)
    pointer = "/dose" if dose is not None else "/dose_mg"
    written = None
    if rule is not None:
        written = found.run(read_dose, rule, dose, dose_mg)
        if typed:
            said: dict[str, Any] = {"reason": reason, "review_on": review_on, "starts_on": starts_on, "ends_on": ends_on}
            found.run(check_ai_terms, rule, origin, **said, today=local_today(man, now), rulebook=rulebook)
    tablet = None
    if rule is not None and written is not None:
        tablet = found.run(_strength, rule, written, plan, strength, rulebook)
        if plan is not None:
            found.run(check_amounts, written, plan, pointer=pointer)
            told = {"confirmed": bool(confirmed_reason.strip()), "staff": origin is Origin.PRESCRIBED}
            found.run(_check_limits, rule, written, plan, rulebook, pointer=pointer, **told)
    found.raise_found()
    assert written is not None and plan is not None  # noqa: PT018  else something was raised
    return {
        "drug": drug,
        "dose_digits": written.digits,
        "dose_unit": written.unit,
        "strength_digits": tablet.digits if tablet else "",
        "schedule": plan.as_dict(),
        "origin": origin.value,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "zone": zone or man.zone,
        "reason": reason,
        "review_on": review_on,
        "confirmed_reason": confirmed_reason.strip(),
    }


def kept_from(row: Regimen, sent: dict[str, Any], from_date: date) -> dict[str, Any]:
    """What a change takes over from the version before, where it does not say otherwise.

    Of an AI the reason for which it was started is taken over; a review that lies before the change is not, and a strength only
    where the new dose is a part of it.
    """
    rule = load_rulebook().drugs.get(row.drug)
    # The next version begins on the clock on which this one ends, wherever he has moved meanwhile.
    zone = zone_on(plan_of(row, load_rulebook()), moves_of([row.patient_id]).get(row.patient_id, []), from_date)
    kept: dict[str, Any] = {"drug": row.drug, "schedule": row.schedule, "zone": zone}
    if rule is not None and rule.drug_class == AROMATASE_INHIBITOR:
        kept["reason"] = row.reason
    if row.review_on is not None and row.review_on >= from_date:
        kept["review_on"] = row.review_on
    if "dose" not in sent and "dose_mg" not in sent:
        kept["dose"] = f"{row.dose_digits} {row.dose_unit}"
    if row.strength_digits and rule is not None:
        strength = f"{row.strength_digits} {row.dose_unit}"
        try:
            written = read_dose(rule, sent.get("dose", kept.get("dose")), sent.get("dose_mg"))
            _strength(rule, written, parse_schedule(sent.get("schedule", row.schedule)), strength, load_rulebook())
            kept["strength"] = strength
        except Problem:
            pass  # dose or schedule are refused for themselves, or are of another strength
    return kept


def read_dose(rule: DrugRule, dose: object, dose_mg: object, *, name: str = "dose") -> Value:
    """``dose`` (digits and unit) or ``dose_mg`` (digits); both would be two statements of one thing."""
    if dose is None:
        return read_amount(dose_mg, rule, pointer=f"/{name}_mg", unit="mg")
    if dose_mg not in (None, ""):
        raise problem(f"/{name}_mg", "dose-stated-twice", "Send {one} or {other}, not both.", one=name, other=f"{name}_mg")
    return read_amount(dose, rule, pointer=f"/{name}")


def in_order(starts_on: date, ends_on: date | None) -> None:
    """Refuse an end before the start (``/ends_on``)."""
    if ends_on is not None and ends_on < starts_on:
        raise problem(
            "/ends_on",
            "ends-before-start",
            "{ends_on} is before the start, {starts_on}. Accepted: the first day without it, {starts_on} or later.",
            ends_on=ends_on.isoformat(),
            starts_on=starts_on.isoformat(),
        )


def _strength(rule: DrugRule, dose: Value, plan: Schedule | None, sent: object, rulebook: RuleBook) -> Value | None:
    """The strength, of which the dose is a part, and each of those that differ."""
    if sent in (None, ""):
        return None
    strength = read_amount(sent, rule, pointer="/strength")
    for digits in plan.amounts if plan is not None and plan.amounts else (dose.digits,):
        tablet_part(structs.replace(dose, digits=digits), strength, rulebook)
    return strength


def _check_limits(
    rule: DrugRule, dose: Value, plan: Schedule, rulebook: RuleBook, *, pointer: str, confirmed: bool, staff: bool
) -> None:
    number: Decimal = canonical(dose.number, dose.unit, rule)
    check = check_dose(rule.code, number, rulebook, schedule=schedule_in(plan, dose.unit, rule), pointer=pointer)
    check.enforce(confirmed=confirmed, staff=staff)
