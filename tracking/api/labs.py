"""Laboratory results: as reported in, as reported out."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.evaluations import EstradiolResult, EvaluationSummary, result, summary
from tracking.api.fields import AsSent, Flag, Input, Output, Text
from tracking.api.paging import CHANGED_PAGE, chosen
from tracking.api.records import (
    Correction,
    Framed,
    NounView,
    Reader,
    RecordInput,
    RowsView,
    RowView,
    Stored,
    correcting,
    instant,
    listing,
)
from tracking.api.schema import Operation, by_code, page_of
from tracking.domain.categories import Category
from tracking.domain.problems import problem
from tracking.domain.reported import Method, MethodEvidence, Precision, Value
from tracking.domain.units import displayed
from tracking.evidence import load_rulebook
from tracking.models import LabResult, Patient
from tracking.services import labs

__all__ = ["Lab", "LabDisplay", "LabVersions", "Labs", "display_of"]


class LabCorrectionInput(Input):
    """A result put right: all of it, exactly as the laboratory reported it."""

    when_missing = {"analyte": "", "value": None, "unit": "", "collected_at": ""}

    analyte = Text(max_length=40, allow_blank=True, help_text="estradiol, testosterone and others; see the rulebook")
    value = AsSent(max_length=60, help_text="text, digit for digit, comparator included: 5.10, <24, >=1500")
    unit = Text(max_length=40, allow_blank=True)
    collected_at = AsSent(max_length=60, help_text="RFC 3339 with an offset, or a date, month or year where only that is known")
    zone = Text(max_length=64, required=False, help_text="IANA zone of the draw; the man's own where it is not sent")
    precision = Text(max_length=10, required=False, help_text=", ".join(Precision))
    method = Text(max_length=12, required=False, help_text=", ".join(Method))
    verified_from_report = Flag(required=False, help_text="staff only: the report was seen and shows this method")
    laboratory = Text(max_length=120, required=False, allow_blank=True)
    range_low = Text(
        max_length=24, required=False, allow_blank=True, help_text="the laboratory's range, in the unit of the value"
    )
    range_high = Text(max_length=24, required=False, allow_blank=True)
    lloq = Text(max_length=24, required=False, allow_blank=True, help_text="lower limit of quantitation")
    confirmed_reason = Text(max_length=200, required=False, allow_blank=True, help_text="why an unusual value is right")
    unit_confirmed = Flag(required=False, help_text="true: somebody looked at the report, and it states this unit")
    biotin = Flag(
        required=False, help_text="5 mg a day or more of biotin in the 72 hours before the draw; left out where nobody asked"
    )
    fasting = Flag(required=False, help_text="drawn fasting; left out where nobody asked")


class LabInput(LabCorrectionInput, RecordInput):
    """A new result, exactly as the laboratory reported it."""


class LabDisplay(Output):
    """A value in another unit, by the exact factor, rounded for the eye alone."""

    value = serializers.CharField(help_text="comparator included")
    unit = serializers.CharField(help_text="UCUM code")


class LabRow(Framed):
    """A result as reported."""

    analyte = serializers.CharField()
    value = serializers.CharField(help_text="comparator and digits as reported")
    comparator = serializers.CharField()
    digits = serializers.CharField()
    unit = serializers.CharField(help_text="UCUM code")
    method = serializers.ChoiceField(list(Method))
    method_evidence = serializers.ChoiceField(list(MethodEvidence))
    collected_at = serializers.DateTimeField(
        help_text="in the offset of `zone`; with a coarser precision the start of that span"
    )
    precision = serializers.ChoiceField(list(Precision))
    zone = serializers.CharField()
    laboratory = serializers.CharField()
    range_low = serializers.CharField()
    range_high = serializers.CharField()
    lloq = serializers.CharField()
    confirmed_reason = serializers.CharField()
    unit_confirmed = serializers.BooleanField()
    biotin = serializers.BooleanField(allow_null=True, help_text="null: nobody asked")
    fasting = serializers.BooleanField(allow_null=True, help_text="null: nobody asked")
    printed = serializers.CharField(help_text="the one printed form: value, unit, assay and its evidence, moment")
    display = LabDisplay(allow_null=True, help_text="the same in the unit that he chose for it; null where he chose none")


class LabVersion(LabRow):
    superseded_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_reason = serializers.CharField()


class LabWritten(Output):
    lab = LabRow()
    result = EstradiolResult(
        allow_null=True, help_text="where this value stands by itself; null where the rules give it no tier"
    )
    current = EvaluationSummary(help_text="the man's verdict after it")


class LabNoun(NounView):
    """What every view of results knows."""

    category = Category.LABS
    what = "labs"
    model = LabResult
    newest_by = "at"

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return lab_row(row, reader)

    def written(self, stored: Stored, reader: Reader) -> dict[str, Any]:
        assert stored.evaluation is not None
        current = summary(stored.evaluation, reader, self.now)
        return {
            "lab": lab_row(stored.row, reader),
            "result": result(stored.evaluation, str(stored.row.uid), reader, current["comparison"]),
            "current": current,
        }

    def with_evidence(self, sent: dict[str, Any]) -> dict[str, Any]:
        """What is sent for the service. Only staff who saw the report vouch for a method; everybody else declares it."""
        verified = sent.pop("verified_from_report", None)
        if not self.is_staff_route:
            if verified is not None:
                raise problem("/verified_from_report", "staff-only", "Only staff can state this. Leave it out.")
            return sent
        if verified and sent.get("method", Method.UNKNOWN) == Method.UNKNOWN:
            raise problem("/verified_from_report", "method-missing", "State in `method` which method the report shows.")
        evidence = MethodEvidence.STAFF_VERIFIED if verified else MethodEvidence.SELF_DECLARED
        return {**sent, "method_evidence": evidence.value}


class Labs(LabNoun, RowsView):
    """His results, and a new one."""

    operations = listing(
        "laboratory results",
        LabRow,
        LabInput,
        written=LabWritten,
        filters=(by_code("analyte", "analyte"),),
    )

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        analyte = chosen(query, "analyte", load_rulebook().analytes)
        return rows if analyte is None else rows.filter(analyte=analyte)

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        done = labs.record(patient=man, by=self.actor, now=self.now, staff=self.is_staff_route, **self.with_evidence(sent))
        return Stored(done.row, done.is_new, done.current)


class Lab(LabNoun, Correction):
    """One result."""

    operations = correcting("laboratory results", LabRow, LabCorrectionInput, written=LabWritten)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        done = labs.correct(
            patient=man, key=key, by=self.actor, now=self.now, staff=self.is_staff_route, **self.with_evidence(sent)
        )
        return Stored(done.row, done.is_new, done.current)

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        labs.withdraw(patient=man, key=key, by=self.actor, now=self.now, reason=reason, staff=self.is_staff_route)


class LabVersions(LabNoun, RowView):
    """Every version of one result, the newest first, the withdrawn included."""

    http_method_names = ["get", "head"]
    operations = {
        "GET": Operation(
            "List every version of one result, newest first",
            page_of(LabVersion),
            query=CHANGED_PAGE,
            description="The one that stands, those that were put right, and the one that was taken back.",
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        reader = self.reader(man)
        every = LabResult.objects.filter(patient=man)
        row = self.named(every)
        return self.page(every.filter(client_id=row.client_id), lambda version: _version(version, reader), by="recorded_at")


def lab_row(row: LabResult, reader: Reader) -> dict[str, Any]:
    """What :class:`LabRow` promises."""
    reported = row.reported
    return {
        **reader.frame(row),
        "analyte": row.analyte,
        "value": reported.value.text,
        "comparator": row.comparator,
        "digits": row.digits,
        "unit": row.unit,
        "method": row.method,
        "method_evidence": row.method_evidence,
        "collected_at": instant(row.at.astimezone(ZoneInfo(row.zone))),
        "precision": row.precision,
        "zone": row.zone,
        "laboratory": row.laboratory,
        "range_low": row.range_low,
        "range_high": row.range_high,
        "lloq": row.lloq,
        "confirmed_reason": row.confirmed_reason,
        "unit_confirmed": row.unit_confirmed,
        "biotin": row.biotin,
        "fasting": row.fasting,
        "printed": str(reported),
        "display": display_of(row.analyte, reported.value, reader.man.display_units.get(row.analyte)),
    }


def display_of(analyte: str, value: Value, unit: str | None) -> dict[str, str] | None:
    """What :class:`LabDisplay` promises. None where no unit is chosen, or where today's rules no longer convert into it."""
    rule = load_rulebook().analytes.get(analyte)
    if unit is None or rule is None or not {unit, value.unit} <= rule.units.keys():
        return None
    return {"value": displayed(value, rule, unit), "unit": unit}


def _version(row: LabResult, reader: Reader) -> dict[str, Any]:
    return {
        **lab_row(row, reader),
        "superseded_at": instant(row.superseded_at),
        "withdrawn_at": instant(row.withdrawn_at),
        "withdrawn_reason": row.withdrawn_reason,
    }
