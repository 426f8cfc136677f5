"""Messages that did not arrive, or perhaps not: for those who can do something about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from notifications.models import Delivery, StaffDigest
from notifications.services.digests import NOTHING_TO_TELL
from notifications.services.outcomes import NO_LONGER_DUE
from tracking.services.access import Actor, acting_as

__all__ = ["KEPT", "Counted", "count_failures", "failed_deliveries", "failed_digests"]

METER = Actor.system("meter")
# What is older is nobody's work any more.
KEPT = timedelta(days=30)

_State = Delivery.State
_FAILED = Q(state__in=[_State.REFUSED, _State.UNKNOWN, _State.DEAD])
# Given up, and rightly: it was said or answered meanwhile, or there was nothing to say.
_NO_LOSS = Q(state=_State.DEAD, last_reason__in=[NO_LONGER_DUE, NOTHING_TO_TELL])


@dataclass(frozen=True, slots=True)
class Counted:
    """So many messages of one way that ended alike."""

    way: str
    state: str
    count: int


def failed_deliveries(patient_ids: Iterable[int] | QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Those about these men in the last 30 days, newest first.

    ``otherwise``: another message about the same reminder went out. Of what was said, nothing but that is needed here.
    """
    others = Delivery.objects.filter(reminder=OuterRef("reminder"), state=_State.SENT)
    rows = _of_late(Delivery.objects.filter(patient_id__in=patient_ids), now)
    found: QuerySet[Any] = rows.annotate(otherwise=Exists(others)).order_by("-ended_at", "-pk")
    return found


def failed_digests(recipients: Collection[int], *, now: datetime) -> QuerySet[Any]:
    """Daily digests that these accounts did not get, or perhaps not, in the last 30 days; newest first."""
    return _of_late(StaffDigest.objects.filter(recipient_id__in=recipients), now).order_by("-ended_at", "-pk")


def count_failures(*, now: datetime) -> list[Counted]:
    """Over all men, by way and state, in numbers alone: for the operator."""
    with acting_as(METER):
        rows = _of_late(Delivery.objects.all(), now).order_by("channel", "state").values_list("channel", "state")
        return [Counted(*row) for row in rows.annotate(count=Count("id"))]


def _of_late(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    return rows.filter(_FAILED, ended_at__gt=now - KEPT, ended_at__lte=now).exclude(_NO_LOSS)
