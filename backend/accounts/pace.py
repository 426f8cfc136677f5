"""How many requests a minute one account or key may send. It stops a program that has gone astray, not a phone that catches up.

Each process counts for itself, in memory: a request costs nothing more for it, and there is no counter that could be away.
docs/adr/0096.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from tracking.models import ReadToken

if TYPE_CHECKING:  # it reads the settings, which name this module
    from rest_framework.request import Request
    from rest_framework.views import APIView

__all__ = ["MINUTE", "Minute", "Pace", "counted"]

MINUTE = 60.0  # seconds


class Minute:
    """Who asked how often since the minute began. It knows no more than those who asked in it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Nobody has asked."""
        self._ends, self._asked = float("-inf"), dict[str, int]()

    def count(self, who: str, *, most: int, now: float) -> float:
        """Count one more of them; how many seconds they wait now, 0.0 while they may go on. ``now``: of any steady clock."""
        with self._lock:
            if now >= self._ends:
                self._ends, self._asked = now + MINUTE, {}
            asked = self._asked[who] = self._asked.get(who, 0) + 1
            return self._ends - now if asked > most else 0.0


counted = Minute()


class Pace(BaseThrottle):
    """Asked by each view of the API, once it is known who asks. Who is not signed in is counted where he tries to be."""

    _wait = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        who = _who(request)
        if who and settings.REQUESTS_A_MINUTE:
            self._wait = counted.count(who, most=settings.REQUESTS_A_MINUTE, now=monotonic())
        return not self._wait

    def wait(self) -> float:
        return self._wait


def _who(request: Request) -> str:
    """The key, or the account, that this request came with; empty: neither."""
    if isinstance(request.auth, ReadToken):
        return f"key {request.auth.pk}"
    return "" if request.user.pk is None else f"account {request.user.pk}"
