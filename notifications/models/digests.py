"""What prescribers were told of their day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from notifications.models.outgoing import Outgoing
from tracking.services.owned import new_uid


class StaffDigest(Outgoing):
    """One e-mail to one prescriber on one day of his clinic. It is written when it is sent, so it holds nothing of any man."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    recipient_id = models.BigIntegerField(help_text="the account of the prescriber")
    day = models.DateField(help_text="the day in the zone of his clinic")
    worth_until = models.DateTimeField(help_text="the end of that day")

    class Meta(Outgoing.Meta):
        abstract = False
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(fields=["recipient_id", "day"], name="staffdigest_once_a_day"),
        ]
