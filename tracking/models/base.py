"""What every row of a man's record has in common."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, TypeVar

import pghistory
import pgtrigger
import uuid6
from django.db import models
from django.db.models import Q

from tracking.domain.ownership import Ownership
from tracking.domain.reported import Precision

M = TypeVar("M", bound=type[models.Model])

MAX_CLIENT_ID = 36
DIGITS = r"^[0-9]{1,12}(\.[0-9]{1,9})?$"
SCORE = r"^-?[0-9]{1,2}(\.[0-9]{1,2})?$"
CLIENT_ID = r"^[A-Za-z0-9_.-]{1,36}$"

# Made by the database from the rest of the row, so that a version without them is still whole; an erasure leaves no version.
_DERIVED = {"revision", "revision_xact", "profile_revision", "number", "erased_at"}


def new_uid() -> Any:
    return uuid6.uuid7()


def new_client_id() -> str:
    """The id that a row made on the server shows to phones, which mint theirs themselves."""
    return str(uuid6.uuid7())


def keeps_history(model: M, *, stated: Collection[str] = ()) -> M:
    """Every version of a row goes, with the actor, into an append-only table beside it: the database writes it.

    ``stated``: columns that can not change (:func:`stated_once`), so that the row itself says them for all of its versions.
    """
    names = {field.name for field in model._meta.concrete_fields}
    tracked = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=sorted(names & {*_DERIVED, *stated}),
        context_field=pghistory.ContextJSONField(),
        obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history_of", db_index=True),
        model_name=f"{model.__name__}History",
        meta={"indexes": [models.Index(fields=["patient" if "patient" in names else "id", "pgh_id"])]},
        append_only=True,
    )
    kept: M = tracked(model)
    return kept


def stamps_revision(*columns: str) -> pgtrigger.Trigger:
    """The man's number rises once per transaction, and every row touched in it carries that number, whatever the path.

    ``columns``: on an update only where one of these is written; all of them when none is named.
    """
    updated = pgtrigger.UpdateOf(*columns) if columns else pgtrigger.Update  # type: ignore[no-untyped-call]  # of pgtrigger
    return pgtrigger.Trigger(
        name="revision",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | updated,
        func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
    )


def append_only() -> pgtrigger.Trigger:
    """What was written stays as it was written. The application's role has no right to change it either."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def stated_once(*changing: str) -> pgtrigger.Trigger:
    """What was stated never changes under its name: the database refuses it, whoever asks. A correction is a row of its own.

    ``changing``: the columns that say how the row stands, or that the database makes itself.
    """
    return pgtrigger.ReadOnly(name="stated_once", exclude=[*changing])


class OwnedRow(models.Model):
    """A row of one man. Its bigint ``id`` stays inside."""

    ownership: ClassVar[Ownership]

    patient = models.ForeignKey("tracking.Patient", on_delete=models.PROTECT, related_name="%(class)s_rows")

    class Meta:
        abstract = True


class RevisionedRow(OwnedRow):
    """A row that phones pull: it carries the revision of the transaction that touched it last.

    ``uid`` is its name towards staff and other systems.
    """

    # Its own index would hold what the one of revisions does, and a planner takes it for a short way to a man with many rows.
    patient = models.ForeignKey("tracking.Patient", on_delete=models.PROTECT, related_name="%(class)s_rows", db_index=False)
    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    revision = models.BigIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stamps_revision()]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient", "revision"], name="%(class)s_revision")]


class LiveRows(models.QuerySet[Any]):
    """Rows that still stand: neither corrected by a later one nor withdrawn."""

    def live(self) -> LiveRows:
        return self.filter(superseded_at=None, withdrawn_at=None)


# How a record stands; all else of it is stated once, where it is not something that goes on under its name (a regimen).
HOW_IT_STANDS = ("revision", "superseded_at", "withdrawn_at", "withdrawn_reason")


class Record(RevisionedRow):
    """Something stated about a man. A correction is a new row that supersedes; a withdrawal keeps the row."""

    client_id = models.CharField(max_length=MAX_CLIENT_ID, default=new_client_id)
    recorded_at = models.DateTimeField(help_text="when it was entered here")
    recorded_by = models.CharField(max_length=64, help_text="the actor who entered it")
    source_system = models.CharField(max_length=64, blank=True, default="", help_text="where it came from, empty if typed here")
    source_id = models.CharField(max_length=128, blank=True, default="", help_text="its name there")
    import_batch = models.ForeignKey("tracking.ImportBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True, blank=True)
    supersedes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True, default="")

    objects = LiveRows.as_manager()

    class Meta(RevisionedRow.Meta):
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient", "client_id"], condition=Q(superseded_at=None), name="%(class)s_client_id_once"
            ),
            models.UniqueConstraint(
                fields=["patient", "source_system", "source_id"],
                condition=~Q(source_id="") & Q(superseded_at=None, withdrawn_at=None),
                name="%(class)s_source_once",
            ),
            models.CheckConstraint(condition=Q(client_id__regex=CLIENT_ID), name="%(class)s_client_id_form"),
        ]


class TimedRecord(Record):
    """A record with a moment: an instant, how precisely it is known, and the zone it was lived in."""

    at = models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone")
    precision = models.CharField(max_length=8, choices=[(p.value, p.value) for p in Precision])
    zone = models.CharField(max_length=64, help_text="IANA time zone")

    class Meta(Record.Meta):
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=Q(precision__in=list(Precision)), name="%(class)s_precision_known"),
            models.CheckConstraint(condition=~Q(zone=""), name="%(class)s_zone_stated"),
        ]
