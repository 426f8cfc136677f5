"""What was concluded about a man, when, and by which rules, readable without the code."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from tracking.admin import phrases, record
from tracking.admin.base import RecordAdmin, RecordChangeList
from tracking.admin.patients import verdict_word
from tracking.domain.explain import explain
from tracking.models import Evaluation
from tracking.services import rulebooks

# What a reader with a minute opens only where he asks where a sentence comes from.
_FOLDED = ("rules", "unverified")


class EvaluationChangeList(RecordChangeList):
    """A basis is read on its own page."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Evaluation]:
        found: QuerySet[Evaluation] = super().get_queryset(request, exclude_parameters)
        return found.defer("basis")


@admin.register(Evaluation)
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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return EvaluationChangeList

    def page(self, request: HttpRequest, row: Evaluation) -> dict[str, Any]:
        return {
            "evaluation": row,
            "word": row.basis["word"],
            "explanation": explain(rulebooks.basis_of(row), rulebooks.words_of(row)),
            "folded": _FOLDED,
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
