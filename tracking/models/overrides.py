"""What prescribers set in place of the rulebook's numbers: floors and monitoring intervals, whose, why and until when."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from tracking.domain.ownership import Ownership
from tracking.models.base import DIGITS, RevisionedRow, keeps_history, new_uid
from tracking.models.people import Clinic, Prescriber


def _set_in_full(name: str) -> list[models.BaseConstraint]:
    """Every setting has a reason, and one that has ended says when and by whom."""
    return [
        models.CheckConstraint(condition=~Q(reason=""), name=f"{name}_has_a_reason"),
        models.CheckConstraint(
            # Not null is said, because a comparison with null lets a check pass.
            condition=Q(ended_at=None, ended_by="") | (Q(ended_at__isnull=False, ended_at__gte=F("set_at")) & ~Q(ended_by="")),
            name=f"{name}_ends_by_somebody",
        ),
    ]


class Setting(models.Model):
    """Something that a prescriber answers for. It counts through ``expires_on``, unless ended before."""

    set_by = models.ForeignKey(Prescriber, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    expires_on = models.DateField(null=True, blank=True, help_text="the last day on which it counts; empty: until it is ended")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True, default="", help_text="the actor who ended or replaced it")

    class Meta:
        abstract = True

    @property
    def whose(self) -> str:
        """Who answers for it, as a reader is told."""
        return str(self.set_by)

    def counts_on(self, day: date) -> bool:
        """Whether it counts on this local day, the clinic being let in."""
        return self.ended_at is None and (self.expires_on is None or day <= self.expires_on)


class SettingOfMan(Setting, RevisionedRow):
    """A setting for one man by a clinic. It counts while he lets that clinic in."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField(help_text="the last day on which it counts, in his zone")

    class Meta(RevisionedRow.Meta):
        abstract = True


@keeps_history
class FloorSetting(SettingOfMan):
    """A man's own floor, in pg/mL; one at a time per clinic."""

    ownership: ClassVar[Ownership] = Ownership(
        why="whose floor his estradiol was held against, why and until when", kept="as long as the account"
    )

    digits = models.CharField(max_length=24, help_text="pg/mL, as typed")

    class Meta(SettingOfMan.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *_set_in_full("floorsetting"),
            models.CheckConstraint(condition=Q(digits__regex=DIGITS), name="floorsetting_digits_are_a_number"),
            models.UniqueConstraint(
                fields=["patient", "clinic"], condition=Q(ended_at=None), name="floorsetting_one_active_per_clinic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digits} pg/mL"


@keeps_history
class IntervalSetting(SettingOfMan):
    """How often a clinic wants one kind of monitoring for a man, in months; one at a time per clinic and kind."""

    ownership: ClassVar[Ownership] = Ownership(
        why="who wanted him looked at more or less often, why and until when", kept="as long as the account"
    )

    kind = models.CharField(max_length=24)
    every_months = models.PositiveSmallIntegerField()

    class Meta(SettingOfMan.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *_set_in_full("intervalsetting"),
            models.CheckConstraint(condition=~Q(kind="") & Q(every_months__gte=1), name="intervalsetting_kind_and_months"),
            models.UniqueConstraint(
                fields=["patient", "clinic", "kind"],
                condition=Q(ended_at=None),
                name="intervalsetting_one_active_per_clinic_and_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} every {self.every_months} months"


class ClinicFloor(Setting):
    """A clinic's floor for the men in its care, in pg/mL, by version. Nothing of a man is in it.

    A version is never changed: the next one ends it.
    """

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="floors")
    digits = models.CharField(max_length=24, help_text="pg/mL, as typed")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *_set_in_full("clinicfloor"),
            models.CheckConstraint(condition=Q(digits__regex=DIGITS), name="clinicfloor_digits_are_a_number"),
            models.UniqueConstraint(fields=["clinic"], condition=Q(ended_at=None), name="clinicfloor_one_active"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(
                name="stays_as_it_was_set",
                operation=pgtrigger.Delete
                | pgtrigger.UpdateOf("uid", "clinic_id", "digits", "expires_on", "set_by_id", "set_at", "reason"),  # type: ignore[no-untyped-call]  # pgtrigger's
            )
        ]

    def __str__(self) -> str:
        return f"{self.digits} pg/mL"
