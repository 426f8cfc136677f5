"""Doses: what is expected, logged and at home."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    ZONE,
)
from tests.tracking.evidence.examples.given import RULEBOOK, Given
from tracking.domain.adherence import Event, match
from tracking.domain.amounts import units_used
from tracking.domain.expected import Plan, expected, usual_times
from tracking.domain.history import (
    DoseKind,
    Origin,
)
from tracking.domain.inventory import Stock, supply_of
from tracking.domain.schedule import Schedule
from tracking.domain.sites import last_uses, suggested


def _plan(every_days: str, starts_on: date = TODAY) -> Plan:
    schedule = Schedule("every", days=Decimal(every_days), at=("08:00",))
    return Plan("plan", "anastrozole", Decimal(1), "mg", schedule, Origin.SELF, starts_on, None, ZONE)


def run_usual_times(given: Given) -> str:
    return ", ".join(f"{at:%H:%M}" for at in usual_times(int(given["times"]), RULEBOOK.dosing.usual_times))


def run_adherence_reach(given: Given) -> str:
    days = int(given["every_days"])
    plan = _plan(given["every_days"], TODAY - timedelta(days=days))
    slots = list(expected(plan, plan.starts_on, TODAY + timedelta(days=2 * days), (), RULEBOOK.dosing.usual_times))
    at = slots[1].at + timedelta(hours=int(given["hours_late"]))
    found = match(slots, [Event("e", DoseKind.TAKEN, Decimal(1), at, at, at.date())], RULEBOOK.dosing.adherence)
    return {(): "unmatched", (1,): "matched", (2,): "next dose"}[tuple(found)]


def run_refill(given: Given) -> str:
    rules = RULEBOOK.dosing
    stock = [Stock("tablet", Decimal(1), Fraction(given["doses_left"]), NOW)]
    slots = expected(_plan(given["every_days"]), TODAY, TODAY + timedelta(days=500), (), rules.usual_times)
    supply = supply_of(stock, slots, TODAY, rules=rules)
    if supply.refill_on is None:
        return "beyond"
    return f"days {supply.days}, refill +{(supply.refill_on - TODAY).days}"


def run_site(given: Given) -> str:
    """Used in this order, a day apart."""
    used = [(site, NOW + timedelta(days=number)) for number, site in enumerate(given["used"].split())]
    return suggested(last_uses(used, RULEBOOK.dosing.sites_of(given["drug"])))


def run_units_used(given: Given) -> str:
    parts = RULEBOOK.dosing.forms[given["form"]].parts
    return str(units_used(Decimal(given["amount"]), Decimal(given["content"]), parts))
