"""How often somebody guessed at a secret. Counted in the cache, for all processes together."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache

from tracking.domain.problems import Issue, Problem

__all__ = ["MOST", "failed", "not_too_many"]

# Wrong codes by one account within one hour of the clock.
MOST = 10
_HOUR = 3600


def not_too_many(who: str, *, now: datetime) -> None:
    """Raises Problem, with the seconds to wait, for who has used up his tries; nothing is looked up for him then."""
    if (cache.get(_key(who, now)) or 0) >= MOST:
        wait = _HOUR - int(now.timestamp()) % _HOUR
        text = "These were too many wrong codes. Try again in {wait} seconds."
        raise Problem(Issue("", "too-many-tries", text, {"wait": wait}), kind="too-many-requests")


def failed(who: str, *, now: datetime) -> None:
    """Count one wrong try. It stays counted when the transaction is rolled back."""
    key = _key(who, now)
    cache.add(key, 0, timeout=_HOUR)
    try:
        cache.incr(key)
    except ValueError:  # it ran out in between
        cache.set(key, 1, timeout=_HOUR)


def _key(who: str, now: datetime) -> str:
    return f"tries:{who}:{int(now.timestamp()) // _HOUR}"
