"""Celery: read the clock, call one service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from celery import shared_task
from django.db import transaction

from tracking import clock
from tracking.domain.actor import Actor
from tracking.services import evaluations
from tracking.services.access import acting_as

log = structlog.get_logger(__name__)

_PAGE = 500
_TIME_PASSES = Actor.system("time-passes")


@shared_task
def reevaluate_due() -> int:
    """Evaluate again whoever's outcome changes by now: one transaction per man, safe to run twice or late."""
    now = clock.now()
    return _reevaluate(partial(evaluations.changing_by, now), now)


@shared_task
def reevaluate_clinic(clinic_id: int) -> int:
    """Evaluate again the men in a clinic's care, after its floor changed; safe to run twice or late."""
    return _reevaluate(partial(evaluations.in_care_of, clinic_id), clock.now())


def reevaluate_clinic_after_commit(clinic_id: int) -> None:
    """Ask for it once this transaction has committed. Where the broker is away, the next ``reevaluate_due`` finds the men."""
    ask = partial(reevaluate_clinic.apply_async, (clinic_id,), retry=False)
    transaction.on_commit(ask, robust=True)


def _reevaluate(ids_above: Callable[..., list[int]], now: datetime) -> int:
    """One transaction per man, in ascending id; how many there were."""
    done, last = 0, 0
    while True:
        with acting_as(_TIME_PASSES):
            ids = ids_above(limit=_PAGE, above_id=last)
        if not ids:
            log.info("reevaluated", men=done)
            return done
        for patient_id in ids:
            evaluations.reevaluate(patient_id, by=_TIME_PASSES, now=now)
        done, last = done + len(ids), ids[-1]
