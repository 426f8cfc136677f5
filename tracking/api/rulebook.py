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


class RulebookRow(Output):
    version = serializers.CharField(help_text="what evaluations cite")
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    digest = serializers.CharField()
    rules = RuleRow(many=True)
    analytes = AnalyteRow(many=True)
    drugs = serializers.ListField(child=serializers.CharField())


class Rules(ApiView):
    """The rulebook in short."""

    authentication_classes = []
    permission_classes = [AllowAny]
    operations = {"GET": Operation("Read the rules in force, with their sources", RulebookRow)}

    def get(self, _request: Request) -> Response:
        return Response(_shown())


def _shown() -> dict[str, Any]:
    book = load_rulebook()
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
    }
