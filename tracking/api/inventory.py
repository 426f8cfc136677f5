"""What he has at home: counted, refilled, and how long it lasts."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import AsSent, Input, Output, Text
from tracking.api.paging import chosen
from tracking.api.records import (
    Correction,
    Framed,
    NounView,
    Reader,
    RecordInput,
    RowsView,
    Stored,
    correcting,
    day,
    instant,
    listing,
)
from tracking.api.schema import Operation, by_code
from tracking.domain.amounts import shown
from tracking.domain.categories import Category
from tracking.domain.inventory import StockKind
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook
from tracking.models import InventoryCount, Patient
from tracking.services import inventory

__all__ = ["Count", "Counts", "Inventory"]


class StockCountCorrectionInput(Input):
    """A count or a refill put right, all of it."""

    when_missing = {"drug": "", "form": "", "units": None, "content": None, "counted_at": ""}

    drug = Text(max_length=40, allow_blank=True)
    kind = Text(max_length=8, required=False, help_text="count: all that is there now; refill: what came to it")
    form = Text(max_length=16, allow_blank=True, help_text="what one unit is: tablet, capsule, ml, single_use")
    units = AsSent(max_length=60, help_text="text: how many units")
    content = AsSent(max_length=60, help_text="text with its unit: how much of the drug one unit holds: `1 mg`, `200 mg`")
    counted_at = AsSent(max_length=60, help_text="RFC 3339 with an offset, or a date where only that is known")
    zone = Text(max_length=64, required=False, help_text="IANA zone; the man's own where it is not sent")
    note = Text(max_length=200, required=False, allow_blank=True)


class StockCountInput(StockCountCorrectionInput, RecordInput):
    """A new count or refill."""


class StockCountRow(Framed):
    """A count or a refill, as it was stated."""

    drug = serializers.CharField()
    kind = serializers.ChoiceField(list(StockKind))
    form = serializers.CharField()
    units = serializers.CharField()
    content = serializers.CharField()
    counted_at = serializers.DateTimeField(help_text="in the offset of `zone`")
    precision = serializers.ChoiceField(list(Precision))
    zone = serializers.CharField()
    note = serializers.CharField()


class StockRow(Output):
    """What is left of units of one content."""

    form = serializers.CharField()
    content = serializers.CharField(help_text="of one unit")
    left = serializers.CharField(help_text="units")
    counted_at = serializers.DateTimeField()
    count_again = serializers.BooleanField(help_text="more was logged than had been counted")


class HoldingRow(Output):
    """One drug at home. Null where no regimen in force says how it is used."""

    drug = serializers.CharField()
    stock = StockRow(many=True)
    dose = serializers.CharField(allow_null=True, help_text="of the regimen in force; where doses differ, the largest")
    whole_doses = serializers.IntegerField(allow_null=True, help_text="how many of these are left")
    days_of_supply = serializers.IntegerField(allow_null=True, help_text="until the first dose that is not there")
    runs_out_on = serializers.DateField(allow_null=True)
    refill_due_on = serializers.DateField(allow_null=True)


class Holdings(Output):
    results = HoldingRow(many=True)


class CountNoun(NounView):
    """What every view of counts knows."""

    category = Category.DOSES
    what = "inventory"
    model = InventoryCount
    newest_by = "at"

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {
            **reader.frame(row),
            "drug": row.drug,
            "kind": row.kind,
            "form": row.form,
            "units": row.units_digits,
            "content": f"{row.content_digits} {row.content_unit}",
            "counted_at": instant(row.at.astimezone(ZoneInfo(row.zone))),
            "precision": row.precision,
            "zone": row.zone,
            "note": row.note,
        }


class Counts(CountNoun, RowsView):
    """His counts and refills, and a new one."""

    operations = listing("counts", StockCountRow, StockCountInput, filters=(by_code("drug", "drug"),))

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        drug = chosen(query, "drug", load_rulebook().drugs)
        return rows if drug is None else rows.filter(drug=drug)

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        return Stored(*inventory.record(patient=man, by=self.actor, now=self.now, **sent))


class Count(CountNoun, Correction):
    """One count or refill."""

    operations = correcting("counts", StockCountRow, StockCountCorrectionInput)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        who: dict[str, Any] = {"patient": man, "by": self.actor, "now": self.now}
        return Stored(inventory.correct(**who, key=key, staff=self.is_staff_route, **sent))

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        who: dict[str, Any] = {"patient": man, "by": self.actor, "now": self.now}
        inventory.withdraw(**who, key=key, reason=reason, staff=self.is_staff_route)


class Inventory(RecordView):
    """What is left of everything that was counted."""

    category = Category.DOSES
    what = "inventory"
    operations = {
        "GET": Operation(
            "What is left, how long it lasts, and when a refill is due",
            Holdings,
            description=(
                "From the last count, refills and logged doses. Where too little is known, it says so in place of a day."
            ),
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        held = inventory.holdings_of([man], self.now)[man.pk]
        return Response({"results": [_holding(holding, ZoneInfo(man.zone)) for holding in held]})


def _holding(holding: inventory.Holding, zone: ZoneInfo) -> dict[str, Any]:
    supply = holding.supply
    return {
        "drug": holding.drug,
        "stock": [
            {
                "form": stock.form,
                "content": f"{stock.content:f} {holding.unit}",
                "left": shown(stock.left),
                "counted_at": instant(stock.counted_at.astimezone(zone)),
                "count_again": stock.short,
            }
            for stock in holding.stock
        ],
        "dose": None if holding.dose is None else f"{holding.dose:f} {holding.unit}",
        "whole_doses": holding.doses,
        "days_of_supply": supply.days if supply else None,
        "runs_out_on": day(supply.runs_out_on) if supply else None,
        "refill_due_on": day(supply.refill_on) if supply else None,
    }
