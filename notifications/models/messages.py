"""What was said: to a man in the app, and out of the house to him or to those who look after him."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from notifications.models.base import INBOX, WAY_LENGTH, OwnedRow, RevisionedRow
from notifications.models.devices import Device
from notifications.models.escalations import Escalation
from notifications.models.outgoing import Outgoing
from notifications.models.reminders import Reminder
from tracking.services.owned import Ownership


class Delivery(OwnedRow, Outgoing):
    """A message on its way out of the house. No part of the record: no revision, and nobody locks the man for it.

    It speaks of a reminder and those that ride along with it, or of an escalation to one person of the clinic. ``device``: the
    one it goes to, where the way has several targets.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="what was handed to which provider and what became of it",
        kept="as long as the account",
        revisioned=False,
    )

    reminder = models.ForeignKey(Reminder, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries")
    escalation = models.ForeignKey(Escalation, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries")
    recipient_id = models.BigIntegerField(null=True, blank=True, help_text="the account of the clinic that it goes to")
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=WAY_LENGTH)

    class Meta(Outgoing.Meta):
        abstract = False
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(channel__in=["", INBOX]), name="delivery_leaves_the_house"),
            models.UniqueConstraint(
                fields=["reminder", "channel", "device"],
                condition=Q(reminder__isnull=False),
                name="delivery_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["escalation", "recipient_id"], condition=Q(escalation__isnull=False), name="delivery_once_a_person"
            ),
            models.CheckConstraint(
                condition=Q(reminder__isnull=False, escalation=None, recipient_id=None)
                | Q(reminder=None, escalation__isnull=False, recipient_id__isnull=False, device=None),
                name="delivery_is_about_one_thing",
            ),
            *Outgoing.Meta.constraints,
        ]
        indexes: ClassVar[list[models.Index]] = [
            *Outgoing.Meta.indexes,
            models.Index(fields=["patient_id"], name="delivery_of_patient"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="delivery_ended"),
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
