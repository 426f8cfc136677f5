"""How a clinic is let in, and how somebody without an account here reads: codes, invitations and tokens.

Of every secret only the digest is kept.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from tracking.domain.categories import Category
from tracking.domain.ownership import Ownership
from tracking.models.base import OwnedRow, new_uid, stated_once
from tracking.models.people import CareRelationship, Clinic, Prescriber, scope_is_whole

DIGEST = r"^[0-9a-f]{64}$"


class ShareCodeQuerySet(models.QuerySet["ShareCode"]):
    def open(self) -> ShareCodeQuerySet:
        """Neither used nor taken back. Whether it still holds is a matter of the clock."""
        return self.filter(used_at=None, withdrawn_at=None)


class ShareCode(OwnedRow):
    """A code that a man made, with which one clinic lets itself in, once."""

    ownership: ClassVar[Ownership] = Ownership(
        why="which clinic he let in by a code, for what, and that a code is used once",
        kept="as long as the account",
        revisioned=False,
        category=Category.OWN,
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.JSONField(default=list, help_text="categories he shares; empty means all")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.CharField(max_length=64, blank=True, default="", help_text="the actor who redeemed it")
    care = models.ForeignKey(CareRelationship, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ShareCodeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(used_at=None, withdrawn_at=None), name="sharecode_one_open_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None, used_by="", care=None)
                | (Q(used_at__lte=F("expires_at"), care__isnull=False, withdrawn_at=None) & ~Q(used_by="")),
                name="sharecode_used_in_time_by_somebody",
            ),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="sharecode_keeps_a_digest"),
            models.CheckConstraint(condition=scope_is_whole(), name="sharecode_scope_known"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stated_once("withdrawn_at", "used_at", "used_by", "care")]


class Invitation(models.Model):
    """A code that a clinic made, with which one man lets it in, once. It names no man."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="invitations")
    made_by = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(used_at__lte=F("expires_at"), withdrawn_at=None), name="invitation_used_in_time"
            ),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="invitation_keeps_a_digest"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stated_once("withdrawn_at", "used_at")]

    def __str__(self) -> str:
        return f"{self.clinic}, {self.made_at:%Y-%m-%d %H:%M}"


class ReadToken(OwnedRow):
    """Somebody to whom a man gave a key that reads some of his record, until a day."""

    ownership: ClassVar[Ownership] = Ownership(
        why="who may read his record without an account here, what of it, and until when",
        kept="as long as the account",
        revisioned=False,
        category=Category.OWN,
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80, help_text="whom he gave it to, in his words")
    scope = models.JSONField(help_text="categories it reads")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="readtoken_holds_for_a_while"),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="readtoken_keeps_a_digest"),
            models.CheckConstraint(condition=~Q(label=""), name="readtoken_says_for_whom"),
            models.CheckConstraint(condition=scope_is_whole() & ~Q(scope=[]), name="readtoken_names_what_it_reads"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient", "-made_at"], name="readtoken_of_patient")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stated_once("last_used_at", "revoked_at")]
