"""What was answered to a request that may be sent again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tracking.domain.ownership import Ownership
from tracking.models.base import OwnedRow
from tracking.models.people import User

LONGEST_KEY = 200


class AnsweredRequest(OwnedRow):
    """A POST with an ``Idempotency-Key`` that was committed, and its answer. Written with what it stored, or not at all."""

    ownership: ClassVar[Ownership] = Ownership(
        why="so that a request sent again after a lost answer is answered again and stored once",
        kept="48 hours; nobody sends it again after that",
        exported=False,
        revisioned=False,
        append_only=True,
    )

    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="whose request it was")
    method = models.CharField(max_length=8)
    route = models.CharField(max_length=300, help_text="the address as it was asked for")
    key = models.CharField(max_length=LONGEST_KEY, help_text="as the client minted it")
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of the body, of one canonical form, and of the query")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict, help_text="those that the answer had of its own")
    answer = models.JSONField(null=True, help_text="as it was rendered; null: none")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "method", "route", "key"], name="answeredrequest_once"),
            models.CheckConstraint(condition=Q(status__gte=200, status__lt=300), name="answeredrequest_was_accepted"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(route=""), name="answeredrequest_named"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at"], name="answeredrequest_at"),
            models.Index(fields=["patient"], name="answeredrequest_of_patient"),
        ]
