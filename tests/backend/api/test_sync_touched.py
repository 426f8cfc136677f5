"""A pull looks only where something of the man was touched, and misses nothing by it."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.everybody import Everybody, everybody, whole
from tracking.domain.actor import Actor
from tracking.models import Patient
from tracking.services import labs
from tracking.services.access import acting_as
from tracking.sync import registry, touched
from tracking.sync.protocol import Asked
from tracking.sync.pull import pull
from tracking.sync.table import Table

__all__ = ["everybody", "whole"]  # fixtures of their own module


def pulled(man: Patient, since: int) -> tuple[dict[str, Any], int]:
    """What a phone that has pulled up to there gets, and in how many statements."""
    with CaptureQueriesContext(connection) as sent:
        answer = pull(man=man, asked=Asked(since=since, schema_version=None, anew=frozenset()))
    return answer["changes"], len(sent)


def looked_at(man: Patient, since: dict[Table, int]) -> set[str]:
    moved = touched.since(man, since)
    return {table.name for table in since if moved.intersection((table.model, *table.watched))}


def test_a_pull_looks_where_something_was_touched_and_nowhere_else(whole: Everybody) -> None:
    himself, tables = Actor.user(whole.adam.user_id), registry.tables()
    with acting_as(himself):
        adam = Patient.objects.get(pk=whole.adam.pk)
        last = adam.revision
        # From before and after each change; his record has a row in every table, each committed by itself.
        for number in sorted({0, last} | {edge for at in revisions(adam) for edge in (at - 1, at) if edge > 0}):
            here = looked_at(adam, dict.fromkeys(tables, number))
            missed = {table.name for table in tables if table.name not in here and [*table.changed(adam, number)]}
            assert missed == set(), f"since {number}"
        assert looked_at(adam, dict.fromkeys(tables, 0)) == {table.name for table in tables}
        # Nothing new: no table is looked at, but for one that a phone has only just got.
        changes, statements = pulled(adam, last)
        assert all(not any(rows.values()) for rows in changes.values())
        assert statements == 1  # which life of his numbers this is
        assert looked_at(adam, {table: 0 if table.name == "symptoms" else last for table in tables}) == {"symptoms"}
    stated = {"analyte": "shbg", "value": "31", "unit": "nmol/L", "collected_at": "2026-09-01", "client_id": "lab-new"}
    labs.record(patient=adam, by=himself, now=NOW, **stated)
    with acting_as(himself):
        changes, statements = pulled(Patient.objects.get(pk=adam.pk), last)
    assert [row["id"] for row in changes["lab_results"]["updated"]] == ["lab-new"]
    assert changes["symptoms"]["updated"] == []
    assert statements < len(tables) / 2


def revisions(man: Patient) -> set[int]:
    """The numbers that stand at his rows."""
    rows = (table.model._default_manager.filter(patient_id=man.pk) for table in registry.tables() if table.model is not Patient)
    return {revision for of in rows for revision in of.values_list("revision", flat=True)}
