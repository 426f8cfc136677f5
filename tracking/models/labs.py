"""Laboratory results exactly as reported."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from tracking.domain.categories import Category
from tracking.domain.ownership import Ownership
from tracking.domain.reported import Comparator, Method, MethodEvidence, Moment, Precision, Reported, Value, assay_of
from tracking.models.base import DIGITS, HOW_IT_STANDS, TimedRecord, keeps_history, stated_once


@keeps_history
class LabResult(TimedRecord):
    """One analyte of one draw. Nothing of the value tuple is ever updated: a correction supersedes."""

    ownership: ClassVar[Ownership] = Ownership(
        why="the lab series that estradiol is judged from, as each laboratory reported it",
        kept="as long as the account",
        sync="lab_results",
        category=Category.LABS,
    )

    analyte = models.CharField(max_length=40)
    comparator = models.CharField(max_length=2, blank=True, default="")
    digits = models.CharField(max_length=24, help_text="as typed or transmitted: 5.10 stays 5.10")
    unit = models.CharField(max_length=40, help_text="UCUM code")
    number = models.GeneratedField(
        expression=Cast("digits", models.DecimalField(max_digits=21, decimal_places=9)),
        output_field=models.DecimalField(max_digits=21, decimal_places=9),
        db_persist=True,
    )
    method = models.CharField(max_length=12, default=Method.UNKNOWN)
    method_evidence = models.CharField(max_length=20, default=MethodEvidence.NONE)
    laboratory = models.CharField(max_length=120, blank=True, default="")
    range_low = models.CharField(
        max_length=24, blank=True, default="", help_text="the laboratory's range, in the unit of the value"
    )
    range_high = models.CharField(max_length=24, blank=True, default="")
    lloq = models.CharField(
        max_length=24, blank=True, default="", help_text="lower limit of quantitation, in the unit of the value"
    )
    confirmed_reason = models.CharField(max_length=200, blank=True, default="", help_text="why an unusual value is right")
    unit_confirmed = models.BooleanField(
        default=False, db_default=False, help_text="somebody looked at the report, and it states this unit"
    )
    biotin = models.BooleanField(
        null=True, blank=True, help_text="biotin of 5 mg a day or more in the 72 hours before; null where nobody asked"
    )
    fasting = models.BooleanField(null=True, blank=True, help_text="drawn fasting; null where nobody asked")

    class Meta(TimedRecord.Meta):
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*TimedRecord.Meta.triggers, stated_once(*HOW_IT_STANDS, "number")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TimedRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(digits__regex=DIGITS), name="labresult_digits_are_a_number"),
            models.CheckConstraint(condition=Q(comparator__in=list(Comparator)), name="labresult_comparator_known"),
            models.CheckConstraint(condition=~Q(unit="") & ~Q(analyte=""), name="labresult_unit_and_analyte_stated"),
            models.CheckConstraint(
                condition=Q(method__in=list(Method), method_evidence__in=list(MethodEvidence)), name="labresult_assay_known"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: ""}) | Q(**{f"{name}__regex": DIGITS}), name=f"labresult_{name}_number"
                )
                for name in ("range_low", "range_high", "lloq")
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *TimedRecord.Meta.indexes,
            models.Index(
                fields=["patient", "analyte", "-at"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="labresult_series",
            ),
        ]

    @property
    def reported(self) -> Reported:
        return Reported(
            Value(Comparator(self.comparator), self.digits, self.unit),
            assay_of(self.method, self.method_evidence),
            Moment(self.at, Precision(self.precision), self.zone),
        )

    def __str__(self) -> str:
        return f"{self.analyte} {self.reported}"
