"""What a phone has to say, written through the services: their checks, their refusals, one transaction, one evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError

from tracking.domain.actor import Actor
from tracking.domain.problems import Issue, Problem
from tracking.models import Patient, Tombstone
from tracking.services import resync
from tracking.services.access import acting_as, lock_patient
from tracking.services.evaluations import evaluated_once
from tracking.services.kept import Kept
from tracking.services.records import not_storable
from tracking.sync import registry
from tracking.sync.protocol import Pulled, Rejection, TablePush
from tracking.sync.table import Act, Table

__all__ = ["push"]


def push(
    *, patient: Patient, by: Actor, now: datetime, cursor: int, changes: Mapping[str, TablePush]
) -> dict[str, list[Rejection]]:
    """Store what the phone changed since it pulled ``cursor``; by table the rows that were rejected, while the rest is stored.

    Nothing is stored, and a Problem raised: ``resync-required`` for a cursor of another life; ``sync-conflict``, with the
    server's rows, where one of these rows was touched after the cursor and says another thing.
    """
    with acting_as(by):
        man = lock_patient(patient)
        resync.check_cursor(man, cursor=cursor)
        act = Act(man, by, now, cursor)
        conflicts: dict[str, dict[str, Any]] = {}
        rejected: dict[str, list[Rejection]] = {}
        stones = _stones(man, changes)
        with evaluated_once(man, now=now):
            for table in registry.tables():
                said = changes.get(table.name)
                if said is None or not (said.rows or said.deleted or said.rejected):
                    continue
                pushed = _Push(act, table, said, stones.get(table.name, {}))
                pushed.run()
                if pushed.newer or pushed.gone:
                    conflicts[table.name] = Pulled.of(pushed.newer, pushed.gone).as_dict()
                if pushed.rejected:
                    rejected[table.name] = pushed.rejected
            if conflicts:
                raise _conflict(conflicts)
        return rejected


def _withdrawn(patient_id: int, tables: Sequence[str], ids: Sequence[str]) -> Any:
    rows = Tombstone.objects.filter(patient=patient_id, table__in=tables, client_id__in=ids)
    return rows.values_list("table", "client_id", "revision")


_WITHDRAWN_BEFORE = Kept(_withdrawn, int, [str], [str])


def _stones(man: Patient, changes: Mapping[str, TablePush]) -> dict[str, dict[str, int]]:
    """By table and id, in which revision what is pushed was withdrawn before. One query."""
    ids = [key for said in changes.values() for key in said.rows]
    found: dict[str, dict[str, int]] = {}
    for table, key, revision in _WITHDRAWN_BEFORE.of(man.pk, [*changes], ids):
        found.setdefault(table, {})[key] = revision
    return found


@dataclass(slots=True)
class _Push:
    """One table's part of a push. ``stones``: ids that were withdrawn before, with the revision in which they were."""

    act: Act
    table: Table
    said: TablePush
    stones: Mapping[str, int]
    newer: list[dict[str, Any]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def run(self) -> None:
        """Deletions first, then edits, then what is new: a regimen's end makes room for the next."""
        ids = [*self.said.deleted, *self.said.rows]
        standing = self.table.standing(self.act.man, ids)
        self.rejected.extend(self.said.rejected)
        for key in self.said.deleted:
            if key in standing:
                self._delete(key, standing[key])
        for key, sent in self.said.rows.items():
            if key in standing:
                self._edit(key, sent, standing[key])
        unknown = {key: sent for key, sent in self.said.rows.items() if key not in standing}
        self._add({key: sent for key, sent in unknown.items() if self._may_add(key, self.stones.get(key))})

    def _delete(self, key: str, row: Any) -> None:
        self._tried(key, row, lambda: self.table.remove(self.act, row))

    def _edit(self, key: str, sent: dict[str, Any], row: Any) -> None:
        shown = self.table.render(row, self.act.man) if self.table.takes else {}
        differing = self.table.differing(sent, shown)

        def edit() -> bool:
            self.table.check_names(sent)
            return bool(differing) and self.table.edit(self.act, row, self.table.stated(sent, shown), differing)

        self._tried(key, row, edit)

    def _may_add(self, key: str, withdrawn_in: int | None) -> bool:
        """Not what was deleted: the phone hears of it by a pull, or has heard of it already."""
        if withdrawn_in is None:
            return True
        if withdrawn_in > self.act.cursor:
            self.gone.append(key)
        else:
            self.rejected.append(Rejection(key, (_WITHDRAWN,)))
        return False

    def _add(self, new: dict[str, dict[str, Any]]) -> None:
        stated: dict[str, dict[str, Any]] = {}
        for key, sent in new.items():
            try:
                self.table.check_names(sent)
                stated[key] = self.table.stated(sent)
            except Problem as refused:
                self.rejected.append(Rejection(key, refused.issues))
        if stated:
            refusals = self.table.add_each(self.act, stated)
            self.rejected.extend(Rejection(key, refused.issues) for key, refused in refusals.items())

    def _tried(self, key: str, row: Any, write: Callable[[], bool]) -> None:
        """Write, in a savepoint of the service's. To write another thing over what the phone has not seen yet is a conflict."""
        # What this very push touched before is above the revision at which he was locked, and is no conflict.
        is_newer = self.table.takes and self.act.cursor < self.table.revision_of(row) <= self.act.man.revision
        try:
            changed = write()
        except (Problem, DataError, IntegrityError) as error:
            refused = error if isinstance(error, Problem) else not_storable(error)
            if not is_newer:
                self.rejected.append(Rejection(key, refused.issues))
            changed = is_newer
        if changed and is_newer:
            self.newer.append(self.table.render(row, self.act.man))


_WITHDRAWN = Issue("/id", "withdrawn", "This was deleted, and an id is used once. Enter it again under a new id.")


def _conflict(rows: dict[str, dict[str, Any]]) -> Problem:
    text = "Some of these rows were changed elsewhere since this phone pulled. Pull, merge and push again. Nothing was stored."
    return Problem(Issue("", "sync-conflict", text), kind="sync-conflict", members={"changes": rows})
