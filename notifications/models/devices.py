"""Where push messages go."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from notifications.models.base import OwnedRow
from tracking.services.owned import Ownership


class Device(OwnedRow):
    """One installation of the app that he is signed in on. A new token is a new row; a removed one keeps no token.

    The same token under two men is a phone that changed hands: it belongs to whoever registered it last.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="where push messages for him go", kept="as long as the account; the token until it is removed", revisioned=False
    )

    class Kind(models.TextChoices):
        """What FCM calls the value: a registration token, or the installation's id that is to replace it."""

        TOKEN = "token"  # noqa: S105  the name of a kind
        FID = "fid"

    class Platform(models.TextChoices):
        ANDROID = "android"
        IOS = "ios"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=512, blank=True, default="")
    platform = models.CharField(max_length=8, choices=Platform.choices)
    registered_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_why = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient_id", "kind", "value"], condition=Q(removed_at=None), name="device_once_per_man"
            ),
            models.CheckConstraint(
                condition=(Q(removed_at=None, removed_why="") & ~Q(value="")) | (Q(removed_at__isnull=False, value="")),
                name="device_has_a_token_until_removed",
            ),
            models.CheckConstraint(condition=Q(kind__in=["token", "fid"]), name="device_kind_known"),
            models.CheckConstraint(condition=Q(platform__in=["android", "ios"]), name="device_platform_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient_id"], condition=Q(removed_at=None), name="device_of_patient"),
            models.Index(fields=["value"], condition=Q(removed_at=None), name="device_by_token"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(
                name="removed_stays_removed", operation=pgtrigger.Update, condition=pgtrigger.Q(old__removed_at__isnull=False)
            )
        ]
