"""Celery: read the clock, call one service."""

from __future__ import annotations

import structlog
from celery import shared_task

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
    done, last = 0, 0
    while True:
        with acting_as(_TIME_PASSES):
            ids = evaluations.changing_by(now, limit=_PAGE, above_id=last)
        if not ids:
            log.info("reevaluated", men=done)
            return done
        for patient_id in ids:
            evaluations.reevaluate(patient_id, by=_TIME_PASSES, now=now)
        done, last = done + len(ids), ids[-1]
