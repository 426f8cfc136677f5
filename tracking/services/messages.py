"""A laboratory's message, taken in and answered: whose it is, what of it was stored, and what the sender is told."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.exchange.hl7_ack import Answer, acknowledge
from tracking.exchange.hl7_results import FORMAT, is_result_message
from tracking.exchange.hl7_segments import Message, messages
from tracking.exchange.incoming import Form
from tracking.models import Patient
from tracking.models.imports import RowState
from tracking.services import imported, imports
from tracking.services.access import acting_as

__all__ = ["take", "unavailable"]

_TOLD = (RowState.STORED, RowState.DUPLICATE, RowState.ASKS, RowState.REFUSED, RowState.EMPTY)


def take(content: bytes, *, by: Actor, now: datetime) -> bytes:
    """Import one ORU^R01 for the man whose uid stands in PID-3, store what is ready, and return the ACK.

    AA: it is kept, with every row that it holds; rows that ask wait for his clinic. AR: it is no message, or none that is taken
    here. AE: it is about nobody here, or cannot be read. The same message again is the same import, and answered alike.
    """
    try:
        read = list(messages(content))
    except Problem as unreadable:
        return _answer(None, Answer.REJECTED, unreadable.issues[0].detail, now=now)
    first = read[0]
    if len(read) > 1:
        return _answer(first, Answer.REJECTED, "One message at a time.", now=now)
    if not is_result_message(first):
        return _answer(first, Answer.REJECTED, "Only ORU^R01 is taken here.", now=now)
    man = _man(first, by=by)
    if man is None:
        return _answer(first, Answer.ERROR, "PID-3 names no man of this system.", now=now)
    common: dict[str, Any] = {"patient": man, "by": by, "now": now, "staff": True}
    try:
        with acting_as(by):
            batch, _ = imports.receive(content=content, form=Form(zone=man.zone), named=FORMAT, **common)
            imports.commit(uid=batch.uid, **common)
            counted = imported.counts(batch, man)
    except Problem as refused:
        return _answer(first, Answer.ERROR, refused.issues[0].detail, now=now)
    told = ", ".join(f"{counted[state]} {state}" for state in _TOLD if counted[state])
    return _answer(first, Answer.ACCEPTED, told, now=now)


def unavailable(content: bytes, *, now: datetime) -> bytes:
    """AE for a message that could not be taken for no fault of its own: whoever sent it sends it again."""
    try:
        first = next(messages(content), None)
    except Problem:
        first = None
    return _answer(first, Answer.ERROR, "Not stored just now. Send it again later.", now=now)


def _man(message: Message, *, by: Actor) -> Patient | None:
    """Whose uid one of the identifiers is."""
    with acting_as(by):
        for segment in message.segments:
            if segment.name == "PID":
                for said in segment.repetitions(3):
                    try:
                        uid = UUID(said)
                    except ValueError:
                        continue
                    return Patient.objects.filter(uid=uid, is_statistical=False).first()
    return None


def _answer(message: Message | None, answer: Answer, text: str, *, now: datetime) -> bytes:
    return acknowledge(message, answer, text, now=now, control_id=secrets.token_hex(8))
