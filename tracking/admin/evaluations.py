"""What was concluded about a man, when, and by which rules, readable without the code."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from tracking.admin import phrases, record
from tracking.admin.base import RecordAdmin
from tracking.admin.basis import findings_of, results_of, taken_of, thresholds_of
from tracking.admin.patients import verdict_word
from tracking.admin.site import page_of
from tracking.models import Evaluation


@page_of(Evaluation)
class EvaluationAdmin(RecordAdmin):
    """Newest first; each opens its whole basis."""

    what = "evaluation"
    page_template = "admin/tracking/evaluation/page.html"
    list_display = ("patient", "when", "verdict", "rulebook_version")
    list_select_related = ("patient",)
    search_fields = ("patient__name",)
    ordering = ("-pk",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evaluation]:
        return super().get_queryset(request).select_related("patient")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return found.defer("basis"), duplicates

    def page(self, request: HttpRequest, row: Evaluation) -> dict[str, Any]:  # noqa: ARG002
        return {
            "evaluation": row,
            "basis": row.basis,
            "findings": findings_of(row.basis),
            "thresholds": thresholds_of(row.basis),
            "results": results_of(row.basis),
            "taken": taken_of(row.basis),
            "tier": phrases.spaced(row.tier),
            "state": record.STATES.get(row.state, row.state),
            "evaluated_at": phrases.instant(row.as_of, row.patient.zone),
            "title": f"Evaluation of {row.patient}",
        }

    @admin.display(description="As of")
    def when(self, row: Evaluation) -> str:
        return phrases.instant(row.as_of, row.patient.zone)

    @admin.display(description="Verdict")
    def verdict(self, row: Evaluation) -> SafeString:
        return verdict_word(row.word, row.state)
