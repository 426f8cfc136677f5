"""What every row here has in common.

Men and due items are tracking's; they are known here by their numbers alone.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from tracking.services.owned import Ownership, new_uid, stamps_revision


class OwnedRow(models.Model):
    """A row of one man. ``id`` stays inside; ``uid`` is its name outside."""

    ownership: ClassVar[Ownership]

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    patient_id = models.BigIntegerField()

    class Meta:
        abstract = True


class RevisionedRow(OwnedRow):
    """A row that phones pull: it carries the revision of the transaction that touched it last."""

    revision = models.BigIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stamps_revision()]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient_id", "revision"], name="%(class)s_revision")]


# The way that is always taken; every other one is a module of `notifications.channels`.
INBOX = "inbox"
WAY_LENGTH = 8
