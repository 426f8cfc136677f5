"""Stored regimens as what is in force and as what is expected: pauses left out, doses in the rulebook's units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from tracking.domain.amounts import canonical, schedule_in
from tracking.domain.expected import Move, Plan
from tracking.domain.history import Origin, RegimenRecord
from tracking.domain.pauses import Pause, stretches
from tracking.domain.rulebook import RuleBook
from tracking.domain.schedule import parse_schedule
from tracking.evidence import load_rulebook
from tracking.models import Patient, Regimen, RegimenPause, ZoneMove

__all__ = ["moves_of", "pauses_of", "plan_of", "plans_of", "record_of", "records_of", "standing", "with_pauses"]


def standing() -> QuerySet[Any]:
    """The regimens that stand, each with its pauses. One query."""
    return with_pauses(Regimen.objects.live())


def with_pauses(regimens: QuerySet[Any]) -> QuerySet[Any]:
    """Regimens, each with the pauses of it that stand. One query."""
    pauses = RegimenPause.objects.live().filter(regimen=OuterRef("pk")).order_by("starts_on", "pk")
    rows = pauses.values(row=JSONObject(starts_on="starts_on", ends_on="ends_on", uid="uid"))
    found: QuerySet[Any] = regimens.annotate(standing_pauses=ArraySubquery(rows))
    return found


def pauses_of(row: Regimen) -> tuple[Pause, ...]:
    """Those that stand; as read by :func:`standing`, or from the database."""
    read = getattr(row, "standing_pauses", None)
    if read is not None:
        return tuple(
            Pause(date.fromisoformat(one["starts_on"]), one["ends_on"] and date.fromisoformat(one["ends_on"]), one["uid"])
            for one in read
        )
    rows = RegimenPause.objects.live().filter(regimen=row).order_by("starts_on", "pk")
    return tuple(Pause(pause.starts_on, pause.ends_on, str(pause.uid)) for pause in rows)


def records_of(row: Regimen) -> list[RegimenRecord]:
    """A regimen as the evaluation reads it: one record for each stretch in force."""
    whole = record_of(row)
    return [
        replace(whole, key=stretch.key or whole.key, starts_on=stretch.starts_on, ends_on=stretch.ends_on)
        for stretch in stretches(row.starts_on, row.ends_on, pauses_of(row))
    ]


def record_of(row: Regimen) -> RegimenRecord:
    """A regimen as it was stated, whether or not it is paused."""
    plan = plan_of(row, load_rulebook())
    return RegimenRecord(
        key=plan.key,
        drug=plan.drug,
        dose_mg=plan.dose,
        schedule=plan.schedule,
        origin=plan.origin,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        zone=plan.zone,
        reason=row.reason,
        review_on=row.review_on,
    )


def plan_of(row: Regimen, rulebook: RuleBook) -> Plan:
    """What a regimen expects, in the drug's own unit."""
    schedule = parse_schedule(row.schedule)
    dose, strength, unit = Decimal(row.dose_digits), Decimal(row.strength_digits or 0), row.dose_unit
    rule = rulebook.drugs.get(row.drug)
    # A drug that later rules no longer know is still read back, in the unit in which it was written.
    if rule is not None and unit in rule.units:
        dose, strength = canonical(dose, unit, rule), canonical(strength, unit, rule)
        schedule, unit = schedule_in(schedule, unit, rule), rule.unit
    return Plan(
        key=str(row.uid),
        drug=row.drug,
        dose=dose,
        unit=unit,
        schedule=schedule,
        origin=Origin(row.origin),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        zone=row.zone,
        pauses=pauses_of(row),
        strength=strength or None,
        stated_at=row.recorded_at,
    )


def plans_of(men: Sequence[int], rulebook: RuleBook, *narrowed: Q) -> dict[int, list[Plan]]:
    """The plans of these men by their key. One query, however many men."""
    found: dict[int, list[Plan]] = {man: [] for man in men}
    for row in standing().filter(*narrowed, patient__in=men):
        found[row.patient_id].append(plan_of(row, rulebook))
    return found


def moves_of(men: Iterable[int | Patient]) -> dict[int, list[Move]]:
    """When each of these men moved to another zone, in order of time. One query."""
    found: dict[int, list[Move]] = {}
    for row in ZoneMove.objects.filter(patient__in=men).order_by("at", "pk"):
        found.setdefault(row.patient_id, []).append(Move(row.at, row.zone))
    return found
