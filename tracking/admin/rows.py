"""Stored rows as lines of the tables on a man's page. No queries: whatever a line needs is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracking.admin import phrases
from tracking.domain.amounts import shown
from tracking.domain.expected import PlanState
from tracking.domain.history import Origin
from tracking.domain.pauses import Pause
from tracking.domain.regimen_terms import part_text
from tracking.domain.reported import Assay, Method, MethodEvidence, Moment, Precision, Value
from tracking.domain.rulebook import RuleBook
from tracking.models import DoseEvent, DueItem, LabResult, Regimen
from tracking.models.base import Record
from tracking.services.inventory import Holding
from tracking.services.plans import plan_of

__all__ = [
    "EVIDENCE",
    "KINDS",
    "LEADING",
    "Entered",
    "Names",
    "assay_of",
    "dose_line",
    "due_line",
    "entered",
    "lab_line",
    "regimen_line",
    "stock_line",
]

Names = Callable[[str], str]

KINDS = {
    "lab_e2_t": "Estradiol and testosterone",
    "dexa": "DXA scan",
    "vitamin_d": "Vitamin D",
    "lipids": "Lipids",
    "calcium": "Calcium",
    "pth": "PTH",
    "bone_markers": "Bone markers",
    "hematocrit": "Hematocrit",
    "psa": "PSA",
    "blood_pressure": "Blood pressure",
    "denosumab": "Denosumab",
    "pre_denosumab": "Blood before denosumab",
    "zoledronate": "Zoledronic acid",
    "pre_zoledronate": "Blood before zoledronic acid",
    "ai_review": "Review of the AI",
}
# Of several things that are due a list names one of these; the others stand on the man's page.
LEADING = ("lab_e2_t", "dexa", "denosumab", "zoledronate")
EVIDENCE = {
    MethodEvidence.LAB_MESSAGE: "stated in the laboratory's message",
    MethodEvidence.LAB_TEST_CODE: "known from the laboratory's test code",
    MethodEvidence.STAFF_VERIFIED: "read on the report by staff",
    MethodEvidence.SOURCE_DOCUMENTED: "documented by the source",
    MethodEvidence.SELF_DECLARED: "declared by the man, not shown",
    MethodEvidence.NONE: "",
}


@dataclass(frozen=True, slots=True)
class Entered:
    """Who entered a row, when, and what was said about it then."""

    at: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class LabLine:
    uid: str
    collected: str
    zone: str
    analyte: str
    value: Value
    assay: str
    evidence: str
    range: str
    lloq: str
    laboratory: str
    tier: str
    at_boundary: bool
    entered: Entered

    @property
    def tier_words(self) -> str:
        return phrases.spaced(self.tier)


@dataclass(frozen=True, slots=True)
class RegimenLine:
    uid: str
    drug: str
    dose: str
    part: str
    weekly: str
    schedule: str
    pauses: tuple[Pause, ...]
    is_paused: bool
    starts_on: date
    ends_on: date | None
    is_planned: bool
    is_open: bool
    is_prescribed: bool
    reason: str
    end_reason: str
    review_on: date | None
    entered: Entered


@dataclass(frozen=True, slots=True)
class DoseLine:
    taken: str
    zone: str
    drug: str
    kind: str
    amount: str
    site: str
    entered: Entered


@dataclass(frozen=True, slots=True)
class StockLine:
    drug: str
    left: str
    counted: str
    count_again: bool
    doses: int | None
    runs_out_on: date | None
    refill_on: date | None


@dataclass(frozen=True, slots=True)
class DueLine:
    kind: str
    item: DueItem
    phase: str

    @property
    def is_open(self) -> bool:
        return self.item.state == DueItem.State.OPEN

    @property
    def leads(self) -> bool:
        return self.item.kind in LEADING


def assay_of(stored: Mapping[str, str]) -> str:
    """The assay of a stored basis in words."""
    return str(Assay(Method(stored["method"]), MethodEvidence(stored["evidence"])))


def lab_line(row: LabResult, results: Mapping[str, Any], rulebook: RuleBook, names: Names, zone: str) -> LabLine:
    """One result as reported; its tier is the one that the standing evaluation gave it."""
    reported = row.reported
    placed = results.get(str(row.uid), {})
    return LabLine(
        uid=str(row.uid),
        collected=_moment(reported.collected),
        zone=reported.collected.zone,
        analyte=rulebook.analytes[row.analyte].name if row.analyte in rulebook.analytes else row.analyte,
        value=reported.value,
        assay=str(reported.assay),
        evidence=EVIDENCE[reported.assay.evidence],
        range=_range(row),
        lloq=row.lloq,
        laboratory=row.laboratory,
        tier=placed.get("tier", ""),
        at_boundary=placed.get("at_boundary", False),
        entered=entered(row, names, zone, row.confirmed_reason),
    )


def _range(row: LabResult) -> str:
    if row.range_high:
        return f"{row.range_low} to {row.range_high}" if row.range_low else f"up to {row.range_high}"
    return f"from {row.range_low}" if row.range_low else ""


def regimen_line(row: Regimen, rulebook: RuleBook, names: Names, today: date) -> RegimenLine:
    plan = plan_of(row, rulebook)
    weekly = plan.schedule.weekly(plan.dose)
    state = plan.state(today)
    part = part_text(row.dose_digits, row.strength_digits)
    return RegimenLine(
        uid=str(row.uid),
        drug=phrases.drug(row.drug, rulebook),
        dose=f"{row.dose_digits} {row.dose_unit}",
        part=f"{part} of {row.strength_digits} {row.dose_unit}" if part else "",
        weekly="" if weekly is None else f"{shown(weekly)} {plan.unit} a week",
        schedule=str(plan.schedule),
        pauses=plan.pauses,
        is_paused=state is PlanState.PAUSED,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_planned=state is PlanState.PLANNED,
        is_open=state is not PlanState.ENDED,
        is_prescribed=row.origin == Origin.PRESCRIBED,
        reason=row.reason,
        end_reason=row.end_reason,
        review_on=row.review_on,
        entered=entered(row, names, row.zone, row.confirmed_reason),
    )


def dose_line(row: DoseEvent, rulebook: RuleBook, names: Names, zone: str) -> DoseLine:
    moment = Moment(row.at, Precision(row.precision), row.zone)
    return DoseLine(
        taken=_moment(moment),
        zone=row.zone,
        drug=phrases.drug(row.drug, rulebook),
        kind=row.kind,
        amount=f"{row.amount_digits} {row.amount_unit}" if row.amount_digits else "–",
        site=phrases.spaced(row.site),
        entered=entered(row, names, zone, row.confirmed_reason),
    )


def stock_line(holding: Holding, rulebook: RuleBook, zone: str) -> StockLine:
    """What he has at home of one drug; contents side by side."""
    forms = rulebook.dosing.forms
    left = (f"{shown(one.left)} {forms[one.form].name} of {shown(one.content)} {holding.unit}" for one in holding.stock)
    supply = holding.supply
    return StockLine(
        drug=phrases.drug(holding.drug, rulebook),
        left="; ".join(left),
        counted=_short(max(one.counted_at for one in holding.stock), zone),
        count_again=any(one.short for one in holding.stock),
        doses=holding.doses,
        runs_out_on=supply.runs_out_on if supply else None,
        refill_on=supply.refill_on if supply else None,
    )


def due_line(item: DueItem, today: date) -> DueLine:
    """``waiting``, ``open``, ``due`` or ``overdue`` by his local day."""
    reached = ((item.overdue_on, "overdue"), (item.due_on, "due"), (item.opens_on, "open"))
    phase = next((name for on, name in reached if today >= on), "waiting")
    if item.state != DueItem.State.OPEN:
        phase = phrases.spaced(item.state)
    return DueLine(KINDS.get(item.kind, item.kind), item, phase)


def _moment(moment: Moment) -> str:
    """Without the zone, which has a place of its own."""
    printed = str(moment)
    return printed.removesuffix(f" {moment.zone}")


def entered(row: Record, names: Names, zone: str, note: str) -> Entered:
    """Who stated it, when, and from where it came if nobody typed it here."""
    source = f" from {row.source_system}" if row.source_system else ""
    return Entered(at=_short(row.recorded_at, zone), by=f"{names(row.recorded_by)}{source}", note=note)


def _short(at: datetime, zone: str) -> str:
    return phrases.day(at.astimezone(ZoneInfo(zone)).date())
