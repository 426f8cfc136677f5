"""The broker, asked whether it is there. It never keeps the one who asks waiting."""

from __future__ import annotations

import redis
from django.conf import settings

__all__ = ["waiting"]

_SECONDS = 1.0


def waiting() -> int | None:
    """Messages that no worker has taken yet; None where the broker does not answer within a second."""
    try:
        with redis.Redis.from_url(
            settings.BROKER_URL, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS, retry=None
        ) as broker:
            return int(broker.llen(settings.CELERY_TASK_DEFAULT_QUEUE))
    except redis.RedisError:
        return None
