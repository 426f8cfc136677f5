"""What was said to a man: in the app, and out of the house."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from notifications.models.base import OwnedRow, RevisionedRow
from notifications.models.reminders import Reminder
from tracking.services.owned import Ownership


class Delivery(OwnedRow):
    """A reminder on its way out of the house. No part of the record: no revision, and nobody locks the man for it."""

    ownership: ClassVar[Ownership] = Ownership(
        why="what was handed to which provider and what became of it",
        kept="as long as the account",
        revisioned=False,
    )

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        REFUSED = "refused"
        UNKNOWN = "unknown"
        DEAD = "dead"

    reminder = models.OneToOneField(Reminder, on_delete=models.PROTECT, related_name="delivery")
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sending_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True, default="")
    last_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(channel__in=["email"]), name="delivery_leaves_the_house"),
            models.CheckConstraint(
                condition=Q(state="queued", sending_since=None, ended_at=None)
                | Q(state="sending", sending_since__isnull=False, ended_at=None, attempts__gte=1)
                | Q(state__in=["sent", "refused", "unknown"], sending_since=None, ended_at__isnull=False, attempts__gte=1)
                | Q(state="dead", sending_since=None, ended_at__isnull=False),
                name="delivery_state_is_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="queued"), name="delivery_to_send"),
            models.Index(fields=["sending_since"], condition=Q(state="sending"), name="delivery_in_hand"),
            models.Index(fields=["patient_id"], name="delivery_of_patient"),
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


class InboxMessage(RevisionedRow):
    """What he finds in the app. Written together with the claim: exactly once, always."""

    ownership: ClassVar[Ownership] = Ownership(
        why="what the app told him, in the words it used", kept="as long as the account", sync="inbox"
    )

    reminder = models.OneToOneField(Reminder, on_delete=models.PROTECT, related_name="inbox_message")
    title = models.CharField(max_length=120)
    body = models.CharField(max_length=400)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta(RevisionedRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(read_at=None) | Q(read_at__gte=F("created_at")), name="inboxmessage_read_after_written"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *RevisionedRow.Meta.indexes,
            models.Index(fields=["patient_id", "-id"], name="inboxmessage_newest"),
        ]
