"""The page on which a prescriber reviews how a man was dosed: what the API answers, drawn and in tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest

from tracking.admin import phrases
from tracking.admin.chart import chart
from tracking.admin.plot import DECISION, FINDING, SYMPTOM, plot_of, within
from tracking.admin.plot import Mark as PlotMark
from tracking.admin.rows import Names
from tracking.admin.tabulated import tabulated
from tracking.domain.adherence import FORMULA, Adherence, LogState
from tracking.domain.dose_history import DoseHistory, DrugHistory, Kind, Mark, Result, Step
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Problem
from tracking.domain.rulebook import RuleBook
from tracking.domain.timing import DrugTiming, Phase
from tracking.domain.units import trimmed
from tracking.evidence import load_rulebook
from tracking.models import Patient
from tracking.services import dose_history
from tracking.services.dose_history import Stated
from tracking.services.history import history_of
from tracking.services.lived import local_today

__all__ = ["BASES", "PHASES", "adherence_in_words", "marks_of", "page"]

PRESETS = (("90 days", 90), ("6 months", 182), ("1 year", 365), ("2 years", 730))
BASES = {
    "prescribed": "prescribed",
    "self": "his own statement",
    "logged": "by his log alone",
    "used": "stated, how much is not known",
}
WHAT = {Kind.SCAN: "DXA scan", Kind.FRACTURE: "fracture"}
PHASES = {
    Phase.NOT_TAKEN: "not taken",
    Phase.UNKNOWN: "not known",
    Phase.FREQUENT: "frequent dosing, phase not told apart",
    Phase.EARLY: "early in the interval",
    Phase.MID: "mid interval",
    Phase.LATE_INTERVAL: "late in the interval",
    Phase.TROUGH: "trough",
    Phase.OVERDUE: "after the next dose was due",
}


class WindowForm(forms.Form):
    """Between which days. What the days may be, the service says."""

    day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    first = forms.DateField(required=False, label="From", widget=day)
    last = forms.DateField(required=False, label="To", widget=day)


@dataclass(frozen=True, slots=True)
class StepLine:
    starts_on: date | None
    ends_on: date | None
    is_planned: bool
    dose: str
    schedule: str
    weekly: str
    basis: str
    why: list[str]
    entered: list[str]


@dataclass(frozen=True, slots=True)
class DrugTable:
    name: str
    steps: list[StepLine]
    logged: str
    adherence: str


@dataclass(frozen=True, slots=True)
class ResultLine:
    on: str
    analyte: str
    text: str
    tier: str
    timing: list[str]
    treatment: tuple[str, ...]

    @property
    def tier_words(self) -> str:
        return phrases.spaced(self.tier)


@dataclass(frozen=True, slots=True)
class MarkLine:
    at: str
    what: str
    words: str
    why: str
    by: str


def page(man: Patient, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The context of the template. A window that cannot be shown is said so, and the usual year is shown instead."""
    rulebook, today = load_rulebook(), local_today(man, now)
    form, found = _asked(man, request, now)
    stated = dose_history.stated(man)
    known = phrases.names([*(row.recorded_by for row in stated.values()), *(mark.by for mark in found.marks)])

    def name(actor: str) -> str:
        return phrases.who(actor, known, man)

    start, end = start_of_day(found.first, man.zone), start_of_day(found.last + timedelta(days=1), man.zone)
    plot = within(plot_of(history_of(man), rulebook, now, marks_of(found.marks)), start, end)
    return {
        "form": form,
        "first": found.first,
        "last": found.last,
        "presets": [(label, today - timedelta(days=days), today) for label, days in PRESETS],
        "chart": chart(plot, start=start),
        "tabulated": tabulated(plot),
        "drugs": [_drug(drug, stated, name, man.zone) for drug in found.drugs],
        "results": [_result(result, rulebook) for result in (*reversed(found.results), *found.undated)],
        "formula": FORMULA,
        "marks": [_mark(mark, name, man.zone) for mark in reversed(found.marks)],
    }


def _asked(man: Patient, request: HttpRequest, now: datetime) -> tuple[WindowForm, DoseHistory]:
    """The window that the address asks for, and what it shows."""
    usual = dose_history.window(man, now=now)
    form = WindowForm(request.GET or None, initial=dict(zip(WindowForm.base_fields, usual, strict=True)))
    asked = {name: form.cleaned_data[name] for name in form.fields} if form.is_bound and form.is_valid() else {}
    try:
        return form, dose_history.read(man, now=now, **asked)
    except Problem as refused:
        form.add_error(None, [issue.detail for issue in refused.issues])
        return form, dose_history.read(man, now=now)


def marks_of(marks: tuple[Mark, ...]) -> tuple[PlotMark, ...]:
    """Findings, symptoms and decisions as the chart shows them; scans it knows by itself."""
    kinds = {Kind.FINDING: FINDING, Kind.DECISION: DECISION, Kind.TITRATION: DECISION, Kind.SYMPTOM: SYMPTOM}
    return tuple(PlotMark(mark.at, f"{mark.what}: {mark.words}", kinds[mark.kind]) for mark in marks if mark.kind in kinds)


def _drug(drug: DrugHistory, stated: dict[str, Stated], name: Names, zone: str) -> DrugTable:
    counts = [f"{count} {kind}" for kind, count in drug.logged.counts.items() if count]
    first, last = drug.logged.first, drug.logged.last
    if first is None or last is None:
        said = "No dose was logged in this time. That says nothing about what he took."
    else:
        said = f"Logged: {', '.join(counts)}; first {phrases.instant(first, zone)}, last {phrases.instant(last, zone)}."
    steps = [_step(step, stated, name, zone) for step in reversed(drug.steps)]
    return DrugTable(drug.name, steps, said, adherence_in_words(drug.adherence))


def _step(step: Step, stated: dict[str, Stated], name: Names, zone: str) -> StepLine:
    rows = [stated[key] for key in step.keys if key in stated]
    return StepLine(
        starts_on=step.starts_on,
        ends_on=step.ends_on,
        is_planned=step.is_planned,
        dose="paused" if step.is_pause else _amount(step.dose, step.unit, "not stated"),
        schedule="–" if step.is_pause else step.schedule or "not stated",
        weekly="–" if step.is_pause else _amount(step.weekly, step.unit, "not known"),
        basis=BASES[step.basis],
        why=list(dict.fromkeys([*_reasons(rows), *_ends(rows)])),
        entered=[f"{phrases.instant(row.recorded_at, zone)}, {name(row.recorded_by)}" for row in rows],
    )


def _reasons(rows: list[Stated]) -> list[str]:
    return [row.reason for row in rows if row.reason]


def _ends(rows: list[Stated]) -> list[str]:
    return [f"ended: {row.end_reason}" for row in rows if row.end_reason]


def _amount(amount: Decimal | None, unit: str, unsaid: str) -> str:
    return unsaid if amount is None else f"{trimmed(amount):f} {unit}"


def adherence_in_words(said: Adherence | None) -> str:
    """Silence is no figure: where nothing is logged, there is none."""
    if said is None or said.state is LogState.NOTHING_EXPECTED:
        return "Adherence: no dose was expected in this time."
    if said.state is LogState.NOT_LOGGED:
        return f"Adherence: not logged, so there is no figure for the {said.expected} doses expected."
    beside = f"{said.skipped} skipped, {said.not_logged} not logged, {said.extra} extra, {said.unmatched} outside the schedule"
    return f"Adherence: {said.percent} % ({said.taken + said.late} of {said.expected} expected doses; {beside})."


def _result(result: Result, rulebook: RuleBook) -> ResultLine:
    lab, timing = result.draw.lab, result.timing
    said = [] if timing is None else [_timing("AI", timing.ai), _timing("testosterone", timing.testosterone)]
    return ResultLine(
        on=phrases.day(result.draw.on) or "day not known",
        analyte=rulebook.analytes[lab.analyte].name,
        text=str(lab.reported),
        tier=result.tier or "",
        timing=said,
        treatment=result.treatment,
    )


def _timing(drug: str, timing: DrugTiming) -> str:
    hours = "" if timing.hours is None else f"{trimmed(timing.hours)} h after the dose, "
    unsettled = ", not yet at steady state" if timing.settled is False else ""
    return f"{drug}: {hours}{PHASES[timing.phase]}{unsettled}"


def _mark(mark: Mark, name: Names, zone: str) -> MarkLine:
    return MarkLine(
        at=phrases.instant(mark.at, zone) if mark.has_time else phrases.day(mark.at.astimezone(ZoneInfo(zone)).date()),
        what=WHAT.get(mark.kind) or f"{mark.kind} {phrases.spaced(mark.what)}",
        words=mark.words,
        why=mark.why,
        by=name(mark.by) if mark.by else "",
    )
