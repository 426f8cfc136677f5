"""When a regimen was not in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from tracking.domain.history import Origin
from tracking.domain.problems import Problem, problem
from tracking.models import Patient, RegimenPause
from tracking.services import pauses
from tracking.sync.columns import Day, Text
from tracking.sync.table import DELETED_ON_PHONE, Act, RecordTable, day

__all__ = ["RegimenPauses"]

_COLUMN_OF = {"/from_date": "/starts_on", "/until": "/ends_on", "/on": "/ends_on"}


class RegimenPauses(RecordTable):
    """Days on which a regimen of his own is not in force. Setting an end resumes it; nothing else of a pause changes."""

    model = RegimenPause
    parent = "regimens"
    joined = ("regimen",)
    columns = (
        Text("regimen_id", "the regimen that is paused", required=True, most=36),
        Day("starts_on", required=True),
        Day("ends_on", "the first day on which the regimen holds again; null: until he resumes"),
        Text("reason", most=200),
    )

    def render(self, row: RegimenPause, man: Patient) -> dict[str, Any]:
        return {
            **self.frame(row, man),
            "regimen_id": row.regimen.client_id if row.regimen.withdrawn_at is None else None,
            "starts_on": day(row.starts_on),
            "ends_on": day(row.ends_on),
            "reason": row.reason,
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        sent = {"key": stated["regimen_id"], "from_date": stated["starts_on"], "reason": stated.get("reason", "")}
        with _in_columns():
            pauses.pause(**_said(act), client_id=key, until=stated.get("ends_on"), **sent)

    def edit(self, act: Act, row: RegimenPause, stated: dict[str, Any], differing: Collection[str]) -> bool:
        ends_on: Any = stated.get("ends_on")
        # Within its own days no other pause of this regimen is, so that this one is the one that is ended.
        is_earlier = ends_on is not None and row.starts_on <= ends_on < (row.ends_on or date.max)
        if not is_earlier or set(differing) != {"ends_on"}:
            text = "Of a pause only an earlier end can be set. Delete it, and enter it anew under a new id."
            raise problem("/ends_on", "pause-fixed", text)
        with _in_columns():
            pauses.resume(key=row.regimen.client_id, on=ends_on, **_said(act))
        return True

    def remove(self, act: Act, row: RegimenPause) -> bool:
        pauses.withdraw(key=row.client_id, reason=DELETED_ON_PHONE, **_said(act))
        return True


def _said(act: Act) -> dict[str, Any]:
    return {"patient": act.man, "by": act.by, "now": act.now, "origin": Origin.SELF}


@contextmanager
def _in_columns() -> Iterator[None]:
    """What the service refuses, said of the columns of the phone."""
    try:
        yield
    except Problem as refused:
        issues = [replace(issue, pointer=_COLUMN_OF.get(issue.pointer, issue.pointer)) for issue in refused.issues]
        raise Problem(*issues, kind=refused.kind) from refused
