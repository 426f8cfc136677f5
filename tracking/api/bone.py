"""Scans with their sites, fractures, risk factors."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from tracking.api.fields import AsSent, Day, Flag, Output, Text
from tracking.api.fields import Input as _Input
from tracking.api.paging import ON_DAY, chosen, holding_on
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
    day,
    instant,
    listing,
    reading,
)
from tracking.api.schema import by_code
from tracking.domain.categories import Category
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook
from tracking.models import DexaScan, DexaSite, Patient
from tracking.models import Fracture as FractureModel
from tracking.models import RiskFactor as RiskFactorModel
from tracking.services import bone

__all__ = ["Fracture", "Fractures", "RiskFactor", "RiskFactors", "Scan", "Scans"]

_SCORE = RegexValidator(
    r"\A-?[0-9]{1,2}(\.[0-9]{1,2})?\Z", "Accepted: text such as -1.5, with at most two decimals.", "score-form"
)
_DIGITS = RegexValidator(r"\A[0-9]{1,12}(\.[0-9]{1,9})?\Z", "Accepted: text such as 0.024, digits with a point.", "digits-form")
_MOST_SITES = 30


class ScanSiteInput(_Input):
    """One measured region."""

    when_missing = {"bmd": None}

    region = Text(max_length=20)
    side = Text(max_length=8, required=False, allow_blank=True)
    vertebrae = Text(max_length=20, required=False, allow_blank=True)
    bmd = AsSent(max_length=60, help_text="text, as reported")
    unit = Text(max_length=10, help_text="g/cm2 or mg/cm2")
    t_score = Text(max_length=8, required=False, validators=[_SCORE])
    z_score = Text(max_length=8, required=False, validators=[_SCORE])
    lsc = Text(max_length=24, required=False, validators=[_DIGITS], help_text="the facility's least significant change, g/cm2")


class ScanInput(RecordInput):
    """One visit to a scanner."""

    scanned_on = Day()
    facility = Text(max_length=120, required=False, allow_blank=True)
    device = Text(max_length=120, required=False, allow_blank=True, help_text="model and serial number")
    reference = Text(max_length=120, required=False, allow_blank=True, help_text="reference database behind the scores")
    scanner_changed = Flag(required=False, help_text="the facility moved or replaced the scanner since the visit before")
    confirmed_reason = Text(max_length=200, required=False, allow_blank=True, help_text="why an unusual figure is right")
    sites: Any = serializers.ListSerializer(child=ScanSiteInput(), max_length=_MOST_SITES)


class ScanSiteRow(Output):
    region = serializers.CharField()
    side = serializers.CharField()
    vertebrae = serializers.CharField()
    bmd = serializers.CharField()
    unit = serializers.CharField()
    t_score = serializers.CharField(allow_null=True)
    z_score = serializers.CharField(allow_null=True)
    lsc = serializers.CharField(allow_null=True)


class ScanRow(Framed):
    scanned_on = serializers.DateField()
    facility = serializers.CharField()
    device = serializers.CharField()
    reference = serializers.CharField()
    scanner_changed = serializers.BooleanField()
    confirmed_reason = serializers.CharField()
    sites = ScanSiteRow(many=True)


class ScanNoun(NounView):
    """What every view of scans knows."""

    category = Category.SCANS
    what = "dexa scans"
    model = DexaScan
    newest_by = "scanned_on"

    def every(self, man: Patient) -> QuerySet[Any]:
        return super().every(man).prefetch_related(Prefetch("sites", DexaSite.objects.order_by("pk")))

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {
            **reader.frame(row),
            "scanned_on": day(row.scanned_on),
            "facility": row.facility,
            "device": row.device,
            "reference": row.reference,
            "scanner_changed": row.scanner_changed,
            "confirmed_reason": row.confirmed_reason,
            "sites": [_site(site) for site in row.sites.all()],
        }


class Scans(ScanNoun, RowsView):
    """His scans, and a new one."""

    operations = listing("DXA scans", ScanRow, ScanInput)

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        return Stored(*bone.record_scan(patient=man, by=self.actor, now=self.now, staff=self.is_staff_route, **sent))


class Scan(ScanNoun, RowView):
    """One scan."""

    operations = reading("DXA scans", ScanRow)

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        bone.withdraw(patient=man, of=DexaScan, key=key, by=self.actor, now=self.now, reason=reason, staff=self.is_staff_route)


def _site(row: DexaSite) -> dict[str, Any]:
    return {
        "region": row.region,
        "side": row.side,
        "vertebrae": row.vertebrae,
        "bmd": row.bmd_digits,
        "unit": row.bmd_unit,
        "t_score": row.t_score or None,
        "z_score": row.z_score or None,
        "lsc": row.lsc_digits or None,
    }


class FractureInput(RecordInput):
    """A fracture as a dated event."""

    when_missing = {"occurred_at": ""}

    site = Text(max_length=40)
    occurred_at = AsSent(max_length=60, help_text="RFC 3339 with an offset, or a date, month or year where only that is known")
    zone = Text(max_length=64, required=False)
    precision = Text(max_length=10, required=False, help_text=", ".join(Precision))
    fragility = Flag(required=False, allow_null=True, help_text="from standing height or less; left out: not stated")


class FractureRow(Framed):
    site = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    precision = serializers.ChoiceField(list(Precision))
    zone = serializers.CharField()
    fragility = serializers.BooleanField(allow_null=True)


class FractureNoun(NounView):
    """What every view of fractures knows."""

    category = Category.SCANS
    what = "fractures"
    model = FractureModel
    newest_by = "at"

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {
            **reader.frame(row),
            "site": row.site,
            "occurred_at": instant(row.at.astimezone(ZoneInfo(row.zone))),
            "precision": row.precision,
            "zone": row.zone,
            "fragility": row.fragility,
        }


class Fractures(FractureNoun, RowsView):
    """His fractures, and a new one."""

    operations = listing("fractures", FractureRow, FractureInput)

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        return Stored(*bone.record_fracture(patient=man, by=self.actor, now=self.now, **sent))


class Fracture(FractureNoun, RowView):
    """One fracture."""

    operations = reading("fractures", FractureRow)

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        bone.withdraw(
            patient=man, of=FractureModel, key=key, by=self.actor, now=self.now, reason=reason, staff=self.is_staff_route
        )


class RiskFactorCorrectionInput(_Input):
    """A condition put right, all of it; `until` is how it ends."""

    when_missing = {"code": ""}

    code = Text(max_length=40, allow_blank=True, help_text="a risk factor or another condition; see the rulebook")
    since = Day(required=False, help_text="left out: not known")
    until = Day(required=False, help_text="the first day without it; left out: it lasts")
    note = Text(max_length=200, required=False, allow_blank=True)


class RiskFactorInput(RiskFactorCorrectionInput, RecordInput):
    """A bone risk factor, or a condition kept beside them, and since when."""


class RiskFactorRow(Framed):
    code = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    note = serializers.CharField()


class RiskFactorNoun(NounView):
    """What every view of risk factors knows."""

    category = Category.SCANS
    what = "risk factors"
    model = RiskFactorModel
    newest_by = "recorded_at"

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {**reader.frame(row), "code": row.code, "since": day(row.since), "until": day(row.until), "note": row.note}


class RiskFactors(RiskFactorNoun, RowsView):
    """His risk factors, and a new one."""

    operations = listing("risk factors", RiskFactorRow, RiskFactorInput, filters=(by_code("code", "condition"), ON_DAY))

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        code = chosen(query, "code", load_rulebook().bone.risk_factors.names)
        return holding_on(rows if code is None else rows.filter(code=code), query)

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        return Stored(*bone.record_risk_factor(patient=man, by=self.actor, now=self.now, **sent))


class RiskFactor(RiskFactorNoun, Correction):
    """One risk factor."""

    operations = correcting("risk factors", RiskFactorRow, RiskFactorCorrectionInput)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        who: dict[str, Any] = {"patient": man, "by": self.actor, "now": self.now, "staff": self.is_staff_route}
        return Stored(bone.correct_risk_factor(key=key, **who, **sent)[0])

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        bone.withdraw(
            patient=man, of=RiskFactorModel, key=key, by=self.actor, now=self.now, reason=reason, staff=self.is_staff_route
        )
