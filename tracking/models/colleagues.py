"""How somebody comes to work in a clinic: by a letter of one of its administrators."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from tracking.models.base import new_uid, stated_once
from tracking.models.people import Clinic, Prescriber
from tracking.models.sharing import DIGEST


class ColleagueInvitation(models.Model):
    """A letter with a link, by which whoever holds the mailbox joins the clinic, once. Of the link only the digest is kept."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="colleague_invitations")
    made_by = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(max_length=254, help_text="where the letter went")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    member = models.ForeignKey(Prescriber, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(used_at=None, member=None)
                | Q(used_at__isnull=False, used_at__lt=F("expires_at"), member__isnull=False, withdrawn_at=None),
                name="colleagueinvitation_used_in_time_by_a_member",
            ),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="colleagueinvitation_keeps_a_digest"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="colleagueinvitation_email_in_lower_case"),
            models.UniqueConstraint(
                fields=["clinic", "email"],
                condition=Q(used_at=None, withdrawn_at=None),
                name="colleagueinvitation_one_open_per_address",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stated_once("withdrawn_at", "used_at", "member")]

    def __str__(self) -> str:
        return f"{self.email} to {self.clinic}"
