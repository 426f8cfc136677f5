"""Requests that were answered, so that the same once more is answered alike and stored once. No part of a man's record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracking.domain.actor import Actor
from tracking.models import AnsweredRequest, Patient, User
from tracking.services.access import acting_as

__all__ = ["KEPT", "Asked", "Given", "answer_to", "forget", "remember"]

# A phone that was offline for a weekend finds its answer; what is older is asked for anew.
KEPT = timedelta(hours=48)
FORGETTING = Actor.system("forgetting")
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What makes a request the same: whose it is, the method, the address and the key. The body has to be the same too."""

    account: User
    method: str
    route: str
    key: str

    @property
    def row(self) -> dict[str, Any]:
        return {"account": self.account, "method": self.method, "route": self.route, "key": self.key}


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was rendered. ``headers``: those of its own."""

    status: int
    headers: dict[str, str]
    answer: Any


def answer_to(asked: Asked, *, now: datetime) -> AnsweredRequest | None:
    """What was answered to it in the last 48 hours. One that is older is forgotten on the way, and its key is free."""
    row = AnsweredRequest.objects.filter(**asked.row).first()
    if row is not None and row.at <= now - KEPT:
        row.delete()
        return None
    return row


def remember(asked: Asked, given: Given, *, patient: Patient, body_digest: str, now: datetime) -> None:
    """Keep the answer, in the transaction that it is about."""
    AnsweredRequest.objects.create(
        **asked.row,
        patient=patient,
        body_digest=body_digest,
        status=given.status,
        headers=given.headers,
        answer=given.answer,
        at=now,
    )


def forget(*, now: datetime) -> int:
    """Take away what is older than 48 hours; how many there were. Safe to run twice and at once."""
    gone = 0
    while True:
        with acting_as(FORGETTING):
            old = list(AnsweredRequest.objects.filter(at__lte=now - KEPT).order_by("pk").values_list("pk", flat=True)[:_BATCH])
            gone += AnsweredRequest.objects.filter(pk__in=old).delete()[0]
        if len(old) < _BATCH:
            return gone
