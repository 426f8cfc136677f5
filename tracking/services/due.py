"""What is due next for a man: planned by the rules, stored as rows, and handed to whoever reminds.

Reminders know due items only through the functions here. ``version`` rises whenever a window or a state changes, and
``announced_version`` is what the listener has taken notice of, so that nothing is lost however late it looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from tracking.models import DueItem

__all__ = ["DueNotice", "mark_announced", "notice", "patients_with_news", "still_due", "unannounced"]


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A due item as a reminder sees it. Dates are local to ``zone``; it names no drug, hormone or result."""

    id: int
    patient_id: int
    kind: str
    opens_on: date
    due_on: date
    overdue_on: date
    zone: str
    is_open: bool
    version: int
    time_critical: bool
    resend_after_days: int


def patients_with_news(*, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men with an item that changed since it was last announced. Statistical records have none."""
    return list(
        DueItem.objects.filter(
            announced_version__lt=F("version"), patient_id__gt=above_id, patient__is_statistical=False
        )
        .order_by("patient_id")
        .values_list("patient_id", flat=True)
        .distinct()[:limit]
    )


def unannounced(patient_id: int) -> list[DueNotice]:
    """His items that changed since they were last announced. Call it holding his lock."""
    rows = DueItem.objects.filter(patient_id=patient_id, announced_version__lt=F("version")).order_by("id")
    return [_notice(row) for row in rows]


def mark_announced(versions: Mapping[int, int]) -> None:
    """Note that these versions (by item id) have been taken notice of. A version that rose meanwhile stays unannounced."""
    for item_id, version in versions.items():
        DueItem.objects.filter(pk=item_id, announced_version__lt=version).update(announced_version=version)


def notice(item_id: int) -> DueNotice | None:
    """One item as it is now, or None where there is none (any more)."""
    row = DueItem.objects.filter(pk=item_id).first()
    return None if row is None else _notice(row)


def still_due(item_id: int) -> bool:
    """Asked at the claim and again just before the send: a result has silenced its reminder by then."""
    return DueItem.objects.filter(pk=item_id, state=DueItem.State.OPEN).exists()


def _notice(row: DueItem) -> DueNotice:
    return DueNotice(
        id=row.pk,
        patient_id=row.patient_id,
        kind=row.kind,
        opens_on=row.opens_on,
        due_on=row.due_on,
        overdue_on=row.overdue_on,
        zone=row.zone,
        is_open=row.state == DueItem.State.OPEN,
        version=row.version,
        time_critical=row.time_critical,
        resend_after_days=row.resend_after_days,
    )
