"""Drugs that he uses without anybody knowing how much. Where that is known it is a regimen."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from tracking.api.fields import Day, Input, Text
from tracking.api.paging import ON_DAY, chosen, holding_on
from tracking.api.records import Correction, Framed, NounView, Reader, RecordInput, RowsView, Stored, correcting, day, listing
from tracking.api.schema import by_code
from tracking.domain.categories import Category
from tracking.evidence import load_rulebook
from tracking.models import DrugUse as DrugUseModel
from tracking.models import Patient
from tracking.services import drug_uses

__all__ = ["DrugUse", "DrugUses"]


class DrugUseCorrectionInput(Input):
    """A use put right, all of it; `until` is how it ends."""

    when_missing = {"drug": ""}

    drug = Text(max_length=40, allow_blank=True)
    since = Day(required=False, help_text="left out: not known; an AI and testosterone need it")
    until = Day(required=False, help_text="the first day without it; left out: he still uses it")
    note = Text(max_length=200, required=False, allow_blank=True)


class DrugUseInput(DrugUseCorrectionInput, RecordInput):
    """That he uses a drug. How much is not known; where it is, start a regimen instead."""


class DrugUseRow(Framed):
    drug = serializers.CharField()
    since = serializers.DateField(allow_null=True, help_text="null: not known")
    until = serializers.DateField(allow_null=True, help_text="the first day without it; null: he still uses it")
    note = serializers.CharField()


class DrugUseNoun(NounView):
    """What every view of uses knows."""

    category = Category.DOSES
    what = "co-medication"
    model = DrugUseModel
    newest_by = "recorded_at"

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        return {**reader.frame(row), "drug": row.drug, "since": day(row.since), "until": day(row.until), "note": row.note}


class DrugUses(DrugUseNoun, RowsView):
    """What he uses without a known dose, and one more."""

    operations = listing("drugs used", DrugUseRow, DrugUseInput, filters=(by_code("drug", "drug"), ON_DAY))

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        drug = chosen(query, "drug", load_rulebook().drugs)
        return holding_on(rows if drug is None else rows.filter(drug=drug), query)

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        return Stored(*drug_uses.record(patient=man, by=self.actor, now=self.now, **sent))


class DrugUse(DrugUseNoun, Correction):
    """One drug used."""

    operations = correcting("drugs used", DrugUseRow, DrugUseCorrectionInput)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        row = drug_uses.correct(patient=man, key=key, by=self.actor, now=self.now, staff=self.is_staff_route, **sent)
        return Stored(row)

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        drug_uses.withdraw(patient=man, key=key, by=self.actor, now=self.now, reason=reason, staff=self.is_staff_route)
