"""The application of a worker that is measured: that of the house, with tasks that tell when they began and ended.

Started by :mod:`benchmarks.execution`: ``python -m celery -A benchmarks.execution_worker worker``.
"""

from __future__ import annotations

import time

import redis
from celery import Task, shared_task
from django.conf import settings

from backend.celery import app
from benchmarks.execution import TOLD

__all__ = ["app"]


def _tell(word: str) -> None:
    with redis.Redis.from_url(settings.BROKER_URL) as broker:
        broker.rpush(TOLD, f"{word} {time.time()}")


@shared_task(base=Task)
def nothing() -> None:
    """What a pool can do at most: it does not even ask the database what time it is, as tasks of the house do first."""


@shared_task
def tell(word: str) -> None:
    """Say that this task's turn has come."""
    _tell(word)


@shared_task
def claim() -> None:
    """Plan and claim all that is due."""
    from notifications import services  # noqa: PLC0415  it reads models, which Celery's start has not made known yet
    from tracking import clock  # noqa: PLC0415  as above

    services.plan(now=clock.now())
    services.claim(now=clock.now())
    _tell("claimed")


@shared_task
def deliver(limit: int) -> None:
    """So many messages leave, by the way that the beat's own task takes."""
    from notifications import services  # noqa: PLC0415  as above
    from tracking import clock  # noqa: PLC0415  as above

    _tell("began")
    services.deliver(now=clock.now(), limit=limit)
    _tell("ended")
