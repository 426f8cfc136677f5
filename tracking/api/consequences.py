"""What a write about treatment does to what is known already: told to staff whole, to the man without their words."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tracking.api.fields import Output
from tracking.api.records import Reader, day
from tracking.api.schema import Query, a_flag
from tracking.domain.consequences import UNSETTLED, Consequences, Verdict
from tracking.domain.verdict import SUPERSEDED
from tracking.models import LabResult

__all__ = ["DRY_RUN", "ConsequencesShown", "consequences_shown"]

DRY_RUN = Query("dry_run", "true: answer what would come of it, and store nothing", a_flag())
_MARKS = (SUPERSEDED, UNSETTLED)


class VerdictSeen(Output):
    """The verdict on one side of the write. Its words are for staff, and null to the man, who reads them in his evaluation."""

    state = serializers.CharField()
    word = serializers.CharField(allow_null=True)
    headline = serializers.CharField(allow_null=True)


class ResultAffected(Output):
    """One estradiol that reads differently: superseded_by_change, not_at_steady_state and, to staff, its tier."""

    id = serializers.CharField()
    drawn_on = serializers.DateField(allow_null=True)
    value = serializers.CharField()
    was = serializers.ListField(child=serializers.CharField())
    now = serializers.ListField(child=serializers.CharField())


class DueMoved(Output):
    """Something that is due on another day; null: not before, or no longer."""

    kind = serializers.CharField()
    was = serializers.DateField(allow_null=True)
    now = serializers.DateField(allow_null=True)


class ConsequencesShown(Output):
    """Before and after. Findings by code are for staff, and null to the man."""

    verdict_was = VerdictSeen()
    verdict_now = VerdictSeen()
    results = ResultAffected(many=True)
    findings_appear = serializers.ListField(child=serializers.CharField(), allow_null=True)
    findings_vanish = serializers.ListField(child=serializers.CharField(), allow_null=True)
    due = DueMoved(many=True)


def consequences_shown(found: Consequences, reader: Reader) -> dict[str, Any]:
    """What :class:`ConsequencesShown` promises, to this reader."""
    keys = [result.key for result in found.results]
    names = {str(row.uid): reader.id_of(row) for row in LabResult.objects.filter(patient=reader.man, uid__in=keys)}
    results = [
        {
            "id": names[result.key],
            "drawn_on": day(result.drawn_on),
            "value": result.text,
            "was": _marks(result.was, reader),
            "now": _marks(result.now, reader),
        }
        for result in found.results
    ]
    return {
        "verdict_was": _verdict(found.verdict_was, reader),
        "verdict_now": _verdict(found.verdict_now, reader),
        # To him a result whose tier alone changed has not changed.
        "results": [result for result in results if result["was"] != result["now"]],
        "findings_appear": list(found.findings_appear) if reader.is_staff else None,
        "findings_vanish": list(found.findings_vanish) if reader.is_staff else None,
        "due": [{"kind": move.kind, "was": day(move.was), "now": day(move.now)} for move in found.due],
    }


def _verdict(verdict: Verdict, reader: Reader) -> dict[str, Any]:
    said = {"word": verdict.word, "headline": verdict.headline} if reader.is_staff else {"word": None, "headline": None}
    return {"state": verdict.state, **said}


def _marks(marks: tuple[str, ...], reader: Reader) -> list[str]:
    return [mark for mark in marks if reader.is_staff or mark in _MARKS]
