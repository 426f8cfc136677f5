"""A FHIR transaction: the import pipeline with all of it stored, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.problems import Issue, Problem
from tracking.exchange.fhir_bundle import FORMAT
from tracking.exchange.fhir_transaction import Asked, read_transaction
from tracking.exchange.incoming import Form
from tracking.models import ImportRow, Patient
from tracking.models.imports import RowState
from tracking.services import imported, imports
from tracking.services.access import acting_as

__all__ = ["Became", "take_in"]


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one entry. ``rows``: the lines read of it, none where it is part of another entry's scan.

    ``is_new``: it was stored by this request.
    """

    asked: Asked
    rows: tuple[ImportRow, ...]
    is_new: bool


def take_in(*, patient: Patient, by: Actor, now: datetime, content: bytes) -> list[Became]:
    """Take a transaction Bundle in, and say of each entry what became of it, in their order.

    All of it is stored, in one transaction with one evaluation, or nothing and a :class:`Problem` that names every entry which
    was refused or asks. A repeat, by identifier or by content, stores nothing again.
    """
    asked = read_transaction(content)
    with acting_as(by):
        # A row that asks can be answered where files come in, so the refusal says where; nothing of this request stays.
        batch, _ = imports.receive(patient=patient, by=by, now=now, content=content, form=Form(zone=patient.zone), named=FORMAT)
        before = set(imported.rows_of(batch, patient).filter(state=RowState.STORED).values_list("pk", flat=True))
        imports.commit(patient=patient, uid=batch.uid, by=by, now=now)
        rows = list(imported.rows_of(batch, patient).order_by("number"))
        places = {one.place: number for number, one in enumerate(asked)}
        of: dict[int, list[ImportRow]] = {}
        for row in rows:
            for place in (row.place, *(row.item or {}).get("parts", ())):
                number = places.get(place, places.get(place.partition(", component ")[0].partition(", dosage ")[0]))
                if number is not None:
                    of.setdefault(number, []).append(row)
        _refuse(of)
        return [_became(one, of.get(number, []), before) for number, one in enumerate(asked)]


def _became(one: Asked, rows: list[ImportRow], before: set[int]) -> Became:
    return Became(one, tuple(rows), any(row.state == RowState.STORED and row.pk not in before for row in rows))


def _refuse(of: dict[int, list[ImportRow]]) -> None:
    """Raise where any row could not be stored."""
    issues = []
    for number, rows in sorted(of.items()):
        for row in rows:
            if row.state in (RowState.ASKS, RowState.REFUSED):
                issues += [_issue(number, why) for why in row.why]
    if issues:
        raise Problem(*issues)


def _issue(number: int, why: dict[str, Any]) -> Issue:
    text = why["text"]
    if "asks" in why:
        text += " A transaction cannot be asked: send it as an import, and answer there."
    return Issue(f"/entry/{number}", why["code"], text, why["params"])
