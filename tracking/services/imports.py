"""Files come in through one door: read, looked at row by row, answered, stored, and taken back whole if need be.

A row that cannot be stored never holds up one that can, and each keeps what became of it. What is stored goes through the same
services and checks as what a person types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Count, Q, QuerySet

from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem, problem
from tracking.evidence import load_rulebook
from tracking.exchange.csv_file import FORMAT as TABLE
from tracking.exchange.formats import read_file
from tracking.exchange.incoming import (
    DoseItem,
    Form,
    Item,
    Line,
    Parsed,
    RegimenItem,
    ScanItem,
    as_stored,
    issue,
    item_of,
    kind_of,
)
from tracking.models import DexaScan, DoseEvent, ImportBatch, ImportRow, LabResult, Patient, Regimen
from tracking.models.base import Record, new_client_id, new_uid
from tracking.models.imports import RowState
from tracking.services import bone, doses, evaluations, records, regimens
from tracking.services.access import acting_as, lock_patient, not_found
from tracking.services.bulk import insert_objects, insert_rows, update_rows
from tracking.services.import_rows import Judge, refuse, said

__all__ = [
    "AT_ONCE",
    "answer",
    "commit",
    "counted",
    "counts",
    "counts_on",
    "id_of",
    "of",
    "receive",
    "rows_of",
    "tell_percent",
    "undo",
]

Progress = Callable[[int], None]

# Up to so many rows are stored while the sender waits; more are left to a worker, and the percent tells how far it is.
AT_ONCE = 500
_STEP, _TELL = 2_000, 500
# The columns of a row that say what became of it.
_KEPT = ("id", "state", "why", "answers", "answered_by", "stored_table", "stored_uid")
_TABLES: Mapping[str, type[Record]] = {model.__name__: model for model in (LabResult, DexaScan, DoseEvent, Regimen)}
# How a row may still change: what is stored, taken back or without content stands.
_OPEN = (RowState.READY, RowState.DUPLICATE, RowState.ASKS, RowState.REFUSED, RowState.SKIPPED)
_FOR_ALL = frozenset({"skip", "verified_from_report"})
_ANSWERS = _FOR_ALL | {
    *("analyte", "unit", "region", "confirmed_reason", "unit_confirmed", "about_him", "replace", "keep"),
}


def receive(
    *, patient: Patient | int, by: Actor, now: datetime, content: bytes, form: Form, staff: bool = False, named: str = ""
) -> tuple[ImportBatch, bool]:
    """Read a file about this man and keep what each row says and is to become; nothing of it is stored in his record yet.

    The same file with the same declarations, sent again by the same person, is the import that there is (the second value says
    whether it is new), unless that was taken back. Raises :class:`Problem` where the file as a whole cannot be read.
    """
    rulebook = load_rulebook()
    parsed = read_file(content, form=form, rulebook=rulebook, named=named)
    with acting_as(by):
        man = lock_patient(patient)
        file = {"sha256": hashlib.sha256(content).hexdigest(), "form": asdict(form), "started_by": str(by)}
        before = _of_man(man).filter(**file).exclude(rows__state=RowState.UNDONE).order_by("-pk").first()
        if before is not None:
            return before, False
        batch = ImportBatch.objects.create(
            source_system=_system(parsed, form), started_at=now, format=parsed.format, unread=list(parsed.unread[:50]), **file
        )
        rows = [_row(man, batch, number, line) for number, line in enumerate(parsed.lines, 1)]
        people = _people(row.subject for row in rows)
        _look_at(rows, _judge(man, batch, people=people, by=by, now=now, staff=staff))
        insert_objects(ImportRow, rows)
        return batch, True


def answer(
    *, patient: Patient | int, uid: UUID, by: Actor, now: datetime, answers: Sequence[Mapping[str, Any]], staff: bool = False
) -> ImportBatch:
    """Answer what rows ask, and look at all open rows anew. Each answer names ``rows`` by number, or goes to all
    that ask for it.

    What can be answered: analyte, unit, region (of a scan), confirmed_reason, unit_confirmed, about_him, replace, keep, skip,
    and by staff verified_from_report. Raises :class:`Problem` for a row that is not there or stands already.
    """
    with acting_as(by):
        man = lock_patient(patient)
        batch = _his_to_change(man, uid, by=by, staff=staff)
        rows = {row.number: row for row in rows_of(batch, man).filter(state__in=_OPEN).order_by("number")}
        for number, sent in enumerate(answers):
            given = {name: value for name, value in sent.items() if name in _ANSWERS}
            named = sent.get("rows")
            if "verified_from_report" in given and not staff:
                raise problem(
                    f"/answers/{number}/verified_from_report", "staff-only", "Only staff can state this. Leave it out."
                )
            for name in rows if named is None else named:
                if name not in rows:
                    text = "There is no open row {received} in this import."
                    raise problem(f"/answers/{number}/rows", "row-unknown", text, received=name)
                fitting = given if named is not None else _fitting(rows[name], given)
                if fitting:
                    rows[name].answers |= fitting
                    rows[name].answered_by = str(by)
        people = _people(rows_of(batch, man).order_by().values_list("subject", flat=True).distinct())
        _look_at(rows.values(), _judge(man, batch, people=people, by=by, now=now, staff=staff))
        _keep(rows.values())
        return batch


def commit(
    *, patient: Patient | int, uid: UUID, by: Actor, now: datetime, staff: bool = False, progress: Progress | None = None
) -> ImportBatch:
    """Store every row that is ready, in one transaction with one evaluation. Safe to repeat: what is stored is stored once.

    Rows that ask wait for their answers, and a later call stores them. ``progress`` is told the percent while it goes on.
    """
    with acting_as(by):
        man = lock_patient(patient)
        batch = _his_to_change(man, uid, by=by, staff=staff)
        ready = rows_of(batch, man).filter(state=RowState.READY)
        done, count = 0, ready.count()
        store = _Store(man, batch, by=by, now=now, staff=staff)
        for rows in _in_steps(ready):
            for row in rows:
                store.row(row)
                done += 1
                if progress is not None and done % _TELL == 0:
                    progress(done * 99 // count)
            store.flush()
            _keep(rows)
        batch.percent = 100
        batch.save(update_fields=["percent"])
        evaluations.refresh(man, now=now)
        return batch


def undo(*, patient: Patient | int, uid: UUID, by: Actor, now: datetime, reason: str, staff: bool = False) -> ImportBatch:
    """Withdraw everything that an import stored, with the reason; nothing is deleted.

    What a person has corrected or withdrawn since stands as he left it, and its row says so. A result that the import had put
    in the place of an earlier one leaves that place empty: the earlier one stays readable among the versions.
    """
    with acting_as(by):
        man = lock_patient(patient)
        batch = _his_to_change(man, uid, by=by, staff=staff)
        rows = list(rows_of(batch, man).filter(state=RowState.STORED))
        live = {
            (name, stored.uid): stored
            for name, model in _TABLES.items()
            for stored in model.objects.live().filter(patient=man, uid__in=[row.stored_uid for row in rows])
        }
        for row in rows:
            stored = live.get((row.stored_table, row.stored_uid))
            if stored is None:
                row.why = [said(issue("", "changed-since", "It was corrected or withdrawn since, and stays as it is."))]
                continue
            records.withdraw(stored, man=man, now=now, reason=reason or "the import was taken back")
            row.state = RowState.UNDONE
        _keep(rows)
        evaluations.refresh(man, now=now)
        return batch


def of(man: Patient) -> QuerySet[ImportBatch]:
    """The imports into his record, by whomever."""
    return _of_man(man)


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
    return _of_man(man).annotate(**{f"count_{state}": count for state, count in his.items()})


def counts_on(batch: ImportBatch) -> dict[str, int]:
    """What :func:`counted` has counted."""
    return {state.value: getattr(batch, f"count_{state}") for state in RowState}


def counts(batch: ImportBatch, man: Patient) -> dict[str, int]:
    """How many rows stand how; every state is named."""
    found = dict(rows_of(batch, man).values_list("state").annotate(Count("pk")).order_by())
    return {state.value: found.get(state.value, 0) for state in RowState}


def tell_percent(batch_id: int, percent: int) -> None:
    """Let others read how far it has come while the transaction that stores is still open: over a connection of its own."""
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with other.cursor() as cursor:
            cursor.execute("UPDATE tracking_importbatch SET percent = %s WHERE id = %s", [percent, batch_id])
    finally:
        other.close()


class _Store:
    """Puts rows into the record, results many at a time."""

    def __init__(self, man: Patient, batch: ImportBatch, *, by: Actor, now: datetime, staff: bool) -> None:
        self._man, self._batch, self._by, self._now, self._staff = man, batch, by, now, staff
        people = _people(rows_of(batch, man).order_by().values_list("subject", flat=True).distinct())
        self._judge = _judge(man, batch, people=people, by=by, now=now, staff=staff)
        self._waiting: list[dict[str, Any]] = []

    def row(self, row: ImportRow) -> None:
        content, before = self._judge.judge(row)
        if row.state != RowState.READY:
            return  # since it was looked at, the record has changed
        if row.kind != "lab":
            self._other(row)
        elif content is not None:
            if before is not None:
                self._done(row, self._replace(before, content))
            else:
                uid = self._add(row, content)
                self._judge.taken_lab(row, content, uid)
                _set_stored(row, LabResult, uid)

    def flush(self) -> None:
        """Hand over to the database what waits."""
        insert_rows(LabResult, self._waiting)
        self._waiting = []

    def _add(self, row: ImportRow, content: Mapping[str, Any]) -> UUID:
        source = self._source(row)
        uid: UUID = new_uid()
        said: dict[str, Any] = {
            "uid": uid,
            "client_id": new_client_id(),
            "patient_id": self._man.pk,
            "revision": 0,  # a trigger stamps it
            "recorded_at": self._now,
            "recorded_by": str(self._by),
            "source_system": source.system,
            "source_id": source.id,
            "import_batch_id": self._batch.pk,
            "withdrawn_reason": "",
        }
        self._waiting.append({**said, **content})
        return uid

    def _replace(self, before: Record, content: dict[str, Any]) -> Record:
        self.flush()
        # A row before this one may have made it, and it was not read back.
        standing = LabResult.objects.get(uid=before.uid)
        corrected, _ = records.supersede(standing, man=self._man, by=self._by, now=self._now, content=content)
        return corrected

    def _other(self, row: ImportRow) -> None:
        try:
            with acting_as(self._by):
                stored = self._through_its_service(row, item_of(row.kind, row.item or {}))
        except Problem as refused:
            refuse(row, refused.issues)
        else:
            self._done(row, stored)

    def _through_its_service(self, row: ImportRow, item: Item) -> Record:
        common: dict[str, Any] = {"patient": self._man, "by": self._by, "now": self._now, "source": self._source(row)}
        common["confirmed_reason"] = row.answers.get("confirmed_reason", "")
        if isinstance(item, ScanItem):
            sites = [asdict(site) | {"region": site.region or row.answers.get("region", "")} for site in item.sites]
            about: dict[str, Any] = {
                name: getattr(item, name) for name in ("facility", "device", "reference", "scanner_changed")
            }
            scan, _ = bone.record_scan(
                scanned_on=_day(item.scanned_on, "/scanned_on"), sites=sites, staff=self._staff, **about, **common
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
            dose, _ = doses.log(staff=self._staff, **taken, **common)
            return dose
        if not isinstance(item, RegimenItem):
            raise TypeError(f"{item} is stored elsewhere")
        ends_on = _day(item.last_day, "/ends_on") + timedelta(days=1) if item.last_day else None
        return regimens.start(
            origin=Origin.PRESCRIBED if item.prescribed and self._staff else Origin.SELF,
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

    def _source(self, row: ImportRow) -> records.Source:
        return records.Source(self._batch.source_system, row.source_id, self._batch)

    def _done(self, row: ImportRow, stored: Record) -> None:
        _set_stored(row, type(stored), stored.uid)
        self._judge.taken(row, stored)


def _set_stored(row: ImportRow, table: type[Record], uid: UUID) -> None:
    row.state, row.why = RowState.STORED, []
    row.stored_table, row.stored_uid = table.__name__, uid


def _judge(man: Patient, batch: ImportBatch, *, people: int, by: Actor, now: datetime, staff: bool) -> Judge:
    return Judge(man, batch, people=people, by=by, now=now, staff=staff, rulebook=load_rulebook())


def _people(subjects: Iterable[Mapping[str, str]]) -> int:
    """How many people a file is about, as far as it names them."""
    return len({subject["id"] or subject["name"] for subject in subjects if subject["id"] or subject["name"]})


def _look_at(rows: Iterable[ImportRow], judge: Judge) -> None:
    """Say of every row what is to become of it, as the record stands."""
    ready: list[tuple[ImportRow, dict[str, Any]]] = []
    for row in rows:
        if row.answers.get("skip"):
            row.state, row.why = RowState.SKIPPED, []
            continue
        content, _ = judge.judge(row)
        if content is not None:
            ready.append((row, content))
            judge.taken_lab(row, content, row.uid)
    judge.ask_about_units(ready)


def _in_steps(rows: QuerySet[ImportRow]) -> Iterator[list[ImportRow]]:
    """Rows by their number, so many in memory at a time, whatever becomes of them meanwhile."""
    above = 0
    while part := list(rows.filter(number__gt=above).order_by("number")[:_STEP]):
        yield part
        above = part[-1].number


def _row(man: Patient, batch: ImportBatch, number: int, line: Line) -> ImportRow:
    state = RowState.EMPTY if line.empty else RowState.REFUSED if line.item is None else RowState.READY
    return ImportRow(
        patient_id=man.pk,
        batch_id=batch.pk,
        number=number,
        place=line.place[:200],
        source_id=line.source_id,
        subject=as_stored(line.subject),
        kind=kind_of(line.item) if line.item is not None else "",
        item=as_stored(line.item) if line.item is not None else None,
        corrects=line.corrects,
        state=state,
        why=[said(one) for one in line.why],
    )


def _fitting(row: ImportRow, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of an answer to no row in particular, what this one asks for: it never changes a row that asks for something else."""
    asked = {why["asks"] for why in row.why if "asks" in why} if row.state == RowState.ASKS else set()
    return {name: value for name, value in given.items() if name in asked or (asked and name in _FOR_ALL)}


def _keep(rows: Iterable[ImportRow]) -> None:
    """Write what became of rows, many in one statement: row by row it would take longer than storing them."""
    update_rows(ImportRow, [{name: vars(row)[name] for name in _KEPT} for row in rows])


def _system(parsed: Parsed, form: Form) -> str:
    """What the rows' source is called. A table's begins with a word that says so: its units were mapped by a person."""
    if parsed.format == TABLE:
        return f"{records.TABLE} {form.source}".strip()[:64]
    return (form.source or parsed.source or parsed.format)[:64]


def _of_man(man: Patient) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(pk__in=ImportRow.objects.filter(patient=man).values("batch"))


def _his_to_change(man: Patient, uid: UUID, *, by: Actor, staff: bool) -> ImportBatch:
    batch = _of_man(man).filter(uid=uid).first()
    if batch is None:
        raise not_found()
    if not staff and batch.started_by != str(by):
        text = "This was imported by a clinic or a laboratory. Ask them to change it."
        raise problem("", "not-his-entry", text, kind="forbidden")
    return batch


def _day(text: str, pointer: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise problem(pointer, "date-unreadable", "'{received}' is not a date.", received=text[:40]) from None
