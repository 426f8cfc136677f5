"""When beat, the broker and a worker were last seen to work together: a task that beat sends each minute leaves the time."""

from __future__ import annotations

from datetime import datetime

import redis
from django.core.cache import cache

__all__ = ["last", "note"]

_KEY = "heartbeat"


def note(*, now: datetime) -> None:
    cache.set(_KEY, now.isoformat(), timeout=None)


def last() -> datetime | None:
    """None where nothing was ever noted, or the cache does not answer."""
    try:
        noted = cache.get(_KEY)
    except redis.RedisError:
        return None
    return datetime.fromisoformat(noted) if noted else None
