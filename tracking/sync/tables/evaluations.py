"""What was concluded about him, as far as he may read it, and what is due next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q

from tracking.models import CareRelationship, DueItem, Evaluation, Finding, Patient
from tracking.services import shown
from tracking.sync.columns import Day, Instant, Json, Text
from tracking.sync.table import Table, day, instant

__all__ = ["DueItems", "Evaluations", "Findings"]

_TIER = "very_low, below_floor and so on; null while it waits for a release"


class Evaluations(Table):
    """Conclusions in short, with his sentences."""

    model = Evaluation
    shown = (
        *Table.shown,
        Instant("as_of"),
        Text("word", "below, not_below, cannot_say or no_current_data; null while it waits for a release"),
        Text("state", "current, superseded_by_change, stale or no_data"),
        Text("tier", _TIER),
        Text("best_tier", _TIER),
        Text("worst_tier", _TIER),
        Json("words", "a list of sentences to show him"),
        Text("rulebook_version"),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        """Those touched, those whose findings were released since, and all where his sentences speak of another clinic now."""
        his = Evaluation.objects.filter(patient=man)
        if since and not CareRelationship.objects.filter(patient=man, revision__gt=since).exists():
            released = Finding.objects.filter(patient=man, revision__gt=since).values("evaluation")
            his = his.filter(Q(revision__gt=since) | Q(pk__in=released))
        return his.defer("basis").annotate(waits=shown.unreleased(), for_man=F("basis__for_man"))

    def pull(self, man: Patient, since: int) -> Iterable[dict[str, Any]]:
        connected = shown.has_a_clinic(man)
        for row in self.changed(man, since):
            words = shown.words_of(row.for_man, as_of=row.as_of.date(), waits=row.waits, clinic_connected=connected)
            yield {**self.render(row, man), "words": json.dumps(words)}

    def render(self, row: Any, man: Patient) -> dict[str, Any]:
        """All but his sentences, which need to know whether he has a clinic."""
        return {
            "id": str(row.uid),
            "revision": row.revision,
            "as_of": instant(row.as_of),
            **shown.verdict_for_man(row, waits=row.waits),
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
