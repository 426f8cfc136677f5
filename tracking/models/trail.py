"""What is kept about the record itself: who read it, and what phones must drop."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from tracking.domain.categories import Category
from tracking.domain.ownership import Erasure, Ownership
from tracking.models.base import OwnedRow, RevisionedRow, append_only, new_uid


class AccessEvent(RevisionedRow):
    """Somebody other than the man looked at his record: a visit of staff of 30 minutes, or one reading by a token.

    ``token_uid`` is no foreign key: what a token has read is kept when the token is erased.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="lets him see who read his record",
        kept="six years, also after an erasure, without health data",
        erasure=Erasure.SKELETON,
        sync="access_log",
        append_only=True,
        category=Category.DOOR,
    )

    user = models.ForeignKey("tracking.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    token_uid = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()
    through = models.CharField(max_length=20, help_text="api, admin, token")
    what = models.CharField(max_length=80, help_text="the first thing opened in this visit")

    class Meta(RevisionedRow.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *RevisionedRow.Meta.indexes,
            models.Index(fields=["patient", "user", "-at"], name="accessevent_visit"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, token_uid=None) | Q(user=None, token_uid__isnull=False),
                name="accessevent_by_one",
            )
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*RevisionedRow.Meta.triggers, append_only()]


class Tombstone(OwnedRow):
    """A row that phones must drop. It lives as long as the account, because a phone may be away that long."""

    ownership: ClassVar[Ownership] = Ownership(
        why="tells a phone that was away what to drop",
        kept="as long as the account, and after an erasure",
        erasure=Erasure.SKELETON,
        exported=False,
        revisioned=False,
        append_only=True,
    )

    table = models.CharField(max_length=40, help_text="its name in the phone contract")
    client_id = models.CharField(max_length=36)
    revision = models.BigIntegerField(default=0, editable=False)

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*RevisionedRow.Meta.triggers, append_only()]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient", "revision"], name="tombstone_revision")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "table", "client_id", "revision"], name="tombstone_once")
        ]


class SyncLife(OwnedRow):
    """From this revision on his numbers are of another life: a backup was put back, and what phones knew before is void.

    The revision leaps there, so that a number of the old life is recognised by itself. Without a row he is in his first life.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="tells a phone that knew what a restore has lost to pull everything again",
        kept="as long as the account",
        exported=False,
        revisioned=False,
        append_only=True,
    )

    token = models.UUIDField(default=new_uid, unique=True, editable=False)
    began_at_revision = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=64)

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = [append_only()]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "began_at_revision"], name="synclife_begins_once")
        ]
