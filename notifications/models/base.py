"""What every row here has in common.

Men and due items are tracking's; they are known here by their numbers alone.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

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

# The longest name of an expected dose: its regimen, its day and its number.
OCCASION_LENGTH = 80
# A due item, or what has no row: an expected dose, a drug that runs out.
ONE_SUBJECT = Q(due_item_id__isnull=False, occasion="") | (Q(due_item_id=None) & ~Q(occasion=""))


class SpeaksOfOneThing(models.Model):
    """A row about a due item, or about an occasion: what is asked for and has no row (docs/adr/0034)."""

    patient_id: int
    due_item_id = models.BigIntegerField(null=True, blank=True)
    occasion = models.CharField(
        max_length=OCCASION_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="the dose or the drug, where it is no due item",
    )

    class Meta:
        abstract = True

    @property
    def subject(self) -> tuple[int, int | None, str]:
        return (self.patient_id, self.due_item_id, self.occasion)
