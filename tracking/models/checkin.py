"""What he says of himself: how he feels, how he lives, and which drugs he uses without anybody knowing how much."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q

from tracking.domain.categories import Category
from tracking.domain.checkin import LEAST_SCORE, MOST_A_DAY, MOST_SCORE
from tracking.domain.ownership import Ownership
from tracking.models.base import DIGITS, HOW_IT_STANDS, Record, TimedRecord, keeps_history, stated_once


def _beside_the_utc_day(days: int) -> Func:
    """The UTC day of ``at``, so many days on. No zone is further than a day from it, and no zone has to be known here."""
    return Func(F("at"), template=f"((%(expressions)s AT TIME ZONE 'UTC')::date + {days})", output_field=models.DateField())


@keeps_history
class Symptom(TimedRecord):
    """One item of a check-in. ``place`` numbers the items of one day of his, so that the database holds him to five of them."""

    ownership: ClassVar[Ownership] = Ownership(
        why="what he feels asks for a lab or an examination",
        kept="as long as the account",
        sync="symptoms",
        category=Category.SYMPTOMS,
    )

    code = models.CharField(max_length=40)
    score = models.SmallIntegerField(help_text="0 (none) to 10")
    felt_on = models.DateField(help_text="the day of the calendar where he was")
    place = models.SmallIntegerField(help_text="which of the items of that day")

    class Meta(TimedRecord.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*TimedRecord.Meta.triggers, stated_once(*HOW_IT_STANDS)]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TimedRecord.Meta.constraints,
            models.CheckConstraint(condition=~Q(code=""), name="symptom_code_stated"),
            models.CheckConstraint(condition=Q(score__range=(LEAST_SCORE, MOST_SCORE)), name="symptom_score_in_range"),
            models.CheckConstraint(condition=Q(place__range=(1, MOST_A_DAY)), name="symptom_at_most_five_a_day"),
            models.CheckConstraint(condition=Q(precision__in=("minute", "day")), name="symptom_day_known"),
            models.CheckConstraint(
                condition=Q(felt_on__gte=_beside_the_utc_day(-1), felt_on__lte=_beside_the_utc_day(1)),
                name="symptom_day_is_that_of_its_instant",
            ),
            models.UniqueConstraint(
                fields=["patient", "felt_on", "place"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="symptom_place_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["patient", "felt_on", "code"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="symptom_code_once_a_day",
            ),
        ]


@keeps_history
class Lifestyle(Record):
    """One measure of his life from a day on, until a later day states another."""

    ownership: ClassVar[Ownership] = Ownership(
        why="shown to his prescriber beside the risk factors of bone",
        kept="as long as the account",
        sync="lifestyle",
        category=Category.SYMPTOMS,
    )

    code = models.CharField(max_length=40)
    digits = models.CharField(max_length=24, help_text="as typed, in the unit of the measure")
    unit = models.CharField(max_length=20)
    since = models.DateField(help_text="the first day of which it is true")
    confirmed_reason = models.CharField(max_length=200, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta(Record.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Record.Meta.triggers, stated_once(*HOW_IT_STANDS)]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=~Q(code="") & ~Q(unit=""), name="lifestyle_code_and_unit_stated"),
            models.CheckConstraint(condition=Q(digits__regex=DIGITS), name="lifestyle_digits_are_a_number"),
            models.UniqueConstraint(
                fields=["patient", "code", "since"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="lifestyle_measure_once_from_a_day",
            ),
        ]


@keeps_history
class DrugUse(Record):
    """That he uses a drug, from ``since`` until before ``until``, and nothing of how much. Where that is known it is a regimen.

    The database refuses two of one drug that overlap (see migration 0008_checkin).
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="what he takes beside it changes what his results mean",
        kept="as long as the account",
        sync="co_medication",
        category=Category.DOSES,
    )

    drug = models.CharField(max_length=40)
    since = models.DateField(null=True, blank=True, help_text="empty: not known")
    until = models.DateField(null=True, blank=True, help_text="the first day without it; empty: he still uses it")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta(Record.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*Record.Meta.triggers, stated_once(*HOW_IT_STANDS)]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=~Q(drug=""), name="druguse_drug_stated"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gt=F("since")), name="druguse_ends_after_start"
            ),
        ]
