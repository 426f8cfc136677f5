"""How a man was dosed, for the prescriber who reviews it: steps, log, results, findings and decisions on one timeline."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import Output
from tracking.api.intake import DrugAdherence, adherence_shown
from tracking.api.paging import day_of
from tracking.api.records import day, instant, names_of
from tracking.api.schema import Operation, Query, a_day
from tracking.domain.adherence import FORMULA
from tracking.domain.amounts import shown
from tracking.domain.dose_history import DoseHistory as History
from tracking.domain.dose_history import DrugHistory, Kind, Mark, Result, Step
from tracking.domain.history import DoseKind, DoseRecord
from tracking.domain.timing import DrugTiming, Phase
from tracking.models import Patient
from tracking.services import dose_history
from tracking.services.dose_history import DEFAULT_DAYS, MOST_DAYS, Stated

__all__ = ["DoseHistory"]


class DoseStepStatedRow(Output):
    """A record that a step rests on, a regimen, a pause or a use: who entered it, when, and why."""

    uid = serializers.UUIDField()
    origin = serializers.CharField(help_text="self, prescribed, or used: stated without a dose")
    reason = serializers.CharField()
    end_reason = serializers.CharField()
    review_on = serializers.DateField(allow_null=True)
    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class DoseStepRow(Output):
    """One dose and interval of a drug, in force from ``starts_on`` until before ``ends_on``; or a pause, in which none is."""

    basis = serializers.CharField(
        help_text="whose word it rests on: logged, self or prescribed (in this order of weight); used: nobody says how much"
    )
    starts_on = serializers.DateField(allow_null=True, help_text="null: nobody knows since when")
    ends_on = serializers.DateField(allow_null=True, help_text="null: it goes on")
    paused = serializers.BooleanField(help_text="true: a pause of a regimen, and no dose")
    planned = serializers.BooleanField(help_text="true: it begins after today")
    dose = serializers.CharField(
        allow_null=True, help_text="one dose with its unit, `0.5 mg`; null in a pause, and where only the log tells of the drug"
    )
    schedule = serializers.CharField(help_text="in words; empty where none is stated")
    weekly = serializers.CharField(allow_null=True, help_text="derived: all doses of a week; null where nothing says")
    stated = DoseStepStatedRow(many=True)


class DosesLoggedRow(Output):
    """How many doses of each kind were logged. An unlogged dose is not counted as taken, nor as missed."""

    taken = serializers.IntegerField()
    late = serializers.IntegerField()
    extra = serializers.IntegerField()
    skipped = serializers.IntegerField()
    first = serializers.DateTimeField(allow_null=True)
    last = serializers.DateTimeField(allow_null=True)


class DoseHistoryEventRow(Output):
    uid = serializers.UUIDField()
    at = serializers.DateTimeField()
    precision = serializers.CharField()
    zone = serializers.CharField()
    kind = serializers.CharField(help_text=", ".join(DoseKind))
    amount = serializers.CharField(allow_null=True, help_text="with its unit; null for a skipped dose")


class DrugHistoryRow(Output):
    drug = serializers.CharField()
    name = serializers.CharField()
    drug_class = serializers.CharField()
    steps = DoseStepRow(many=True)
    logged = DosesLoggedRow()
    events = DoseHistoryEventRow(many=True)
    adherence = DrugAdherence(allow_null=True, help_text="over the window; null: nothing was expected, and nothing logged")


class DrawnAfterRow(Output):
    """How long after a dose a sample was drawn. Hours are null where the log or the draw does not tell."""

    phase = serializers.ChoiceField(list(Phase))
    hours = serializers.CharField(allow_null=True)
    settled = serializers.BooleanField(allow_null=True, help_text="at steady state; null where no record says")


class DoseHistoryResultRow(Output):
    uid = serializers.UUIDField()
    analyte = serializers.CharField()
    on = serializers.DateField(allow_null=True, help_text="local day of the draw; null: not known")
    text = serializers.CharField(help_text="as reported: comparator, digits, unit, assay, moment")
    tier = serializers.CharField(allow_null=True, help_text="of an estradiol by itself; else null")
    after_ai = DrawnAfterRow(allow_null=True)
    after_testosterone = DrawnAfterRow(allow_null=True)
    treatment = serializers.ListField(child=serializers.CharField(), help_text="what was in force when it was drawn")


class DoseHistoryMarkRow(Output):
    at = serializers.DateTimeField()
    has_time = serializers.BooleanField(help_text="false: only the local day of `at` is known")
    kind = serializers.CharField(help_text=", ".join(Kind))
    code = serializers.CharField()
    what = serializers.CharField(help_text="opened, worsened, acknowledged, scanned, felt, proposed, confirmed, ...")
    words = serializers.CharField()
    why = serializers.CharField(help_text="what the prescriber said to it")
    by = serializers.CharField(help_text="who asked, proposed or decided; empty where nobody did")


class DoseHistoryRow(Output):
    """Everything between two local days, in order of time."""

    to = serializers.DateField()
    zone = serializers.CharField()
    drugs = DrugHistoryRow(many=True)
    results = DoseHistoryResultRow(many=True)
    undated = DoseHistoryResultRow(many=True, help_text="results whose day nobody knows, whatever the window")
    marks = DoseHistoryMarkRow(many=True)
    adherence_formula = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        # "from" is a word of the language, so it cannot be declared as the others are.
        return {"from": serializers.DateField(), **super().get_fields()}


class DoseHistory(RecordView):
    """Steps, events, results, findings and decisions of one man."""

    what = "dose history"
    operations = {
        "GET": Operation(
            "Read how a man was dosed: steps, log, results, findings and decisions",
            DoseHistoryRow,
            query=(
                Query("from", f"first local day; {DEFAULT_DAYS} days before `to` where it is not sent", a_day()),
                Query("to", f"last local day; today where it is not sent. At most {MOST_DAYS} days in all", a_day()),
            ),
            description=(
                "All of a period on one time axis: regimens as steps, logged doses, results with what stood before each "
                "draw, findings and decisions."
            ),
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        found = dose_history.read(man, now=self.now, first=day_of(self.query, "from"), last=day_of(self.query, "to"))
        return Response(_shown(found, man))


def _shown(found: History, man: Patient) -> dict[str, Any]:
    """What :class:`DoseHistoryRow` promises, in four more queries."""
    stated = dose_history.stated(man)
    names = names_of([*(row.recorded_by for row in stated.values()), *(mark.by for mark in found.marks)])
    return {
        "from": day(found.first),
        "to": day(found.last),
        "zone": found.zone,
        "drugs": [_drug(drug, stated, names) for drug in found.drugs],
        "results": [_result(result) for result in found.results],
        "undated": [_result(result) for result in found.undated],
        "marks": [_mark(mark, names) for mark in found.marks],
        "adherence_formula": FORMULA,
    }


def _drug(drug: DrugHistory, stated: Mapping[str, Stated], names: Mapping[str, str]) -> dict[str, Any]:
    logged = drug.logged
    counts = {str(kind): count for kind, count in logged.counts.items()}
    return {
        "drug": drug.drug,
        "name": drug.name,
        "drug_class": drug.drug_class,
        "steps": [_step(step, stated, names) for step in drug.steps],
        "logged": {**counts, "first": instant(logged.first), "last": instant(logged.last)},
        "events": [_event(dose, drug.unit) for dose in drug.events],
        "adherence": None if drug.adherence is None else adherence_shown(drug.drug, drug.adherence),
    }


def _step(step: Step, stated: Mapping[str, Stated], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "basis": step.basis,
        "starts_on": day(step.starts_on),
        "ends_on": day(step.ends_on),
        "paused": step.is_pause,
        "planned": step.is_planned,
        "dose": _amount(step.dose, step.unit),
        "schedule": step.schedule,
        "weekly": None if step.weekly is None else f"{shown(step.weekly)} {step.unit}",
        "stated": [
            {
                "uid": row.uid,
                "origin": row.origin,
                "reason": row.reason,
                "end_reason": row.end_reason,
                "review_on": day(row.review_on),
                "recorded_by": names.get(row.recorded_by, ""),
                "recorded_at": instant(row.recorded_at),
            }
            for row in (stated[key] for key in step.keys if key in stated)
        ],
    }


def _event(dose: DoseRecord, unit: str) -> dict[str, Any]:
    return {
        "uid": dose.key,
        "at": instant(dose.taken.at),
        "precision": dose.taken.precision,
        "zone": dose.taken.zone,
        "kind": dose.kind,
        "amount": _amount(dose.amount_mg, unit),
    }


def _result(result: Result) -> dict[str, Any]:
    lab, timing = result.draw.lab, result.timing
    return {
        "uid": lab.key,
        "analyte": lab.analyte,
        "on": day(result.draw.on),
        "text": str(lab.reported),
        "tier": result.tier,
        "after_ai": _after(timing.ai) if timing else None,
        "after_testosterone": _after(timing.testosterone) if timing else None,
        "treatment": list(result.treatment),
    }


def _after(timing: DrugTiming) -> dict[str, Any]:
    return {"phase": timing.phase, "hours": _digits(timing.hours), "settled": timing.settled}


def _mark(mark: Mark, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "at": instant(mark.at),
        "has_time": mark.has_time,
        "kind": mark.kind,
        "code": mark.code,
        "what": mark.what,
        "words": mark.words,
        "why": mark.why,
        "by": names.get(mark.by, ""),
    }


def _amount(number: Decimal | None, unit: str) -> str | None:
    return None if number is None else f"{number:f} {unit}"


def _digits(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
