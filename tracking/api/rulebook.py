"""The rules in force, open to everybody: a number that decides about a man must be open to question."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import ApiView
from tracking.api.fields import Output
from tracking.api.schema import Operation
from tracking.evidence import load_rulebook

__all__ = ["Rules"]


class RuleRow(Output):
    id = serializers.CharField()
    reason = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())
    contrary = serializers.ListField(child=serializers.CharField(), help_text="what speaks against it")
    verified = serializers.BooleanField(help_text="its figures were read in a source")
    checked_by = serializers.CharField()
    next_review = serializers.DateField()


class AnalyteRow(Output):
    code = serializers.CharField()
    name = serializers.CharField()
    units = serializers.ListField(child=serializers.CharField(), help_text="accepted UCUM codes")


class KnownItemRow(Output):
    code = serializers.CharField()
    name = serializers.CharField()


class KnownMeasureRow(KnownItemRow):
    unit = serializers.CharField()


class ConditionRow(KnownItemRow):
    counts = serializers.BooleanField(help_text="counted as a risk factor of bone")
    why = serializers.CharField()


class RulebookRow(Output):
    version = serializers.CharField(help_text="what evaluations cite")
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    digest = serializers.CharField()
    rules = RuleRow(many=True)
    analytes = AnalyteRow(many=True)
    drugs = serializers.ListField(child=serializers.CharField())
    check_in = KnownItemRow(many=True, help_text="what a check-in may ask, each from 0 (none) to 10")
    lifestyle = KnownMeasureRow(many=True, help_text="measures of how he lives, each in its one unit")
    conditions = ConditionRow(many=True, help_text="codes of /risk-factors")


class Rules(ApiView):
    """The rulebook in short."""

    authentication_classes = []
    permission_classes = [AllowAny]
    operations = {
        "GET": Operation(
            "Read the rules in force, with their sources",
            RulebookRow,
            description=(
                "Numbers, reasons, sources, who checked them and when they are looked at next; and what analytes, drugs, "
                "units and codes there are. It needs no token."
            ),
        )
    }

    def get(self, _request: Request) -> Response:
        return Response(_shown())


def _shown() -> dict[str, Any]:
    book = load_rulebook()
    conditions = book.bone.risk_factors
    return {
        "version": book.version,
        "label": book.label,
        "digest": book.digest,
        "rules": [
            {
                "id": rule.id,
                "reason": rule.reason,
                "sources": list(book.citations(rule.id)),
                "contrary": list(rule.contrary),
                "verified": rule.verified,
                "checked_by": rule.checked_by,
                "next_review": rule.next_review.isoformat(),
            }
            for rule in book.rules.values()
        ],
        "analytes": [
            {"code": code, "name": rule.name, "units": list(rule.units)} for code, rule in sorted(book.analytes.items())
        ],
        "drugs": sorted(book.drugs),
        "check_in": [{"code": code, "name": name} for code, name in book.checkin.form.items.items()],
        "lifestyle": [{"code": code, "name": rule.name, "unit": rule.unit} for code, rule in book.checkin.lifestyle.items()],
        "conditions": [
            {"code": code, "name": name, "counts": code in conditions.factors, "why": conditions.why[code]}
            for code, name in conditions.names.items()
        ],
    }
