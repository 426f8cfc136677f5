"""What was concluded about him, as far as he may read it, and what is due next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from tracking.models import CareRelationship, DueItem, Episode, Evaluation, Finding, Patient
from tracking.services import shown
from tracking.sync.columns import Day, Instant, Json, Text
from tracking.sync.table import Table, day, instant

__all__ = ["DueItems", "Evaluations", "Findings"]

_TIER = "very_low, below_floor and so on; null while it waits for a release"


class Evaluations(Table):
    """Conclusions in short, with his sentences."""

    model = Evaluation
    watched = (Finding, CareRelationship, Episode)
    shown = (
        *Table.shown,
        Instant("as_of"),
        Text("word", "below, not_below, cannot_say or no_current_data; null while it waits for a release"),
        Text("state", "current, superseded_by_change, stale or no_data"),
        Text("tier", _TIER),
        Text("best_tier", _TIER),
        Text("worst_tier", _TIER),
        Text(
            "comparison", "released; waits: a prescriber looks at it first; not_reviewed: nobody has in time, or none is there"
        ),
        Json("words", "a list of sentences to show him"),
        Json("words_later", "with waits: those to show instead from `words_later_from` on, if nothing newer was pulled"),
        Day("words_later_from", "a local day; null unless it waits"),
        Text("rulebook_version"),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        """Those touched, those whose findings were released since, and all where his sentences speak of another clinic now.

        Or of one that was told.
        """
        his = Evaluation.objects.filter(patient=man)
        news = {"patient": man, "revision__gt": since}
        told = Episode.objects.filter(told_at__isnull=False, **news)
        if since and not CareRelationship.objects.filter(**news).exists() and not told.exists():
            released = Finding.objects.filter(patient=man, revision__gt=since).values("evaluation")
            his = his.filter(Q(revision__gt=since) | Q(pk__in=released))
        return his.defer("basis").annotate(**shown.for_his_words())

    def render(self, row: Any, man: Patient) -> dict[str, Any]:
        """As on the day of the evaluation: what he reads later, if it waits till then, is told beside it."""
        now, later = (shown.comparison_for(row, man, at) for at in (row.as_of, shown.NEVER))
        waits = now is not later
        return {
            "id": str(row.uid),
            "revision": row.revision,
            "as_of": instant(row.as_of),
            **shown.verdict_for_man(row, now),
            "words": json.dumps(shown.his_words(row, man, now)),
            "words_later": json.dumps(shown.his_words(row, man, later)) if waits else None,
            "words_later_from": day(shown.waits_until(row, man)) if waits else None,
            "state": row.state,
            "rulebook_version": row.rulebook_version,
        }


class Findings(Table):
    """What an evaluation noticed, in his words, from when he may read it."""

    model = Finding
    parent = "evaluations"
    shown = (
        *Table.shown,
        Text("evaluation_id"),
        Text("words", "a sentence to show him"),
        Instant("released_at", "from when he may read it"),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        rows = Finding.objects.filter(patient=man, revision__gt=since, released_at__isnull=False)
        return rows.select_related("evaluation").defer("evaluation__basis")

    def render(self, row: Finding, man: Patient) -> dict[str, Any]:
        return {
            "id": str(row.uid),
            "revision": row.revision,
            "evaluation_id": str(row.evaluation.uid),
            "words": row.detail.get("man", ""),
            "released_at": instant(row.released_at),
        }


class DueItems(Table):
    """What is due next, and what answered it."""

    model = DueItem
    shown = (
        *Table.shown,
        Text("kind"),
        Text("audience", "who is asked: man or clinic"),
        Text("rule"),
        Day("opens_on"),
        Day("due_on"),
        Day("overdue_on"),
        Day("earliest_answer_on", "an earlier draw or scan does not answer it"),
        Text("zone"),
        Text("state", ", ".join(DueItem.State.values)),
    )

    def render(self, row: DueItem, man: Patient) -> dict[str, Any]:
        return {
            "id": str(row.uid),
            "revision": row.revision,
            "kind": row.kind,
            "audience": row.audience,
            "rule": row.rule,
            "opens_on": day(row.opens_on),
            "due_on": day(row.due_on),
            "overdue_on": day(row.overdue_on),
            "earliest_answer_on": day(row.earliest_answer_on),
            "zone": row.zone,
            "state": row.state,
        }
