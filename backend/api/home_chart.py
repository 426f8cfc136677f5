"""The series of his estradiol as a chart draws it: every point as reported and in one unit, cut where nothing may be joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers

from tracking.api.base import Output
from tracking.domain.estradiol import ANALYTE
from tracking.domain.reported import Comparator, Value
from tracking.domain.units import displayed
from tracking.evidence import load_rulebook
from tracking.models import LabResult, Patient
from tracking.services.home import Stand
from tracking.services.shown import tier_for_man

__all__ = ["Chart", "FloorBand", "chart", "floor_band"]

# What a note of a reading says of the measurement is his at once; what it says of the comparison comes with the release.
_OF_THE_MEASUREMENT = {"assay_unverified", "assay_unknown", "not_at_steady_state", "unit_in_question"}
_OF_THE_COMPARISON = {"at_boundary", "lab_normal_but_low", "may_be_lower", "may_overstate"}
_OF_BOTH = _OF_THE_MEASUREMENT | _OF_THE_COMPARISON
_CENSORED = "censored"
# Where he has neither a result nor a wish.
_USUAL_UNIT = "pg/mL"


class ChartValue(Output):
    value = serializers.CharField(help_text="comparator included; where the unit is not the reported one, rounded for the eye")
    unit = serializers.CharField(help_text="UCUM code")


class FloorBand(Output):
    """The level that his latest result is held against, and where the band just above it ends."""

    floor = serializers.CharField()
    band_end = serializers.CharField()
    unit = serializers.CharField(help_text="of the report")
    display = serializers.DictField(child=ChartValue(), help_text="`floor` and `band_end` in the unit of the chart")
    whose = serializers.CharField(help_text="who answers for it")


class ChartPoint(Output):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    at = serializers.DateTimeField(help_text="in the offset of `zone`; with a coarser precision the start of that span")
    precision = serializers.CharField()
    zone = serializers.CharField()
    value = serializers.CharField(help_text="comparator and digits as reported")
    comparator = serializers.CharField()
    unit = serializers.CharField(help_text="as reported")
    display = ChartValue(help_text="in the unit of the chart")
    method = serializers.CharField()
    tier = serializers.CharField(allow_null=True, help_text="where it stands by itself; null while the comparison waits")
    badges = serializers.ListField(
        child=serializers.CharField(),
        help_text=", ".join(sorted({_CENSORED, *_OF_THE_MEASUREMENT, *_OF_THE_COMPARISON})),
    )


class ChartSegment(Output):
    """Points that may be joined by a line. No line across segments."""

    assay = serializers.CharField(help_text="mass_spectrometry, immunoassay or not_shown: each has its own marker and floor")
    cut = serializers.CharField(help_text="why it begins: first, assay, change or phase")
    why = serializers.CharField(help_text="the same as a sentence; empty for the first")
    badges = serializers.ListField(child=serializers.CharField(), help_text="phase_unknown")
    floor = ChartValue(allow_null=True, help_text="the line that this segment is held against; null while the comparison waits")
    points = ChartPoint(many=True)


class Chart(Output):
    analyte = serializers.CharField()
    unit = serializers.CharField(help_text="of the chart: his choice, else that of his newest result")
    segments = ChartSegment(many=True)
    undated = ChartPoint(many=True, help_text="in no segment, because their day is not known")
    older = serializers.BooleanField(help_text="there are older results than those shown")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What every point is drawn with."""

    unit: str
    results: Mapping[str, Mapping[str, Any]]
    released: bool

    def value(self, digits: str, unit: str, comparator: str = "") -> dict[str, str]:
        rule = load_rulebook().analytes[ANALYTE]
        return {"value": displayed(Value(Comparator(comparator), digits, unit), rule, self.unit), "unit": self.unit}

    def point(self, uid: str, row: LabResult) -> dict[str, Any]:
        """What :class:`ChartPoint` promises."""
        said = self.results.get(uid, {})
        return {
            "id": row.client_id,
            "uid": uid,
            "at": row.at.astimezone(ZoneInfo(row.zone)).isoformat(),
            "precision": row.precision,
            "zone": row.zone,
            "value": f"{row.comparator}{row.digits}",
            "comparator": row.comparator,
            "unit": row.unit,
            "display": self.value(row.digits, row.unit, row.comparator),
            "method": row.method,
            "tier": tier_for_man(said["tier"]) if self.released and said else None,
            "badges": [*([_CENSORED] if row.comparator else []), *self._badges(said)],
        }

    def floor(self, uid: str) -> dict[str, str] | None:
        said = self.results.get(uid)
        return self.value(*said["floor"].split(" ", 1)) if self.released and said else None

    def _badges(self, said: Mapping[str, Any]) -> list[str]:
        if not said:
            return []
        shown = _OF_BOTH if self.released else _OF_THE_MEASUREMENT
        badges = [note for note in said["notes"] if note in shown]
        if self.released and said["at_boundary"] and "at_boundary" not in badges:
            badges.append("at_boundary")
        return badges


def chart(stand: Stand, rows: list[LabResult], man: Patient, *, older: bool, released: bool) -> dict[str, Any]:
    """What :class:`Chart` promises. ``rows``: the results to draw, the oldest first."""
    drawing = _Drawing(_unit(man, rows), stand.results, released)
    points = {uid: drawing.point(uid, row) for uid, row in ((str(row.uid), row) for row in rows)}
    segments = []
    for segment in stand.segments:
        keys = [key for key in segment["keys"] if key in points]
        if keys:
            drawn = [points.pop(key) for key in keys]
            about = {name: segment[name] for name in ("assay", "cut", "why", "badges")}
            segments.append({**about, "floor": drawing.floor(keys[-1]), "points": drawn})
    return {
        "analyte": ANALYTE,
        "unit": drawing.unit,
        "segments": segments,
        "undated": list(points.values()),
        "older": older,
    }


def floor_band(stand: Stand, unit: str, *, released: bool) -> dict[str, Any] | None:
    """What :class:`FloorBand` promises; None without a result, or while the comparison waits."""
    if stand.reading is None or not released:
        return None
    limits = stand.reading["thresholds"]
    drawing = _Drawing(unit, {}, released)
    ends = {"floor": limits["floor"], "band_end": limits["borderline_end"]}
    return {
        **ends,
        "unit": limits["unit"],
        "display": {name: drawing.value(digits, limits["unit"]) for name, digits in ends.items()},
        "whose": stand.reading["floor"]["whose"],
    }


def _unit(man: Patient, rows: list[LabResult]) -> str:
    chosen: str | None = man.display_units.get(ANALYTE)
    return chosen or (rows[-1].unit if rows else _USUAL_UNIT)
