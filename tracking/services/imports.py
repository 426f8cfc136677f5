"""Files come in through one door: read, looked at row by row, answered, stored, and taken back whole if need be.

A row that cannot be stored never holds up one that can, and each keeps what became of it. What is stored goes through the same
services and checks as what a person types.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.evidence import load_rulebook
from tracking.exchange.csv_file import FORMAT as TABLE
from tracking.exchange.formats import read_file
from tracking.exchange.incoming import Form, Parsed, issue
from tracking.models import ImportBatch, Patient
from tracking.models.imports import RowState
from tracking.services import evaluations, imported, records
from tracking.services.access import acting_as, lock_patient, not_found
from tracking.services.import_looks import Look
from tracking.services.import_rows import Row, in_steps, keep, said
from tracking.services.import_storing import TABLES, Progress, store

__all__ = ["AT_ONCE", "answer", "commit", "receive", "undo"]

# Up to so many rows are stored while the sender waits; more are left to a worker, and the percent tells how far it is.
AT_ONCE = 500
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
        before = imported.of(man).filter(**file).exclude(rows__state=RowState.UNDONE).order_by("-pk").first()
        if before is not None:
            return before, False
        batch = ImportBatch.objects.create(
            source_system=_system(parsed, form), started_at=now, format=parsed.format, unread=list(parsed.unread[:50]), **file
        )
        Look(man, batch, by=by, now=now, staff=staff).at_lines(parsed.lines)
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
        there = imported.rows_of(batch, man).filter(state__in=_OPEN)
        rows = {row.number: row for step in in_steps(there) for row in step}
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
        Look(man, batch, by=by, now=now, staff=staff).again([list(rows.values())])
        return batch


def commit(
    *, patient: Patient | int, uid: UUID, by: Actor, now: datetime, staff: bool = False, progress: Progress | None = None
) -> ImportBatch:
    """Store every row that is ready, in one transaction with one evaluation. Safe to repeat: what is stored is stored once.

    Rows that ask wait for their answers, and a later call stores them. Where the record, the rules or the person is another
    than when the rows were looked at, they are looked at again first. ``progress`` is told the percent while it goes on.
    """
    with acting_as(by):
        man = lock_patient(patient)
        batch = _his_to_change(man, uid, by=by, staff=staff)
        look = Look(man, batch, by=by, now=now, staff=staff)
        if not look.holds():
            look.again(in_steps(imported.rows_of(batch, man).filter(state=RowState.READY)))
        store(look, progress=progress)
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
        for rows in in_steps(imported.rows_of(batch, man).filter(state=RowState.STORED)):
            gone = set()
            for name, model in TABLES.items():
                uids = [row.stored_uid for row in rows if row.stored_table == name]
                gone |= records.withdraw_each(model, uids, man=man, now=now, reason=reason or "the import was taken back")
            for row in rows:
                if row.stored_uid in gone:
                    row.state = RowState.UNDONE
                else:
                    row.why = [said(issue("", "changed-since", "It was corrected or withdrawn since, and stays as it is."))]
            keep(rows)
        evaluations.refresh(man, now=now)
        return batch


def _fitting(row: Row, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of an answer to no row in particular, what this one asks for: it never changes a row that asks for something else."""
    asked = {why["asks"] for why in row.why if "asks" in why} if row.state == RowState.ASKS else set()
    return {name: value for name, value in given.items() if name in asked or (asked and name in _FOR_ALL)}


def _system(parsed: Parsed, form: Form) -> str:
    """What the rows' source is called. A table's begins with a word that says so: its units were mapped by a person."""
    if parsed.format == TABLE:
        return f"{records.TABLE} {form.source}".strip()[:64]
    return (form.source or parsed.source or parsed.format)[:64]


def _his_to_change(man: Patient, uid: UUID, *, by: Actor, staff: bool) -> ImportBatch:
    batch = imported.of(man).filter(uid=uid).first()
    if batch is None:
        raise not_found()
    if not staff and batch.started_by != str(by):
        text = "This was imported by a clinic or a laboratory. Ask them to change it."
        raise problem("", "not-his-entry", text, kind="forbidden")
    return batch
