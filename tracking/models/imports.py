"""Files that came in, and what became of each of their rows."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q, Value

from tracking.domain.ownership import Ownership
from tracking.models.base import OwnedRow, new_uid, stated_once

NO_FORM: Value = Value({}, output_field=models.JSONField())
NO_HEADERS: Value = Value([], output_field=models.JSONField())


class RowState(StrEnum):
    """How a row of an import stands."""

    READY = "ready"
    DUPLICATE = "duplicate"
    ASKS = "asks"
    REFUSED = "refused"
    EMPTY = "empty"
    SKIPPED = "skipped"
    STORED = "stored"
    UNDONE = "undone"


class ImportBatch(models.Model):
    """One import, so that a record can say where it came from and a whole import can be undone. It names no man."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    source_system = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    format = models.CharField(max_length=10, blank=True, default="", db_default="")
    form = models.JSONField(
        default=dict, blank=True, db_default=NO_FORM, help_text="what the sender declared: fractions, order of dates, zone"
    )
    unread = models.JSONField(
        default=list, blank=True, db_default=NO_HEADERS, help_text="headers of columns that nothing was taken from"
    )
    looked_by = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="what its rows were last looked at by: his revision, the rules, and who looked",
    )
    percent = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="how far the storing has come")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="importbatch_percent_is_one")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["sha256"], name="importbatch_same_file")]

    def __str__(self) -> str:
        return f"{self.source_system}, {self.started_at:%Y-%m-%d %H:%M}"


class ImportRow(OwnedRow):
    """One row of a file: what it says, and what became of it. What it says never changes."""

    ownership: ClassVar[Ownership] = Ownership(
        why="shows what an imported file said and what became of each row of it",
        kept="as long as the account",
        revisioned=False,
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    # Found by the keys that begin with him, and with the import: an index of its own for each would be written for every row.
    patient = models.ForeignKey("tracking.Patient", on_delete=models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(help_text="its place among the rows, from 1")
    place = models.CharField(max_length=200, help_text="where a person finds it in the file")
    source_id = models.CharField(max_length=128, blank=True, default="")
    subject = models.JSONField(default=dict, blank=True, help_text="whom the file says that it is about")
    kind = models.CharField(max_length=10, blank=True, default="", help_text="lab, scan, dose or regimen; empty: none of them")
    item = models.JSONField(null=True, blank=True, help_text="what was understood, as reported")
    corrects = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in RowState])
    why = models.JSONField(default=list, blank=True, help_text="what stands against it, or what it asks")
    answers = models.JSONField(default=dict, blank=True)
    answered_by = models.CharField(max_length=64, blank=True, default="")
    content = models.JSONField(
        null=True, blank=True, help_text="what is to be stored of a result that is ready and takes no other's place"
    )
    stored_table = models.CharField(max_length=40, blank=True, default="")
    stored_uid = models.UUIDField(null=True, blank=True)

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            stated_once("state", "why", "content", "answers", "answered_by", "stored_table", "stored_uid")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "batch", "number"], name="importrow_once"),
            models.CheckConstraint(condition=Q(state__in=list(RowState)), name="importrow_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[RowState.STORED, RowState.UNDONE]) | Q(stored_uid__isnull=False),
                name="importrow_stored_is_somewhere",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["batch", "state"], name="importrow_of_a_state"),
            models.Index(fields=["patient", "batch"], condition=Q(state=RowState.ASKS), name="importrow_asks"),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.state}"
