"""What a phone has to say, written through the services: the same checks, the same refusals, one transaction, one evaluation."""

from __future__ import annotations

import logging
from collections.abc import Mapping
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
from tracking.sync import registry
from tracking.sync.protocol import Pulled, Rejection, TablePush
from tracking.sync.table import Act, Table

__all__ = ["push"]

log = logging.getLogger(__name__)


def push(
    *, patient: Patient, by: Actor, now: datetime, cursor: int, changes: Mapping[str, TablePush]
) -> dict[str, list[Rejection]]:
    """Store what the phone changed since it pulled ``cursor``; the rows of each table that were rejected, while the rest is stored.

    Nothing is stored, and a Problem raised: ``resync-required`` for a cursor of another life; ``sync-conflict``, with the server's
    rows, where one of these rows was touched after the cursor and says another thing.
    """
    with acting_as(by):
        man = lock_patient(patient)
        resync.check_cursor(man, cursor=cursor)
        act = Act(man, by, now, cursor)
        conflicts: dict[str, dict[str, Any]] = {}
        rejected: dict[str, list[Rejection]] = {}
        with evaluated_once(man, now=now):
            for table in registry.tables():
                said = changes.get(table.name)
                if said is None or not (said.rows or said.deleted or said.rejected):
                    continue
                pushed = _Push(act, table, said)
                pushed.run()
                if pushed.newer or pushed.gone:
                    conflicts[table.name] = Pulled.of(pushed.newer, pushed.gone).as_dict()
                if pushed.rejected:
                    rejected[table.name] = pushed.rejected
            if conflicts:
                raise _conflict(conflicts)
        return rejected


@dataclass(slots=True)
class _Push:
    """One table's part of a push."""

    act: Act
    table: Table
    said: TablePush
    newer: list[dict[str, Any]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def run(self) -> None:
        """Deletions first, then edits, then what is new: a regimen's end makes room for the next."""
        ids = [*self.said.deleted, *self.said.rows]
        standing = self.table.standing(self.act.man, ids)
        stones = dict(
            Tombstone.objects.filter(patient=self.act.man, table=self.table.name, client_id__in=ids).values_list(
                "client_id", "revision"
            )
        )
        self.rejected.extend(self.said.rejected)
        for key in self.said.deleted:
            if key in standing:
                self._delete(key, standing[key])
        for key, sent in self.said.rows.items():
            if key in standing:
                self._edit(key, sent, standing[key])
        for key, sent in self.said.rows.items():
            if key not in standing:
                self._add(key, sent, stones.get(key))

    def _delete(self, key: str, row: Any) -> None:
        self._tried(key, row, lambda: self.table.remove(self.act, row))

    def _edit(self, key: str, sent: dict[str, Any], row: Any) -> None:
        shown = self.table.render(row, self.act.man)
        differing = self.table.differing(sent, shown)

        def edit() -> bool:
            self.table.check_names(sent)
            return bool(differing) and self.table.edit(self.act, row, self.table.stated(sent, shown), differing)

        self._tried(key, row, edit)

    def _add(self, key: str, sent: dict[str, Any], withdrawn_in: int | None) -> None:
        if withdrawn_in is not None:
            if withdrawn_in > self.act.cursor:
                self.gone.append(key)
            else:
                self.rejected.append(Rejection(key, (_WITHDRAWN,)))
            return

        def add() -> bool:
            self.table.check_names(sent)
            self.table.add(self.act, key, self.table.stated(sent))
            return True

        self._tried(key, None, add)

    def _tried(self, key: str, row: Any, write: Any) -> None:
        """Write, in a savepoint of the service's. A write over what the phone has not seen yet is a conflict, if it says anything."""
        is_newer = row is not None and self.table.revision_of(row) > self.act.cursor
        try:
            changed = write()
        except Problem as refused:
            if not is_newer:
                self.rejected.append(Rejection(key, refused.issues))
                return
            changed = True
        except (DataError, IntegrityError) as refused:
            # No check of ours foresaw it. The database refused it, the savepoint is undone, and the other rows are not to wait.
            log.warning("a pushed row of %s was refused by the database", self.table.name, exc_info=refused)
            self.rejected.append(Rejection(key, (_NOT_STORABLE,)))
            return
        if changed and is_newer:
            self.newer.append(self.table.render(row, self.act.man))


_WITHDRAWN = Issue("/id", "withdrawn", "This was deleted, and an id is used once. Enter it again under a new id.")
_NOT_STORABLE = Issue("", "not-storable", "This row does not fit what is stored already.")


def _conflict(rows: dict[str, dict[str, Any]]) -> Problem:
    text = "Some of these rows were changed elsewhere since this phone last pulled. Pull, merge and push again. Nothing was stored."
    return Problem(Issue("", "sync-conflict", text), kind="sync-conflict", members={"changes": rows})
