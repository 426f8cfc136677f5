"""What was concluded about him, and what is due next."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import Output
from tracking.api.paging import CHANGED_PAGE, PERIOD, chosen, in_period
from tracking.api.records import Reader, day, instant
from tracking.api.schema import Operation, Query, one_of, page_of
from tracking.domain.explain import explain
from tracking.domain.explain_to_man import explain_to_man
from tracking.domain.for_man import Comparison
from tracking.domain.rulebook import Tier
from tracking.models import DueItem, Evaluation, Patient
from tracking.services import evaluations, releases, rulebooks, shown
from tracking.services.access import not_found

__all__ = [
    "CurrentEvaluation",
    "DueItems",
    "EstradiolResult",
    "EvaluationBrief",
    "EvaluationSummary",
    "Evaluations",
    "OneEvaluation",
    "Release",
    "result",
    "summary",
]

_TIER = "for staff " + ", ".join(Tier) + "; for the man very_low in place of critical"
_OPEN = DueItem.State.OPEN.value
_ALL = "all"


class EvaluationBrief(Output):
    """One conclusion in a line. While a prescriber has yet to release it, the man gets neither word nor tier."""

    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    word = serializers.CharField(allow_null=True, help_text="below, not_below, cannot_say or no_current_data")
    state = serializers.CharField(help_text="current, superseded_by_change, stale or no_data")
    tier = serializers.CharField(allow_null=True, help_text=_TIER)
    best_tier = serializers.CharField(allow_null=True, help_text=_TIER)
    worst_tier = serializers.CharField(allow_null=True, help_text=_TIER)
    comparison = serializers.CharField(
        allow_null=True, help_text=f"to the man {', '.join(Comparison)}: whether he reads where it stands; null for staff"
    )
    priority = serializers.IntegerField(allow_null=True, help_text="of the worst finding, 0 first; null for the man")
    rulebook_version = serializers.CharField()


class EvaluationSummary(EvaluationBrief):
    words = serializers.ListField(child=serializers.CharField(), help_text="sentences fit to show to whoever asked")


class ExplanationSection(Output):
    code = serializers.CharField()
    title = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField(), help_text="plain sentences, in order")


class FullEvaluation(EvaluationSummary):
    explanation = ExplanationSection(
        many=True, help_text="the basis in words; to the man the facts, and what they are held against once it is released"
    )
    basis = serializers.SerializerMethodField(
        help_text="values, thresholds, rules with sources, sentences, as they were then; null for the man"
    )

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_basis(self, _: Any) -> None: ...


class EstradiolResult(Output):
    """Where one estradiol stands by itself."""

    text = serializers.CharField(help_text="as reported")
    tier = serializers.CharField(help_text=_TIER)
    best_tier = serializers.CharField(help_text=_TIER)
    worst_tier = serializers.CharField(help_text=_TIER)
    at_boundary = serializers.BooleanField()
    floor = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())


class DueItemRow(Output):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    kind = serializers.CharField()
    audience = serializers.ChoiceField(DueItem.Audience.values, help_text="who is asked")
    rule = serializers.CharField()
    reason = serializers.CharField(help_text="in words, for the prescriber; empty for the man")
    opens_on = serializers.DateField()
    due_on = serializers.DateField()
    overdue_on = serializers.DateField()
    earliest_answer_on = serializers.DateField(allow_null=True, help_text="an earlier draw or scan does not answer it")
    zone = serializers.CharField()
    state = serializers.ChoiceField(DueItem.State.values)


def brief(row: Evaluation, reader: Reader, comparison: Comparison | None) -> dict[str, Any]:
    """What :class:`EvaluationBrief` promises. ``comparison``: whether the man reads where it stands; None for staff."""
    if comparison is None:
        tiers = {name: getattr(row, name) or None for name in ("tier", "best_tier", "worst_tier")}
        verdict = {"word": row.word, **tiers, "comparison": None}
    else:
        verdict = shown.verdict_for_man(row, comparison)
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "revision": row.revision,
        "as_of": instant(row.as_of),
        "state": row.state,
        **verdict,
        "priority": row.priority if reader.is_staff else None,
        "rulebook_version": row.rulebook_version,
    }


def summary(row: Evaluation, reader: Reader, now: datetime) -> dict[str, Any]:
    """What :class:`EvaluationSummary` promises, in the words of whoever reads."""
    if reader.is_staff:
        if not row.revision:
            row.refresh_from_db(fields=["revision"])  # it was just made, and the database gives the number
        return {**brief(row, reader, None), "words": [row.basis["headline"], *row.basis["reasons"]]}
    his = shown.with_his_words(row)
    comparison = shown.comparison_for(his, reader.man, now)
    return {**brief(his, reader, comparison), "words": shown.his_words(his, reader.man, comparison)}


def result(row: Evaluation, key: str, reader: Reader, comparison: str | None) -> dict[str, Any] | None:
    """What :class:`EstradiolResult` promises of this value; None where the rules give it no tier, or not yet to him."""
    said = None if row.placed is None else row.placed.content["results"].get(key)
    if said is None or comparison not in (None, Comparison.RELEASED):
        return None
    tiers = {name: _tier(said[name], reader) for name in ("tier", "best_tier", "worst_tier")}
    return {**{name: said[name] for name in ("text", "at_boundary", "floor", "notes")}, **tiers}


def _tier(name: str, reader: Reader) -> str:
    return name if reader.is_staff else shown.tier_for_man(name)


class Evaluations(RecordView):
    """His evaluations in short."""

    what = "evaluations"
    operations = {
        "GET": Operation(
            "List evaluations in short, newest first",
            page_of(EvaluationBrief),
            query=(*PERIOD, *CHANGED_PAGE),
            description="One for each time that the outcome changed.",
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        reader = Reader(self.is_staff_route, man)
        rows: QuerySet[Any] = in_period(Evaluation.objects.filter(patient=man).defer("basis"), self.query, "as_of", man.zone)
        if reader.is_staff:
            return self.page(rows, lambda row: brief(row, reader, None), by="as_of")
        rows = rows.annotate(**shown.for_his_words())
        return self.page(rows, lambda row: brief(row, reader, shown.comparison_for(row, man, self.now)), by="as_of")


class OneEvaluation(RecordView):
    """One evaluation with its whole basis."""

    what = "evaluations"
    operations: ClassVar = {
        "GET": Operation(
            "Read one evaluation with its whole basis",
            FullEvaluation,
            etag=True,
            description="Staff read every input, rule and source; the man reads what is released to him, in his words.",
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        row = self.found(man)
        reader = Reader(self.is_staff_route, man)
        basis, words = rulebooks.basis_of(row), rulebooks.words_of(row)
        said = summary(row, reader, self.now)
        released = said["comparison"] == Comparison.RELEASED
        sections = explain(basis, words) if reader.is_staff else explain_to_man(basis, words, released=released)
        explanation = [{"code": section.code, "title": section.title, "lines": list(section.lines)} for section in sections]
        return self.row({**said, "explanation": explanation, "basis": basis if reader.is_staff else None})

    def found(self, man: Patient) -> Evaluation:
        """The evaluation that the address names, else 404."""
        row = Evaluation.objects.filter(patient=man, uid=self.kwargs["uid"]).select_related("placed", "grounds").first()
        if row is None:
            raise not_found()
        return row


class Release(OneEvaluation):
    """Lets the man read where his result stands. Staff only."""

    http_method_names = ["post"]
    operations = {
        "POST": Operation(
            "Let the man read where this result stands, where findings are released first; again changes nothing",
            EvaluationSummary,
            etag=True,
            description="Only where the deployment releases findings by a prescriber; the man's app is told by its next pull.",
        )
    }

    def post(self, _request: Request, **kwargs: Any) -> Response:
        man = self.patient()
        row = self.found(man)
        releases.release(patient=man, evaluation=kwargs["uid"], by=self.actor, now=self.now)
        return self.row(summary(row, Reader(self.is_staff_route, man), self.now))


class CurrentEvaluation(OneEvaluation):
    """Where he stands now."""

    operations = {
        "GET": Operation(
            "Read the evaluation that stands now, with its whole basis",
            FullEvaluation,
            etag=True,
            description="Staff read every input, rule and source; the man reads what is released to him, in his words.",
        )
    }

    def found(self, man: Patient) -> Evaluation:
        row = evaluations.of(man, whole=True)
        if row is None:
            raise not_found()
        return row


class DueItems(RecordView):
    """What is due next."""

    what = "due items"
    operations = {
        "GET": Operation(
            "List what is due; the open items unless another state is asked for",
            page_of(DueItemRow),
            query=(
                Query("state", f"{DueItem.State.OPEN} where it is not sent", one_of((*DueItem.State.values, _ALL))),
                *PERIOD,
                *CHANGED_PAGE,
            ),
            description="Labs and scans that the rulebook or a prescriber's interval asks for, with the window of each.",
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        state = chosen(self.query, "state", [*DueItem.State.values, _ALL]) or _OPEN
        rows = in_period(DueItem.objects.filter(patient=man), self.query, "due_on", man.zone)
        reader = Reader(self.is_staff_route, man)
        return self.page(rows if state == _ALL else rows.filter(state=state), lambda row: _due(row, reader), by="due_on")


def _due(row: DueItem, reader: Reader) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "revision": row.revision,
        "kind": row.kind,
        "audience": row.audience,
        "rule": row.rule,
        "reason": row.reason if reader.is_staff else "",
        "opens_on": day(row.opens_on),
        "due_on": day(row.due_on),
        "overdue_on": day(row.overdue_on),
        "earliest_answer_on": day(row.earliest_answer_on),
        "zone": row.zone,
        "state": row.state,
    }
