"""Tables of what a phone shows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

__all__ = ["TABLES", "DoseEvent", "DueItem", "Evaluation", "LabResult", "Message", "Regimen", "Symptom"]


class Owned(models.Model):
    """A row of one account."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True


class LabResult(Owned):
    analyte = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=12, decimal_places=3)
    comparator = models.CharField(max_length=2, blank=True)
    unit = models.CharField(max_length=40)
    method = models.CharField(max_length=12)
    laboratory = models.CharField(max_length=120, blank=True)
    collected_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "analyte", "-collected_at"])]


class DoseEvent(Owned):
    drug = models.CharField(max_length=40)
    amount = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=8)
    kind = models.CharField(max_length=8)
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "-taken_at"])]


class Regimen(Owned):
    drug = models.CharField(max_length=40)
    dose = models.DecimalField(max_digits=12, decimal_places=3)
    schedule = models.JSONField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)


class Symptom(Owned):
    code = models.CharField(max_length=40)
    score = models.IntegerField()
    felt_at = models.DateTimeField()


class DueItem(Owned):
    kind = models.CharField(max_length=40)
    due_on = models.DateField()
    state = models.CharField(max_length=10)


class Message(Owned):
    title = models.CharField(max_length=200)
    body = models.TextField()
    read_at = models.DateTimeField(null=True)


class Evaluation(Owned):
    word = models.CharField(max_length=40)
    sentence = models.TextField()
    basis = models.JSONField()


# By address; each with the column that its newest rows are found by.
TABLES: dict[str, tuple[type[Owned], str]] = {
    "labs": (LabResult, "collected_at"),
    "doses": (DoseEvent, "taken_at"),
    "regimens": (Regimen, "starts_on"),
    "symptoms": (Symptom, "felt_at"),
    "due-items": (DueItem, "due_on"),
    "inbox": (Message, "created_at"),
    "evaluations": (Evaluation, "created_at"),
}
