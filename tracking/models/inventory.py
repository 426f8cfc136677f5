"""What he has at home: counted, and added to by refills."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from tracking.domain.amounts import DOSE_UNITS
from tracking.domain.categories import Category
from tracking.domain.inventory import StockKind
from tracking.domain.ownership import Ownership
from tracking.models.base import DIGITS, HOW_IT_STANDS, TimedRecord, keeps_history, stated_once


@keeps_history
class InventoryCount(TimedRecord):
    """So many units of one content at a moment: a count of what is there, or a refill. Corrections supersede."""

    ownership: ClassVar[Ownership] = Ownership(
        why="how long what he has at home lasts, and when to ask for more",
        kept="as long as the account",
        sync="inventory_counts",
        category=Category.DOSES,
    )

    drug = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in StockKind])
    form = models.CharField(max_length=16, help_text="what one unit is: a form of the rulebook")
    units_digits = models.CharField(max_length=24, help_text="how many units, as counted")
    content_digits = models.CharField(max_length=24, help_text="how much of the drug one unit holds, as written")
    content_unit = models.CharField(max_length=8)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta(TimedRecord.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*TimedRecord.Meta.triggers, stated_once(*HOW_IT_STANDS)]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TimedRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=list(StockKind)), name="inventorycount_kind_known"),
            models.CheckConstraint(condition=~Q(drug="") & ~Q(form=""), name="inventorycount_drug_and_form_stated"),
            models.CheckConstraint(condition=Q(units_digits__regex=DIGITS), name="inventorycount_units_are_a_number"),
            models.CheckConstraint(
                condition=Q(content_digits__regex=DIGITS) & Q(content_unit__in=DOSE_UNITS),
                name="inventorycount_content_is_a_number",
            ),
        ]
