"""The history of a man's record: every version of every row, with who and when, as the database kept it; and who read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet, Value
from django.http import HttpRequest

from tracking.admin import phrases
from tracking.models import AccessEvent, Patient
from tracking.services import owned

__all__ = ["page"]

PER_PAGE = 50
ACTIONS = {"insert": "entered", "update": "changed", "delete": "deleted"}
# What a version says about the row rather than about the man, and what stands in columns of its own.
_LEFT_OUT = {"id", "uid", "client_id", "recorded_at", "recorded_by", "acknowledged_by", "snoozed_by"}
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
    known = phrases.names(_actor(event) for event in found)
    visits = AccessEvent.objects.filter(patient=man).select_related("user").order_by("-at", "-pk")
    reads = Paginator(visits, PER_PAGE).get_page(request.GET.get("reads"))
    return {
        "page": part,
        "versions": [_version(event, known, man) for event in found],
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


def _version(event: Any, known: Mapping[int, str], man: Patient) -> Version:
    tracked = event.pgh_tracked_model
    return Version(
        at=phrases.instant(event.pgh_created_at, man.zone),
        by=phrases.who(_actor(event), known, man),
        what=str(tracked._meta.verbose_name),
        action=ACTIONS.get(event.pgh_label, event.pgh_label),
        content=[
            (str(field.verbose_name), _printed(value, man.zone))
            for field in tracked._meta.concrete_fields
            if _is_content(field) and (value := getattr(event, field.attname, None)) not in _EMPTY
        ],
    )


def _is_content(field: Any) -> bool:
    """References to other rows are bigint keys, which are never shown."""
    return not field.is_relation and field.name not in _LEFT_OUT


def _printed(value: Any, zone: str) -> str:
    if isinstance(value, datetime):
        return phrases.instant(value, zone)
    # What a finding was made from stands in its evaluation; here its sentence is enough.
    return str(value["prescriber"]) if isinstance(value, dict) and "prescriber" in value else str(value)


def _actor(event: Any) -> str:
    return str((event.pgh_context or {}).get("actor", "system:unknown"))
