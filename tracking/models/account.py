"""The end and the whole of an account: everything to take away, and nothing left behind."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from tracking.domain.categories import Category
from tracking.domain.ownership import Erasure, Ownership
from tracking.models.base import OwnedRow, new_uid, stated_once


class AccountExport(OwnedRow):
    """An archive of all that is kept about him. It lies in the database, which every process reaches, and only for a while."""

    ownership: ClassVar[Ownership] = Ownership(
        why="the archive that he asked for, until he has fetched it",
        kept="the archive for some days; that he asked, as long as the account",
        exported=False,
        revisioned=False,
        category=Category.OWN,
    )

    class State(models.TextChoices):
        ASKED = "asked"
        READY = "ready"
        FAILED = "failed"
        GONE = "gone"

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.ASKED)
    percent = models.PositiveSmallIntegerField(default=0, help_text="how far it has come")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when it was ready, or failed")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="until when it can be fetched")
    archive = models.BinaryField(null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient"], condition=Q(state="asked"), name="accountexport_one_at_a_time"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="accountexport_percent_is_one"),
            models.CheckConstraint(
                condition=Q(state="ready", archive__isnull=False, expires_at__isnull=False, ended_at__isnull=False)
                | Q(state="asked", archive=None, ended_at=None)
                | Q(state__in=["failed", "gone"], archive=None, ended_at__isnull=False),
                name="accountexport_state_is_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="accountexport_to_clear")
        ]


class ErasureRequestQuerySet(models.QuerySet["ErasureRequest"]):
    def standing(self) -> ErasureRequestQuerySet:
        """Neither cancelled nor done."""
        return self.filter(cancelled_at=None, done_at=None)


class ErasureRequest(OwnedRow):
    """That a man asked for his account to be erased, and what became of it. What it leaves is how many rows went from where."""

    ownership: ClassVar[Ownership] = Ownership(
        why="shows that he asked for the erasure, when it was done and how much it took",
        kept="six years after the erasure, without health data",
        erasure=Erasure.SKELETON,
        revisioned=False,
        category=Category.OWN,
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="until then signing in cancels it")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    erased = models.JSONField(default=dict, blank=True, help_text="rows that went, by table")

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient"], condition=Q(cancelled_at=None), name="erasurerequest_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(cancelled_at=None, done_at__gte=F("due_at")), name="erasurerequest_not_before_due"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=Q(cancelled_at=None, done_at=None), name="erasurerequest_due")
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stated_once("cancelled_at", "done_at", "erased")]
