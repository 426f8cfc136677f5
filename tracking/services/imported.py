"""Which imports there are into a man's record, and how their rows stand."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tracking.models import ImportBatch, ImportRow, Patient
from tracking.models.imports import RowState
from tracking.services.access import not_found

__all__ = ["counted", "counts", "counts_on", "id_of", "of", "rows_of"]


def of(man: Patient) -> QuerySet[ImportBatch]:
    """The imports into his record, by whomever."""
    return ImportBatch.objects.filter(pk__in=ImportRow.objects.filter(patient=man).values("batch"))


def id_of(uid: UUID) -> int:
    """The key of an import. It names no man, so anybody who has its address may look it up; its rows are another matter."""
    found = ImportBatch.objects.filter(uid=uid).values_list("pk", flat=True).first()
    if found is None:
        raise not_found()
    return found


def rows_of(batch: ImportBatch, man: Patient) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(batch=batch, patient=man)


def counted(man: Patient) -> QuerySet[ImportBatch]:
    """The same, each with how many of its rows stand how; one query, however many there are."""
    his = {state.value: Count("rows", filter=Q(rows__state=state, rows__patient=man)) for state in RowState}
    return of(man).annotate(**{f"count_{state}": count for state, count in his.items()})


def counts_on(batch: ImportBatch) -> dict[str, int]:
    """What :func:`counted` has counted."""
    return {state.value: getattr(batch, f"count_{state}") for state in RowState}


def counts(batch: ImportBatch, man: Patient) -> dict[str, int]:
    """How many rows stand how; every state is named."""
    found = dict(rows_of(batch, man).values_list("state").annotate(Count("pk")).order_by())
    return {state.value: found.get(state.value, 0) for state in RowState}
