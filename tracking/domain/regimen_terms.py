"""What a regimen must say besides drug and dose: why an AI was started, and when it is looked at again (CLINICAL 9.6).

Dose, schedule and strength must agree too. Pure; services enforce it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from tracking.domain.amounts import part_in_words, part_of
from tracking.domain.history import Origin
from tracking.domain.months import months_after
from tracking.domain.problems import Issue, problem, raise_all
from tracking.domain.reported import Value
from tracking.domain.rulebook import AROMATASE_INHIBITOR, DrugRule, RuleBook
from tracking.domain.schedule import Schedule

# What a stated strength is the strength of.
TABLET = "tablet"


def check_ai_terms(
    drug: DrugRule,
    origin: Origin,
    *,
    reason: str,
    review_on: date | None,
    starts_on: date,
    ends_on: date | None,
    today: date,
    rulebook: RuleBook,
) -> None:
    """Raise :class:`Problem` (``/reason``, ``/review_on``) where a regimen of an AI does not say enough.

    The reason is always asked. The review is asked of a prescriber, for an AI that is not over yet: from its start to so many
    months ahead (rulebook) of today, or of a start still to come. A man's own statement may leave it out, for the date is his
    prescriber's to set; one that he gives is held to the same.
    """
    if drug.drug_class != AROMATASE_INHIBITOR:
        return
    issues = []
    if not reason.strip():
        text = "Say why the aromatase inhibitor was started, for example 'breast tenderness with E2 58 pg/mL'."
        issues.append(Issue("/reason", "ai-reason-missing", text))
    months = rulebook.monitoring.ai_review.most_months
    latest = months_after(max(starts_on, today), months)
    said: dict[str, Any] = {"first": starts_on.isoformat(), "last": latest.isoformat(), "months": months}
    is_over = ends_on is not None and ends_on <= today
    if review_on is None:
        if origin is Origin.PRESCRIBED and not is_over:
            text = "Say when it is reviewed whether the aromatase inhibitor is still needed. Accepted: {first} to {last}."
            issues.append(Issue("/review_on", "ai-review-missing", text, MappingProxyType(said)))
    elif not starts_on <= review_on <= latest:
        text = "{received} is not accepted as its review: at most {months} months ahead. Accepted: {first} to {last}."
        said["received"] = review_on.isoformat()
        issues.append(Issue("/review_on", "ai-review-out-of-limits", text, MappingProxyType(said)))
    raise_all(issues)


def check_amounts(dose: Value, schedule: Schedule, *, pointer: str) -> None:
    """Where the doses of a schedule differ, the dose that is stated is the largest of them."""
    if schedule.amounts and max(Decimal(amount) for amount in schedule.amounts) != dose.number:
        raise problem(
            pointer,
            "dose-not-largest",
            "The doses of the schedule differ: {amounts}. State the largest of them as the dose, not {received}.",
            amounts=", ".join(schedule.amounts),
            received=dose.digits,
        )


def tablet_part(dose: Value, strength: Value | None, rulebook: RuleBook) -> Fraction | None:
    """How many tablets of a stated strength one dose is; None where none is stated.

    Raises :class:`Problem` (``/strength``) where the dose is no whole number of the parts that a tablet can be taken in.
    """
    if strength is None:
        return None
    parts = rulebook.dosing.forms[TABLET].parts
    share = None
    if strength.number > 0 and strength.unit == dose.unit:
        share = part_of(dose.number, strength.number, parts)
    if share is None:
        raise problem(
            "/strength",
            "strength-does-not-fit",
            "{dose} is no whole number of quarters of one of {strength}. Accepted: a strength of which it is a quarter, "
            "a half, a whole or several, in the unit of the dose; a compounded one is stated as it is.",
            dose=str(dose),
            strength=str(strength),
        )
    return share


def part_text(dose_digits: str, strength_digits: str) -> str:
    """``half``: how much of one tablet a stored dose is; empty where no strength is stated."""
    return part_in_words(Fraction(Decimal(dose_digits)) / Fraction(Decimal(strength_digits))) if strength_digits else ""
