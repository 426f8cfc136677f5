"""What was told to a clinic because nobody acted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from notifications.domain.stages import Level
from notifications.models.base import OwnedRow
from tracking.services.owned import Ownership, append_only


class Escalation(OwnedRow):
    """That so high up was told of this silence. The key (about, subject, occasion, level) makes a second telling impossible."""

    ownership: ClassVar[Ownership] = Ownership(
        why="who of his clinic was told that nobody acted, and when",
        kept="as long as the account",
        revisioned=False,
        append_only=True,
    )

    class About(models.TextChoices):
        RESPONSE = "response"
        OVERDUE = "overdue"
        UNREACHABLE = "unreachable"

    about = models.CharField(max_length=12, choices=About.choices)
    subject_id = models.BigIntegerField(help_text="the episode, or else the due item")
    occasion = models.CharField(max_length=40, help_text="which silence: the target that passed, the overdue date or the round")
    level = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["about", "subject_id", "occasion", "level"], name="escalation_once"),
            models.CheckConstraint(
                condition=Q(about__in=["response", "overdue", "unreachable"]), name="escalation_about_known"
            ),
            models.CheckConstraint(condition=Q(level__in=[level.value for level in Level]), name="escalation_level_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient_id", "at"], name="escalation_of_patient")]
        triggers = [append_only()]
