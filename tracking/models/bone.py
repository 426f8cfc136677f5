"""Bone: scans with their sites, fractures, risk factors."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from tracking.domain.categories import Category
from tracking.domain.ownership import Ownership
from tracking.models.base import DIGITS, HOW_IT_STANDS, SCORE, Record, RevisionedRow, TimedRecord, keeps_history, stated_once


@keeps_history
class DexaScan(Record):
    """One visit to a scanner."""

    ownership: ClassVar[Ownership] = Ownership(
        why="bone density and its change, on the scanner that measured it",
        kept="as long as the account",
        sync="dexa_scans",
        category=Category.SCANS,
    )

    scanned_on = models.DateField()
    facility = models.CharField(max_length=120, blank=True, default="")
    device = models.CharField(max_length=120, blank=True, default="", help_text="model and serial number; empty if not stated")
    reference = models.CharField(max_length=120, blank=True, default="", help_text="reference database behind the scores")
    scanner_changed = models.BooleanField(
        default=False, db_default=False, help_text="the facility moved or replaced the scanner since the visit before"
    )
    confirmed_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta(Record.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Record.Meta.triggers, stated_once(*HOW_IT_STANDS)]


@keeps_history
class DexaSite(RevisionedRow):
    """One measured region of a scan. The patient stands here too, so that each row shows its owner by itself."""

    ownership: ClassVar[Ownership] = Ownership(
        why="the measurements of a scan",
        kept="as long as the account",
        category=Category.SCANS,
    )

    scan = models.ForeignKey(DexaScan, on_delete=models.PROTECT, related_name="sites")
    region = models.CharField(max_length=20)
    side = models.CharField(max_length=8, blank=True, default="")
    vertebrae = models.CharField(max_length=20, blank=True, default="")
    bmd_digits = models.CharField(max_length=24, help_text="as reported")
    bmd_unit = models.CharField(max_length=10, default="g/cm2")
    t_score = models.CharField(max_length=8, blank=True, default="", help_text="as reported: -2.6 stays -2.6")
    z_score = models.CharField(max_length=8, blank=True, default="", help_text="as reported")
    lsc_digits = models.CharField(
        max_length=24, blank=True, default="", help_text="the facility's least significant change, g/cm2; empty: not recorded"
    )

    class Meta(RevisionedRow.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*RevisionedRow.Meta.triggers, stated_once("revision")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(bmd_digits__regex=DIGITS), name="dexasite_bmd_is_a_number"),
            models.CheckConstraint(condition=Q(lsc_digits="") | Q(lsc_digits__regex=DIGITS), name="dexasite_lsc_is_a_number"),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: ""}) | Q(**{f"{name}__regex": SCORE}), name=f"dexasite_{name}_is_a_number"
                )
                for name in ("t_score", "z_score")
            ),
            models.UniqueConstraint(fields=["scan", "region", "side", "vertebrae"], name="dexasite_once_per_scan"),
        ]


@keeps_history
class Fracture(TimedRecord):
    """A fracture as a dated event."""

    ownership: ClassVar[Ownership] = Ownership(
        why="a fracture outweighs every figure",
        kept="as long as the account",
        sync="fractures",
        category=Category.SCANS,
    )

    site = models.CharField(max_length=40)
    fragility = models.BooleanField(null=True, blank=True, help_text="from standing height or less; empty: not stated")

    class Meta(TimedRecord.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*TimedRecord.Meta.triggers, stated_once(*HOW_IT_STANDS)]


@keeps_history
class RiskFactor(Record):
    """A condition that bears on bone, and since when: a risk factor, or one that is kept beside them and not counted."""

    ownership: ClassVar[Ownership] = Ownership(
        why="decides how often bone is looked at",
        kept="as long as the account",
        sync="risk_factors",
        category=Category.SCANS,
    )

    code = models.CharField(max_length=40)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta(Record.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Record.Meta.triggers, stated_once(*HOW_IT_STANDS)]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=models.F("since")), name="riskfactor_ends_after_start"
            ),
        ]
