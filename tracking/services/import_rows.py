"""A row of an import while it is looked at, and how it is kept: thousands in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tracking.domain.problems import Issue
from tracking.exchange.incoming import Line, as_stored, issue, kind_of
from tracking.models import ImportRow
from tracking.models.base import Record, new_uid
from tracking.models.imports import RowState
from tracking.services.bulk import insert_rows, update_rows

__all__ = ["ASKED", "AT_A_TIME", "Row", "duplicate", "in_steps", "keep", "keep_new", "refuse", "said"]

AT_A_TIME = 2_000
# What a person can answer, by the code of the question, and with which answer.
ASKED: Mapping[str, str] = {
    "analyte-unknown": "analyte",
    "unit-missing": "unit",
    "unit-unknown": "unit",
    "unit-in-question": "unit_confirmed",
    "value-unusual": "confirmed_reason",
    "dose-unusual": "confirmed_reason",
    "region-missing": "region",
    "region-unknown": "region",
    "another-person": "about_him",
    "differs-from-stored": "replace",
    "perhaps-there": "keep",
}
# The columns of a row that say what became of it, and the one that it is found by.
_KEPT = ("uid", "state", "why", "content", "answers", "answered_by", "stored_table", "stored_uid")


@dataclass(kw_only=True)
class Row:
    """The columns of an :class:`ImportRow`, without what an object of Django's costs."""

    patient_id: int
    batch_id: int
    number: int
    place: str
    source_id: str
    subject: dict[str, str]
    kind: str
    item: dict[str, Any] | None
    corrects: bool
    state: str
    why: list[dict[str, Any]]
    content: dict[str, Any] | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    answered_by: str = ""
    stored_table: str = ""
    stored_uid: UUID | None = None
    uid: UUID = field(default_factory=new_uid)

    @classmethod
    def of(cls, line: Line, number: int, *, patient_id: int, batch_id: int) -> Row:
        """A line of a file that nobody has looked at yet."""
        return cls(
            patient_id=patient_id,
            batch_id=batch_id,
            number=number,
            place=line.place[:200],
            source_id=line.source_id,
            subject=as_stored(line.subject),
            kind="" if line.item is None else kind_of(line.item),
            item=None if line.item is None else as_stored(line.item),
            corrects=line.corrects,
            state=RowState.EMPTY if line.empty else RowState.REFUSED if line.item is None else RowState.READY,
            why=[said(one) for one in line.why],
        )

    def became(self, stored: Record) -> None:
        self.state, self.why, self.content = RowState.STORED, [], None
        self.stored_table, self.stored_uid = type(stored).__name__, stored.uid


_COLUMNS = tuple(one.name for one in fields(Row))


def in_steps(rows: QuerySet[ImportRow]) -> Iterator[list[Row]]:
    """Rows by their number, so many in memory at a time, whatever becomes of them meanwhile."""
    above = 0
    while part := [Row(**said) for said in rows.filter(number__gt=above).order_by("number").values(*_COLUMNS)[:AT_A_TIME]]:
        yield part
        above = part[-1].number


def keep_new(rows: Sequence[Row]) -> None:
    insert_rows(ImportRow, [vars(row) for row in rows])


def keep(rows: Iterable[Row]) -> None:
    """Write what became of rows that are there: row by row it would take longer than storing them."""
    update_rows(ImportRow, [{name: vars(row)[name] for name in _KEPT} for row in rows])


def refuse(row: Row, issues: Iterable[Issue]) -> None:
    """Keep what stands against a row: a question where a person can answer all of it, else a refusal."""
    found = list(issues)
    answerable = all(one.code in ASKED for one in found)
    row.state, row.content = RowState.ASKS if answerable else RowState.REFUSED, None
    row.why = [said(one) for one in found]


def said(one: Issue) -> dict[str, Any]:
    """An issue as it is kept with a row; it is put into words, and translated, when it is shown."""
    params = {name: str(value) for name, value in one.params.items()}
    asks = {"asks": ASKED[one.code]} if one.code in ASKED else {}
    return {"pointer": one.pointer, "code": one.code, "text": one.text, "params": params, **asks}


def duplicate(row: Row, text: str) -> None:
    """Keep that what a row says is there already."""
    row.state = RowState.DUPLICATE
    row.why = [said(issue("", "duplicate", text))]
