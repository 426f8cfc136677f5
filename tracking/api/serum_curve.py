"""The curve of his testosterone by his dose log, as points to plot. An estimate: the method is in docs/serum-curve.md."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import Output
from tracking.api.paging import PERIOD, day_of, whole_sent
from tracking.api.records import Reader, instant
from tracking.api.schema import Operation, Query, a_whole
from tracking.domain.known_time import Break
from tracking.domain.serum_curve import DisplayScale, Level, ScaleLab
from tracking.evidence import load_rulebook
from tracking.services import serum_curve
from tracking.services.serum_curve import SerumCurve

__all__ = ["Curve"]

# Enough for any screen; no more is known.
_DECIMALS = 3


class CurvePoint(Output):
    at = serializers.DateTimeField()
    low = serializers.FloatField()
    middle = serializers.FloatField()
    high = serializers.FloatField()


class CurveSegment(Output):
    points = CurvePoint(many=True)


class CurveBreak(Output):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    code = serializers.CharField()
    words = serializers.CharField()


class Published(Output):
    name = serializers.CharField()
    half_life_days = serializers.CharField()
    tmax_days = serializers.CharField()


class CurveEster(Output):
    name = serializers.CharField()
    vehicle = serializers.CharField()
    route = serializers.CharField()
    published = Published(many=True, help_text="the first makes the curve, all of them the band")
    sources = serializers.ListField(child=serializers.CharField())
    contrary = serializers.ListField(child=serializers.CharField(), help_text="what speaks against it")
    verified = serializers.BooleanField(help_text="its figures were read in a source")


class CurveLab(Output):
    uid = serializers.UUIDField()
    value = serializers.CharField(help_text="as reported")
    unit = serializers.CharField()
    assay = serializers.CharField()
    collected_at = serializers.DateTimeField()
    low = serializers.FloatField(help_text="the curve at the draw")
    middle = serializers.FloatField()
    high = serializers.FloatField()


class CurveScale(Output):
    unit = serializers.CharField()
    one_is = serializers.FloatField(help_text="what 1 on the axis stands for, with two digits")
    low = serializers.FloatField()
    high = serializers.FloatField()
    labs = CurveLab(many=True)
    words = serializers.CharField()


class CurveAnswer(Output):
    estimate = serializers.BooleanField(help_text="always true")
    words = serializers.CharField(help_text="what it is and what it is not; show it beside the curve")
    relative_to = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    zone = serializers.CharField()
    drug = serializers.CharField(allow_null=True)
    ester = CurveEster(allow_null=True, help_text="null: no curve is known for what he takes")
    why_code = serializers.CharField(allow_null=True, help_text="why there is no curve at all")
    why = serializers.CharField(allow_null=True)
    segments = CurveSegment(many=True, help_text="lines to draw; never across a break")
    breaks = CurveBreak(many=True, help_text="time of which the log does not tell")
    display_scale = CurveScale(allow_null=True, help_text="for an axis only; null without a usable testosterone in known time")


class Curve(RecordView):
    """The curve of a window."""

    what = "serum curve"
    renderer_classes = [JSONRenderer]  # its numbers are no integers
    operations = {
        "GET": Operation(
            "Read the estimated testosterone curve of his dose log, relative to his own average",
            CurveAnswer,
            query=(
                *PERIOD,
                Query(
                    "points", f"how many; {serum_curve.USUAL_POINTS} where it is not sent", a_whole(2, serum_curve.MOST_POINTS)
                ),
            ),
            description=(
                "Segments to draw and breaks of which the log does not tell. Show its `words` beside it; no evaluation "
                "reads it."
            ),
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        first, last = day_of(self.query, "from"), day_of(self.query, "to")
        points = whole_sent(self.query, "points", serum_curve.USUAL_POINTS)
        curve = serum_curve.of(man, now=self.now, first=first, last=last, points=points)
        return Response(_shown(curve, Reader(self.is_staff_route, man)))


def _shown(curve: SerumCurve, reader: Reader) -> dict[str, Any]:
    words, zone = load_rulebook().words.curve, ZoneInfo(reader.man.zone)
    return {
        "estimate": True,
        "words": words["estimate"],
        "relative_to": words["relative_to"],
        "start": instant(curve.start.astimezone(zone)),
        "end": instant(curve.end.astimezone(zone)),
        "zone": reader.man.zone,
        "drug": curve.drug or None,
        "ester": _ester(curve) if curve.ester else None,
        "why_code": curve.why_code or None,
        "why": curve.why or None,
        "segments": [{"points": [_point(level, zone) for level in segment]} for segment in curve.segments],
        "breaks": [_break(one, zone) for one in curve.breaks],
        "display_scale": _scale(curve.scale, zone) if curve.scale else None,
    }


def _ester(curve: SerumCurve) -> dict[str, Any]:
    rule = curve.ester
    assert rule is not None
    return {
        "name": rule.name,
        "vehicle": rule.vehicle,
        "route": rule.route,
        "published": [
            {"name": one.name, "half_life_days": str(one.half_life_days), "tmax_days": str(one.tmax_days)}
            for one in rule.published
        ],
        "sources": list(load_rulebook().citations(rule.id)),
        "contrary": list(rule.contrary),
        "verified": rule.verified,
    }


def _level(level: Level) -> dict[str, float]:
    return {name: round(getattr(level, name), _DECIMALS) for name in ("low", "middle", "high")}


def _point(level: Level, zone: ZoneInfo) -> dict[str, Any]:
    return {"at": instant(level.at.astimezone(zone)), **_level(level)}


def _break(one: Break, zone: ZoneInfo) -> dict[str, Any]:
    span = {"since": instant(one.start.astimezone(zone)), "until": instant(one.end.astimezone(zone))}
    return {**span, "code": one.why, "words": load_rulebook().words.curve[one.why]}


def _scale(scale: DisplayScale, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "unit": scale.unit,
        "one_is": scale.one_is,
        "low": scale.low,
        "high": scale.high,
        "labs": [_lab(one, zone) for one in scale.labs],
        "words": load_rulebook().words.curve["scale"],
    }


def _lab(one: ScaleLab, zone: ZoneInfo) -> dict[str, Any]:
    reported = one.lab.reported
    return {
        "uid": one.lab.key,
        "value": reported.value.text,
        "unit": reported.value.unit,
        "assay": str(reported.assay),
        "collected_at": instant(reported.collected.at.astimezone(zone)),
        **_level(one.level),
    }
