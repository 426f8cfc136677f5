"""A table of the phone contract. One subclass declares one; the rest follows from it: pull, push, document, tests."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import DataError, IntegrityError, models

from tracking.domain.actor import Actor
from tracking.domain.ownership import Ownership
from tracking.domain.problems import Issue, Problem, problem, raise_all
from tracking.models import Patient
from tracking.models.base import Record
from tracking.services.kept import Kept
from tracking.services.records import not_storable
from tracking.sync.columns import LEFT_OUT, Column, Flag, Instant, Text, Whole

__all__ = ["DELETED_ON_PHONE", "Act", "RecordTable", "Table", "day", "instant", "local"]

DELETED_ON_PHONE = "deleted-on-phone"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Act:
    """Who pushes, about whom, when. ``cursor``: the revision that he had pulled when he made these changes."""

    man: Patient
    by: Actor
    now: datetime
    cursor: int


class Table:
    """One table. ``columns``: what the man may state; ``shown``: what only the server writes, ignored in a push."""

    model: ClassVar[type[models.Model]]
    columns: ClassVar[tuple[Column, ...]] = ()
    shown: ClassVar[tuple[Column, ...]] = (Whole("revision", "of this row"),)
    parent: ClassVar[str | None] = None
    watched: ClassVar[tuple[type[models.Model], ...]] = ()  # beside its own, of which a change may show here

    @property
    def ownership(self) -> Ownership:
        stated: Ownership = self.model.ownership  # type: ignore[attr-defined]  # owned.fill takes in only models that state it
        return stated

    @property
    def name(self) -> str:
        return str(self.ownership.sync)

    @property
    def since(self) -> int:
        """The schema version of the contract that introduced it."""
        return self.ownership.sync_since

    @property
    def takes(self) -> bool:
        """Whether a phone may write here at all."""
        return bool(self.columns)

    # --- pull: a fixed number of queries, however many rows

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        """The rows that stand and were touched after this revision. Asked for where one of its model or of ``watched`` was."""
        return models.QuerySet(self.model).filter(patient_id=man.pk, revision__gt=since)

    def render(self, row: Any, man: Patient) -> dict[str, Any]:
        """A row with exactly ``id``, ``columns`` and ``shown``."""
        raise NotImplementedError

    def pull(self, man: Patient, since: int) -> Iterable[dict[str, Any]]:
        return (self.render(row, man) for row in self.changed(man, since))

    def dropped(self, man: Patient, gone: Mapping[str, Collection[str]]) -> Collection[str]:
        """Ids that phones must drop; ``gone``: the tombstones of each table."""
        return gone.get(self.name, ())

    # --- push

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        """The rows that stand under these ids."""
        rows: models.QuerySet[Any] = models.QuerySet(self.model)
        return {str(row.uid): row for row in rows.filter(patient_id=man.pk, uid__in=_uuids(ids))}

    def revision_of(self, row: Any) -> int:
        revision: int = row.revision
        return revision

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        """Store a new row. ``stated``: keywords for the service."""
        raise _server_owned()

    def add_each(self, act: Act, rows: Mapping[str, dict[str, Any]]) -> dict[str, Problem]:
        """Store new rows, each by itself: what was refused, by id. Tables of many rows do so in few statements."""
        refused = {}
        for key, stated in rows.items():
            try:
                self.add(act, key, stated)
            except Problem as problem_of_row:
                refused[key] = problem_of_row
            except (DataError, IntegrityError) as error:
                refused[key] = not_storable(error)
        return refused

    def edit(self, act: Act, row: Any, stated: dict[str, Any], differing: Collection[str]) -> bool:
        """Make a standing row say this; whether it said anything else. ``differing``: the columns that are not as shown."""
        raise _server_owned()

    def remove(self, act: Act, row: Any) -> bool:
        """Take a standing row back; whether that changed anything."""
        raise _server_owned()

    def check_names(self, sent: Mapping[str, Any]) -> None:
        """Raise for a column that the contract does not know: a typing error is never silently a default."""
        known = {column.name for column in (*self.columns, *self.shown)}
        unknown = [name for name in sent if name not in known][:10]
        text = "There is no such column in {table}. Accepted: {accepted}."
        params = {"table": self.name, "accepted": ", ".join(column.name for column in self.columns)}
        raise_all(problem(f"/{name[:60]}", "unknown-field", text, **params).issues[0] for name in unknown)

    def differing(self, sent: Mapping[str, Any], shown: Mapping[str, Any]) -> frozenset[str]:
        """The columns in which a pushed row states another thing than the server shows. What was not sent stays as it was."""
        return frozenset(
            column.name
            for column in self.columns
            if column.name in sent and not column.same(sent[column.name], shown[column.name])
        )

    def stated(self, sent: Mapping[str, Any], shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Keywords for the service, out of a pushed row and, where it leaves columns out, the row that stands."""
        whole = sent if shown is None else {**shown, **sent}
        issues: list[Issue] = []
        keywords: dict[str, Any] = {}
        for column in self.columns:
            try:
                value = column.stated(whole.get(column.name))
            except Problem as refused:
                issues.extend(refused.issues)
                continue
            if value is not LEFT_OUT:
                keywords[column.keyword] = value
        raise_all(issues)
        return keywords


class RecordTable(Table):
    """Records: named by the phone's id, superseded by a correction, withdrawn with a tombstone."""

    model: ClassVar[type[Record]]
    joined: ClassVar[tuple[str, ...]] = ()  # rows of other tables that it shows something of
    shown = (
        *Table.shown,
        Instant("recorded_at", "when it was entered"),
        Flag("own_entry", "entered by the man himself: only that can he edit or delete"),
        Text("source_system", "where it came from; empty: typed"),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        return self._standing(man).filter(revision__gt=since)

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        return {row.client_id: row for row in self._under.of(man.pk, [*ids])}

    @cached_property
    def _under(self) -> Kept[Any]:
        return Kept(lambda man, ids: self._standing(man).filter(client_id__in=ids), int, [str])

    def _standing(self, man: Patient | int) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model.objects.live().filter(patient=man)
        return rows.select_related(*self.joined) if self.joined else rows

    def frame(self, row: Record, man: Patient) -> dict[str, Any]:
        """What every record shows of itself."""
        return {
            "id": row.client_id,
            "revision": row.revision,
            "recorded_at": instant(row.recorded_at),
            "own_entry": row.recorded_by == str(Actor.user(man.user_id)) if man.user_id else False,
            "source_system": row.source_system,
        }


def instant(at: datetime | None) -> str | None:
    """RFC 3339, in the offset that it carries."""
    return None if at is None else at.isoformat()


def local(at: datetime, zone: str) -> str:
    """RFC 3339, in the offset of the zone that it was lived in."""
    return at.astimezone(ZoneInfo(zone)).isoformat()


def day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _uuids(ids: Collection[str]) -> list[str]:
    return [key for key in ids if _UUID.fullmatch(key)]


def _server_owned() -> Problem:
    return problem("", "server-owned", "This is written by the server alone. Leave it as it is.", kind="forbidden")
