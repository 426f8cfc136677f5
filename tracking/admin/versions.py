"""The history of a man's record: every version of every row, with who and when, as the database kept it; and who read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet, Value
from django.http import HttpRequest

from tracking.admin import phrases
from tracking.admin.stored_words import StoredWords, is_told, label_of
from tracking.evidence import load_rulebook
from tracking.models import AccessEvent, Patient
from tracking.services import owned

__all__ = ["page"]

PER_PAGE = 50
ACTIONS = {"insert": "entered", "update": "changed", "delete": "deleted"}
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Version:
    at: str
    by: str
    what: str
    action: str
    content: list[tuple[str, str]]


def page(man: Patient, request: HttpRequest) -> dict[str, Any]:
    """One page of versions, newest first. The number of queries depends on the number of tables, not of rows."""
    tables = {table.name: table for table in owned.tables() if table.is_history}
    merged = _merged(man, tables)
    part = Paginator(merged, PER_PAGE).get_page(request.GET.get("page"))
    wanted: dict[str, list[int]] = defaultdict(list)
    for entry in part:
        wanted[entry["table"]].append(entry["pgh_id"])
    events = {
        (name, event.pgh_id): event for name, ids in wanted.items() for event in _events(tables[name]).filter(pgh_id__in=ids)
    }
    found = [events[entry["table"], entry["pgh_id"]] for entry in part]
    known = phrases.names(actor for event in found for actor in _actors(event))
    words = StoredWords(man, load_rulebook(), known)
    visits = AccessEvent.objects.filter(patient=man).select_related("user").order_by("-at", "-pk")
    reads = Paginator(visits, PER_PAGE).get_page(request.GET.get("reads"))
    return {
        "page": part,
        "versions": [_version(event, words) for event in found],
        "reads": reads,
        "read_lines": [(visit, phrases.instant(visit.at, man.zone), phrases.spaced(visit.through)) for visit in reads],
    }


def _events(table: owned.OwnedTable) -> QuerySet[Any]:
    return QuerySet(table.model)


def _merged(man: Patient, tables: Mapping[str, owned.OwnedTable]) -> QuerySet[Any, Any]:
    """Keys of the versions of all tables in one order of time."""
    first, *others = [
        _events(table)
        .filter(**{table.ownership.owner: man.pk})
        .order_by()
        .annotate(table=Value(name))
        .values("pgh_created_at", "pgh_id", "table")
        for name, table in tables.items()
    ]
    merged: QuerySet[Any, Any] = first.union(*others, all=True).order_by("-pgh_created_at", "-table", "-pgh_id")
    return merged


def _version(event: Any, words: StoredWords) -> Version:
    tracked = event.pgh_tracked_model
    words = replace(words, table=tracked)
    return Version(
        at=phrases.instant(event.pgh_created_at, words.man.zone),
        by=phrases.who(_actor(event), words.names, words.man),
        what=str(tracked._meta.verbose_name),
        action=ACTIONS.get(event.pgh_label, event.pgh_label),
        content=[
            (label_of(field), words.of(field.name, value))
            for field in tracked._meta.concrete_fields
            if is_told(field) and (value := getattr(event, field.attname, None)) not in _EMPTY
        ],
    )


def _actors(event: Any) -> Iterator[str]:
    """Who made this version, and whom it names."""
    yield _actor(event)
    for field in event.pgh_tracked_model._meta.concrete_fields:
        if field.name.endswith("_by") and isinstance(named := getattr(event, field.attname, None), str):
            yield named


def _actor(event: Any) -> str:
    return str((event.pgh_context or {}).get("actor", "system:unknown"))
