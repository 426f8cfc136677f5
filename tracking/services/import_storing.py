"""What is ready of an import goes into the record: results many at a time, all else through the services of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Max, QuerySet

from tracking.domain.history import Origin
from tracking.domain.problems import Problem, problem
from tracking.exchange.incoming import DoseItem, Item, RegimenItem, ScanItem, item_of
from tracking.models import DexaScan, DoseEvent, ImportRow, LabResult, Regimen
from tracking.models.base import Record
from tracking.models.imports import RowState
from tracking.services import bone, doses, labs, records, regimens
from tracking.services.access import acting_as
from tracking.services.bulk import columns_of
from tracking.services.import_judge import Judge
from tracking.services.import_looks import Look
from tracking.services.import_rows import AT_A_TIME, Row, in_steps, keep, refuse
from tracking.services.imported import rows_of

__all__ = ["TABLES", "Progress", "store", "tell_percent"]

Progress = Callable[[int], None]

TABLES: Mapping[str, type[Record]] = {model.__name__: model for model in (LabResult, DexaScan, DoseEvent, Regimen)}
# Of a result that takes no other's place, what is to be stored was kept with its row when that was looked at. It gets the uid
# of its row, so that it is stored once, whatever happens.
_THESE = (
    f"row.batch_id = %s AND row.patient_id = %s AND row.number > %s AND row.number <= %s"
    f" AND row.state = '{RowState.READY}' AND row.content IS NOT NULL"
)
_SAID = ", ".join(labs.COLUMNS)
_RESULTS = f"""
INSERT INTO tracking_labresult (
    uid, client_id, patient_id, revision, recorded_at, recorded_by, source_system, source_id, import_batch_id, withdrawn_reason,
    {_SAID}
) SELECT row.uid, row.uid::text, row.patient_id, 0, %s, %s, %s, row.source_id, row.batch_id, '', {_SAID}
FROM tracking_importrow AS row, jsonb_to_record(row.content) AS said ({{columns}}) WHERE {_THESE} ORDER BY row.number
"""  # noqa: S608  our own names
_STORED = f"""
UPDATE tracking_importrow AS row SET state = '{RowState.STORED}', why = '[]', content = NULL,
    stored_table = '{LabResult.__name__}', stored_uid = uid WHERE {_THESE}
"""  # noqa: S608  our own names


def store(look: Look, *, progress: Progress | None) -> None:
    """Store every row that is ready, of which the look holds. ``progress`` is told the percent while it goes on."""
    count, done = _ready(look).count(), 0
    for stored in chain(_results(look), _others(look)):
        done += stored
        if progress is not None and stored and done < count:
            progress(done * 99 // count)


def tell_percent(batch_id: int, percent: int) -> None:
    """Let others read how far it has come while the transaction that stores is still open: over a connection of its own."""
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with other.cursor() as cursor:
            cursor.execute("UPDATE tracking_importbatch SET percent = %s WHERE id = %s", [percent, batch_id])
    finally:
        other.close()


def _ready(look: Look) -> QuerySet[ImportRow]:
    return rows_of(look.batch, look.man).filter(state=RowState.READY)


def _results(look: Look) -> Iterator[int]:
    """Store the results that take no other's place, as they were looked at; yields how many at a time."""
    last = _ready(look).aggregate(last=Max("number"))["last"] or 0
    said = (look.now, str(look.by), look.batch.source_system)
    for above in range(0, last, AT_A_TIME):
        these = (look.batch.pk, look.man.pk, above, above + AT_A_TIME)
        with connection.cursor() as cursor:
            cursor.execute(_RESULTS.format(columns=columns_of(LabResult, labs.COLUMNS)), [*said, *these])
            cursor.execute(_STORED, these)
            yield cursor.rowcount


def _others(look: Look) -> Iterator[int]:
    """Store what takes the place of a result, and what is none, a row after the other; yields how many at a time."""
    judge = None
    for rows in in_steps(_ready(look)):
        judge = judge or look.judge()
        for row in rows:
            _other(row, look, judge)
        keep(rows)
        yield len(rows)


def _other(row: Row, look: Look, judge: Judge) -> None:
    content, before = judge.judge(row)
    if row.state != RowState.READY:
        return  # a row before it has changed the record
    try:
        with acting_as(look.by):
            if content is not None and before is not None:
                common: dict[str, Any] = {"man": look.man, "by": look.by, "now": look.now}
                stored, _ = records.supersede(before, content=content, **common)
            else:
                stored = _through_its_service(row, item_of(row.kind, row.item or {}), look)
    except Problem as refused:
        refuse(row, refused.issues)
        return
    row.became(stored)
    judge.taken(row, stored)


def _through_its_service(row: Row, item: Item, look: Look) -> Record:
    common: dict[str, Any] = {"patient": look.man, "by": look.by, "now": look.now}
    common["source"] = records.Source(look.batch.source_system, row.source_id, look.batch)
    common["confirmed_reason"] = row.answers.get("confirmed_reason", "")
    if isinstance(item, ScanItem):
        sites = [asdict(site) | {"region": site.region or row.answers.get("region", "")} for site in item.sites]
        about: dict[str, Any] = {name: getattr(item, name) for name in ("facility", "device", "reference", "scanner_changed")}
        scan, _ = bone.record_scan(
            scanned_on=_day(item.scanned_on, "/scanned_on"), sites=sites, staff=look.staff, **about, **common
        )
        return scan
    if isinstance(item, DoseItem):
        taken: dict[str, Any] = {
            "drug": item.drug,
            "kind": item.kind,
            "taken_at": item.taken_at,
            "amount": f"{item.amount} {item.unit}" if item.amount else None,
            "zone": item.zone or None,
            "precision": item.precision or None,
            "site": item.site,
        }
        dose, _ = doses.log(staff=look.staff, **taken, **common)
        return dose
    if not isinstance(item, RegimenItem):
        raise TypeError(f"{item} is stored elsewhere")
    ends_on = _day(item.last_day, "/ends_on") + timedelta(days=1) if item.last_day else None
    return regimens.start(
        origin=Origin.PRESCRIBED if item.prescribed and look.staff else Origin.SELF,
        drug=item.drug,
        dose=f"{item.dose} {item.unit}",
        strength=f"{item.strength} {item.unit}" if item.strength else "",
        reason=item.reason,
        zone=item.zone or None,
        schedule=item.schedule,
        starts_on=_day(item.starts_on, "/starts_on"),
        ends_on=ends_on,
        **common,
    )


def _day(text: str, pointer: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise problem(pointer, "date-unreadable", "'{received}' is not a date.", received=text[:40]) from None
