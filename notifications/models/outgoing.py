"""What every message on its way out of the house goes through, whomever it is for."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

import pgtrigger
from django.db import models
from django.db.models import Q


class Outgoing(models.Model):
    """A row of an outbox: its state, when it is tried next, and what became of it. What ended stays ended."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        REFUSED = "refused"
        UNKNOWN = "unknown"
        DEAD = "dead"

    uid: models.UUIDField[UUID, UUID]

    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sending_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True, default="")
    last_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state="queued", sending_since=None, ended_at=None)
                | Q(state="sending", sending_since__isnull=False, ended_at=None, attempts__gte=1)
                | Q(state__in=["sent", "refused", "unknown"], sending_since=None, ended_at__isnull=False, attempts__gte=1)
                | Q(state="dead", sending_since=None, ended_at__isnull=False),
                name="%(class)s_state_is_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="queued"), name="%(class)s_to_send"),
            models.Index(fields=["sending_since"], condition=Q(state="sending"), name="%(class)s_in_hand"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(
                name="ended_stays_ended",
                field="state",
                transitions=[
                    ("queued", "sending"),
                    ("queued", "dead"),
                    *(("sending", to) for to in ("queued", "sent", "refused", "unknown", "dead")),
                ],
            )
        ]
