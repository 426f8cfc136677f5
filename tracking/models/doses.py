"""What he is to take, when he paused it, and what he took."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from tracking.domain.amounts import DOSE_UNITS
from tracking.domain.categories import Category
from tracking.domain.history import DoseKind, Origin
from tracking.domain.ownership import Ownership
from tracking.models.base import DIGITS, HOW_IT_STANDS, Record, TimedRecord, keeps_history, stated_once


@keeps_history
class Regimen(Record):
    """One version of one drug's plan, from ``starts_on`` until before ``ends_on``. A change of dose is a new version.

    The database refuses two that overlap for the same man, drug and origin (see migration 0002).
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="which doses were in force when blood was drawn",
        kept="as long as the account",
        sync="regimens",
        category=Category.DOSES,
    )

    drug = models.CharField(max_length=40)
    dose_digits = models.CharField(
        max_length=24, help_text="one dose of the product, as written; where they differ, the largest"
    )
    dose_unit = models.CharField(max_length=8, default="mg", db_default="mg")
    strength_digits = models.CharField(
        max_length=24,
        blank=True,
        default="",
        db_default="",
        help_text="of one tablet, in the unit of the dose; empty: not stated",
    )
    schedule = models.JSONField()
    origin = models.CharField(max_length=10, choices=[(o.value, o.value) for o in Origin])
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="the first day on which it no longer holds")
    zone = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True, default="", help_text="why it was started or changed")
    end_reason = models.CharField(max_length=200, blank=True, default="")
    review_on = models.DateField(null=True, blank=True, help_text="planned review")
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="next_versions")
    confirmed_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta(Record.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=Q(dose_digits__regex=DIGITS), name="regimen_dose_is_a_number"),
            models.CheckConstraint(condition=Q(dose_unit__in=DOSE_UNITS), name="regimen_dose_unit_known"),
            models.CheckConstraint(
                condition=Q(strength_digits="") | Q(strength_digits__regex=DIGITS), name="regimen_strength_is_a_number"
            ),
            models.CheckConstraint(condition=Q(origin__in=list(Origin)), name="regimen_origin_known"),
            models.CheckConstraint(condition=~Q(zone="") & ~Q(drug=""), name="regimen_zone_and_drug_stated"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="regimen_ends_after_start"),
            models.UniqueConstraint(
                fields=["patient", "drug", "origin"],
                condition=Q(ends_on=None, superseded_at=None, withdrawn_at=None),
                name="regimen_one_open_per_drug_and_origin",
            ),
        ]


@keeps_history
class RegimenPause(Record):
    """Days on which a regimen is not in force, from ``starts_on`` until before ``ends_on``; ended on its first day it is none.

    The database refuses two that overlap in one regimen (see migration 0011_dosing). It goes on under its key until he resumes.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="when a regimen was not in force, so that no dose is expected or assumed then",
        kept="as long as the account",
        sync="regimen_pauses",
        category=Category.DOSES,
    )

    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="pauses")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="the first day on which the regimen holds again")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta(Record.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="regimenpause_ends_after_start"
            ),
        ]


@keeps_history
class DoseEvent(TimedRecord):
    """One dose taken, skipped, late or extra, at a moment. Corrections supersede."""

    ownership: ClassVar[Ownership] = Ownership(
        why="what he really took, and how long before a draw",
        kept="as long as the account",
        sync="dose_events",
        category=Category.DOSES,
    )

    drug = models.CharField(max_length=40)
    regimen = models.ForeignKey(Regimen, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in DoseKind])
    amount_digits = models.CharField(max_length=24, blank=True, default="", help_text="empty for a skipped dose")
    amount_unit = models.CharField(max_length=8, default="mg", db_default="mg")
    site = models.CharField(max_length=40, blank=True, default="")
    confirmed_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta(TimedRecord.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*TimedRecord.Meta.triggers, stated_once(*HOW_IT_STANDS)]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TimedRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=list(DoseKind)), name="doseevent_kind_known"),
            models.CheckConstraint(condition=Q(amount_unit__in=DOSE_UNITS), name="doseevent_amount_unit_known"),
            models.CheckConstraint(
                condition=Q(kind=DoseKind.SKIPPED, amount_digits="")
                | (~Q(kind=DoseKind.SKIPPED) & Q(amount_digits__regex=DIGITS)),
                name="doseevent_amount_unless_skipped",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *TimedRecord.Meta.indexes,
            models.Index(
                fields=["patient", "drug", "-at"], condition=Q(superseded_at=None, withdrawn_at=None), name="doseevent_log"
            ),
        ]
