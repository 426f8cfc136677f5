"""What is due next for a man: planned by the rules, stored as rows, and handed to whoever reminds.

Reminders know due items only through the functions here. ``version`` rises whenever a window or a state changes, and
``announced_version`` is what the listener has taken notice of, so that nothing is lost however late it looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from tracking.domain.due import DueItem as Planned
from tracking.domain.monitoring import Plan
from tracking.models import DueItem, Patient
from tracking.services.kept import Kept

__all__ = [
    "DueNotice",
    "mark_announced",
    "notices",
    "open_of",
    "overdue_for",
    "patients_with_news",
    "store_plans",
    "uids",
    "unannounced",
]

# A change of any of these is news to whoever reminds; a reworded reason is not.
_NEWS = ("opens_on", "due_on", "overdue_on", "zone", "state", "time_critical", "resend_after_days", "audience")


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A due item as a reminder sees it. Dates are local to ``zone``; it names no drug, hormone or result."""

    id: int
    patient_id: int
    kind: str
    audience: str
    opens_on: date
    due_on: date
    overdue_on: date
    zone: str
    is_open: bool
    version: int
    time_critical: bool
    resend_after_days: int


def store_plans(planned: Iterable[tuple[Patient, Plan]], *, said_anew: Collection[int]) -> None:
    """Make the stored items of several men say what their plans say, in three statements. Call it holding their locks.

    An item keeps its row through every later plan. One that the plan no longer knows (its anchor was withdrawn) is superseded,
    not deleted: reminders and phones hear of it as of any other change. ``said_anew``: the keys of men whose evaluation says
    anything else than the one before. What answered an item is a part of what it says; so of the others only what is open is
    held against the rows, and what was closed long ago is not planned again.
    """
    plans = {man.pk: plan for man, plan in planned}
    stored: dict[int, dict[tuple[str, str], DueItem]] = defaultdict(dict)
    for row in _STORED.of([*plans]):
        stored[row.patient_id][row.kind, row.anchor] = row
    new: list[DueItem] = []
    changed: list[DueItem] = []
    for patient_id, plan in plans.items():
        rows = stored[patient_id]
        if patient_id not in said_anew and _is_open_in(rows) == {(item.kind, item.anchor) for item in plan.open}:
            continue
        for item in plan.items:
            stands = rows.pop((item.kind, item.anchor), None)
            if stands is None:
                new.append(DueItem(patient_id=patient_id, kind=item.kind, anchor=item.anchor, **_content(item)))
            elif _update(stands, _content(item)):
                changed.append(stands)
        changed += [row for row in rows.values() if _update(row, {"state": DueItem.State.SUPERSEDED})]
    DueItem.objects.bulk_create(new)
    # Not announced_version: whoever reminds may have raised it meanwhile.
    DueItem.objects.bulk_update(changed, [*_CONTENT, "version"])


_STORED = Kept(lambda men: DueItem.objects.filter(patient__in=men), [int])


def _is_open_in(rows: Mapping[tuple[str, str], DueItem]) -> set[tuple[str, str]]:
    return {key for key, row in rows.items() if row.state == DueItem.State.OPEN}


_CONTENT = (
    "audience",
    "rule",
    "reason",
    "opens_on",
    "due_on",
    "overdue_on",
    "earliest_answer_on",
    "zone",
    "state",
    "answered_by",
    "priority",
    "time_critical",
    "resend_after_days",
)


def _content(item: Planned) -> dict[str, Any]:
    return {
        "audience": item.audience,
        "rule": item.rule,
        "reason": item.words,
        "opens_on": item.opens_on,
        "due_on": item.due_on,
        "overdue_on": item.overdue_on,
        "earliest_answer_on": item.earliest_on,
        "zone": item.zone,
        "state": item.state,
        "answered_by": item.answered_by,
        "priority": None if item.priority is None else item.priority.rank,
        "time_critical": item.time_critical,
        "resend_after_days": item.resend_after_days,
    }


def _update(row: DueItem, content: Mapping[str, Any]) -> bool:
    """Whether the row, which now says this, said anything else."""
    changed = [name for name, value in content.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, content[name])
    if any(name in _NEWS for name in changed):
        row.version += 1
    return bool(changed)


def patients_with_news(*, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men with an item that changed since it was last announced. Statistical records have none."""
    return list(
        DueItem.objects.filter(announced_version__lt=F("version"), patient_id__gt=above_id, patient__is_statistical=False)
        .order_by("patient_id")
        .values_list("patient_id", flat=True)
        .distinct()[:limit]
    )


def unannounced(patient_ids: Iterable[int]) -> list[DueNotice]:
    """The items of these men that changed since they were last announced. Call it holding their locks."""
    rows = DueItem.objects.filter(patient_id__in=patient_ids, announced_version__lt=F("version")).order_by("id")
    return [_notice(row) for row in rows]


def mark_announced(versions: Mapping[int, int]) -> None:
    """Note, in one statement, that these versions (by item id) have been taken notice of.

    A version that rose meanwhile stays unannounced.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracking_dueitem SET announced_version = seen.version"
            " FROM unnest(%s::bigint[], %s::integer[]) AS seen(id, version)"
            " WHERE tracking_dueitem.id = seen.id AND announced_version < seen.version",
            [list(versions), list(versions.values())],
        )


def notices(item_ids: Iterable[int]) -> dict[int, DueNotice]:
    """Items as they are now, by id, in one query; what is not there (any more) is left out.

    Asked at the claim and again just before the send: a result has silenced its reminder by then.
    """
    return {row.pk: _notice(row) for row in DueItem.objects.filter(pk__in=item_ids)}


def open_of(patient_id: int) -> list[DueNotice]:
    """What is open for this man, by due date, in one query."""
    rows = DueItem.objects.filter(patient_id=patient_id, state=DueItem.State.OPEN, patient__is_statistical=False)
    return [_notice(row) for row in rows.order_by("due_on", "pk")]


def overdue_for(spans: Mapping[str, tuple[int, int | None]], *, today: date, limit: int, above_id: int = 0) -> list[DueNotice]:
    """Open items in ascending id that have been overdue for so many days, at least and less than, by kind; no other kinds.

    ``today`` is a date in UTC; dates of items are local, so near midnight an item may be found a day early or late.
    """
    late = Q(pk__in=[])
    for kind, (least, end) in spans.items():
        of_kind = Q(kind=kind, overdue_on__lte=today - timedelta(days=least))
        late |= of_kind if end is None else of_kind & Q(overdue_on__gt=today - timedelta(days=end))
    rows = DueItem.objects.filter(late, state=DueItem.State.OPEN, pk__gt=above_id, patient__is_statistical=False)
    return [_notice(row) for row in rows.order_by("pk")[:limit]]


def uids(item_ids: Iterable[int]) -> dict[int, UUID]:
    """The public names of items, in one query, for those who know them by their numbers."""
    return dict(DueItem.objects.filter(pk__in=item_ids).values_list("pk", "uid"))


def _notice(row: DueItem) -> DueNotice:
    return DueNotice(
        id=row.pk,
        patient_id=row.patient_id,
        kind=row.kind,
        audience=row.audience,
        opens_on=row.opens_on,
        due_on=row.due_on,
        overdue_on=row.overdue_on,
        zone=row.zone,
        is_open=row.state == DueItem.State.OPEN,
        version=row.version,
        time_critical=row.time_critical,
        resend_after_days=row.resend_after_days,
    )
