"""Looking at the rows of an import, some thousands in memory at a time; what is seen is kept with each.

A look holds until something changes that it went by; whoever stores looks again where it does not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tracking.domain.actor import Actor
from tracking.evidence import load_rulebook
from tracking.exchange.incoming import Line
from tracking.models import ImportBatch, Patient
from tracking.services.import_judge import Judge, Looked
from tracking.services.import_rows import AT_A_TIME, Row, keep, keep_new
from tracking.services.imported import rows_of

__all__ = ["Look"]


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at the rows of an import into whose record, and when. Its methods are called holding the man's lock."""

    man: Patient
    batch: ImportBatch
    by: Actor
    now: datetime
    staff: bool

    def at_lines(self, lines: Sequence[Line]) -> None:
        """Say of every line of a file what is to become of it, and keep that with what the line says."""
        judge = self.judge(people=_people((line.subject.id, line.subject.name) for line in lines))
        his = {"patient_id": self.man.pk, "batch_id": self.batch.pk}
        asked: list[Looked] = []
        for start in range(0, len(lines), AT_A_TIME):
            rows = []
            for number, line in enumerate(lines[start : start + AT_A_TIME], start + 1):
                row = Row.of(line, number, **his)
                asked += judge.look(row, line.item)
                rows.append(row)
            keep_new(rows)
        keep(judge.ask_about_units(asked))
        self._remember()

    def again(self, steps: Iterable[Sequence[Row]]) -> None:
        """The same of rows that were read before, and keep them. They are to be all that could be stored."""
        judge = self.judge()
        asked: list[Looked] = []
        for rows in steps:
            for row in rows:
                asked += judge.look(row)
            keep(rows)
        keep(judge.ask_about_units(asked))
        self._remember()

    def holds(self) -> bool:
        """Whether all that could be stored was looked at like this, and nothing has changed that such a look goes by.

        That is his record and himself (his revision), the rules, and whose entry it is. What lay in the past then still does.
        """
        return self.batch.looked_by == self._mark()

    def judge(self, *, people: int | None = None) -> Judge:
        """``people``: how many the file is about, where that is known already."""
        if people is None:
            subjects = rows_of(self.batch, self.man).order_by().values_list("subject", flat=True).distinct()
            people = _people((subject["id"], subject["name"]) for subject in subjects)
        return Judge(self.man, self.batch, people=people, by=self.by, now=self.now, staff=self.staff, rulebook=load_rulebook())

    def _mark(self) -> str:
        return f"{self.man.revision} {load_rulebook().version} {self.by}{' as staff' if self.staff else ''}"

    def _remember(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            (this_transaction,) = cursor.fetchone()
        # Where this transaction wrote to his record before, it may do so again under the same revision.
        self.batch.looked_by = "" if self.man.revision_xact == this_transaction else self._mark()
        self.batch.save(update_fields=["looked_by"])


def _people(named: Iterable[tuple[str, str]]) -> int:
    """How many people a file is about, as far as it names them, by id or else by name."""
    return len({uid or name for uid, name in named if uid or name})
