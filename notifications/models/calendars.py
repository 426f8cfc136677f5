"""Addresses under which calendar programs read what is due."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from notifications.models.base import OwnedRow
from tracking.services.owned import Ownership


class CalendarFeed(OwnedRow):
    """An address that he was given. A man has one that stands; a withdrawn one never lets in again and keeps nothing."""

    ownership: ClassVar[Ownership] = Ownership(
        why="the address that his calendar reads, known here by a hash alone",
        kept="as long as the account; the hash until it is withdrawn",
        revisioned=False,
    )

    token_hash = models.CharField(max_length=64, blank=True, default="", help_text="SHA-256, hexadecimal; empty: withdrawn")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient_id"], condition=Q(withdrawn_at=None), name="calendarfeed_one_stands"),
            models.UniqueConstraint(fields=["token_hash"], condition=~Q(token_hash=""), name="calendarfeed_by_token"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, token_hash__regex="^[0-9a-f]{64}$")  # noqa: S106  a pattern
                | Q(withdrawn_at__isnull=False, token_hash=""),
                name="calendarfeed_has_a_hash_until_withdrawn",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient_id"], name="calendarfeed_of_patient")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(
                name="withdrawn_stays_withdrawn",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            )
        ]
