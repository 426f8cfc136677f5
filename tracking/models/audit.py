"""What accounts did to sign in and what was taken out, and the seals over what is kept about who did what."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tracking.domain.sealing import What
from tracking.models.base import new_uid


class AuditEvent(models.Model):
    """One thing that an account did, or that was tried on it. It names accounts and men by number alone, and no health."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=24, choices=[(what.value, what.value) for what in What])
    by = models.CharField(max_length=64, blank=True, default="", help_text="the actor; empty: nobody was signed in")
    account = models.BigIntegerField(null=True, blank=True, help_text="the account it is about, which may be gone by now")
    patient = models.UUIDField(null=True, blank=True, help_text="the uid of the man whose record was taken out")
    how = models.CharField(max_length=40, blank=True, default="", help_text="by which door, or in which format")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(what__in=list(What)), name="auditevent_what_known"),
            models.CheckConstraint(
                condition=~Q(what=What.EXPORTED) | Q(patient__isnull=False), name="auditevent_export_of_whom"
            ),
        ]

    def __str__(self) -> str:
        return self.what


class SealedDay(models.Model):
    """A day (UTC) of what is kept, closed: ``digest`` is over the day before's and over every table's. The log has it too."""

    day = models.DateField(unique=True)
    sealed_at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    before = models.CharField(max_length=64, help_text="the digest of the day sealed before; empty: the first")
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.day.isoformat()


class SealedTable(models.Model):
    """One table's rows of that day, each by its key, whose it is, and its digest. They stay when a row is erased."""

    day = models.ForeignKey(SealedDay, on_delete=models.PROTECT, related_name="tables")
    table = models.CharField(max_length=63)
    columns = ArrayField(models.CharField(max_length=63), help_text="what the digests are over, in this order")
    ids = ArrayField(models.BigIntegerField())
    owners = ArrayField(models.BigIntegerField(null=True), help_text="patient by patient; null: no man's")
    digests = ArrayField(models.CharField(max_length=64))

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "table"], name="sealedtable_once_a_day")
        ]

    def __str__(self) -> str:
        return self.table
