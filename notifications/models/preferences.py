"""When and how a man wants to be reminded."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from notifications.domain.doses import DOSE
from notifications.domain.hours import Hours
from notifications.domain.ways import Wishes
from notifications.models.base import RevisionedRow
from tracking.services.owned import Ownership, keeps_history


@keeps_history
class Preference(RevisionedRow):
    """When he wants to hear from us, and how. The inbox cannot be switched off: it disturbs nobody."""

    ownership: ClassVar[Ownership] = Ownership(
        why="reminders come at his hour, never in his quiet hours, and only by the ways he allows",
        kept="as long as the account",
        sync="preferences",
    )

    patient_id = models.BigIntegerField(unique=True)
    preferred_hour = models.PositiveSmallIntegerField(default=Hours().preferred_hour, help_text="0 to 23, in his time zone")
    quiet_from = models.TimeField(default=Hours().quiet_from, help_text="local time")
    quiet_until = models.TimeField(default=Hours().quiet_until, help_text="local time; equal ends: no quiet hours")
    by_email = models.BooleanField(default=True)
    channels = models.JSONField(default=dict, db_default={}, blank=True, help_text="ways by kind; the empty key is every other")
    digest = models.BooleanField(default=True, db_default=True, help_text="what is due at the same time goes out as one")
    paused_until = models.DateTimeField(null=True, blank=True, help_text="nothing before then, except what is time-critical")
    language = models.CharField(max_length=8, default="en", db_default="en")
    discreet = models.BooleanField(default=True, db_default=True, help_text="outside: that there is something, and no more")

    class Meta(RevisionedRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(preferred_hour__lte=23), name="preference_hour_0_to_23"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *RevisionedRow.Meta.indexes,
            models.Index(fields=["patient_id"], condition=Q(channels__has_key=DOSE), name="preference_wants_doses"),
        ]

    @property
    def hours(self) -> Hours:
        return Hours(self.preferred_hour, self.quiet_from, self.quiet_until)

    @property
    def wishes(self) -> Wishes:
        return Wishes(self.channels, frozenset() if self.by_email else frozenset({"email"}))
