"""What is told goes into a queue; a thread carries it away. Whoever tells goes on at once, whatever becomes of it.

The queue is bounded, and drops what does not fit. What is refused, or finds nobody, is dropped as well: the log has all of it,
and says that it went no further.
"""

from __future__ import annotations

import gzip
import os
from collections import deque
from collections.abc import Callable, Mapping
from http import HTTPStatus
from threading import Condition, Thread
from time import monotonic
from typing import Generic, TypeVar

import requests
import structlog

__all__ = ["Carrier"]

log = structlog.get_logger(__name__)

SECONDS_TO_ANSWER = 5.0  # what one request may take, to connect and again to answer, in the thread
SECONDS_TO_END = 2.0  # what a process waits for at its end, at most
SECONDS_BETWEEN_WORDS = 60.0
LONGEST_PAUSE = 3600.0  # seconds, whatever Retry-After asks for
_TRY_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

Item = TypeVar("Item")


class Carrier(Generic[Item]):
    """To one address. ``as_body``: what so many are on the wire.

    ``most``: how many may wait; ``together``: how many go in one request; ``pause``: seconds in which more may join the first.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        as_body: Callable[[list[Item]], bytes],
        *,
        most: int,
        together: int,
        pause: float,
    ) -> None:
        self._url, self._headers, self._as_body = url, {**headers, "Content-Encoding": "gzip"}, as_body
        self._most, self._together, self._pause = most, together, pause
        self._begin_anew()
        # Neither a thread nor a lock that somebody held survives a fork; and what waited there is carried by the parent.
        os.register_at_fork(after_in_child=self._begin_anew)

    def _begin_anew(self) -> None:
        self._waiting: deque[Item] = deque()
        self._in_hand = 0
        self._is_hurried = False
        self._changed = Condition()
        self._thread: Thread | None = None
        self._not_before = self._words_at = 0.0

    def take(self, item: Item) -> None:
        """Never raises, and waits for nobody."""
        with self._changed:
            if has_room := len(self._waiting) < self._most:
                self._waiting.append(item)
                self._changed.notify_all()
            if self._thread is None:
                self._thread = Thread(target=self._carry, name="carrier", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:  # the process ends, or may have no more threads
                    self._thread = None
        if not has_room:
            self._say("too many wait")

    def flush(self) -> None:
        """Wait until all has been carried away, within bounds: for the end of a process."""
        with self._changed:
            if self._thread is None:
                return
            self._is_hurried = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._waiting and not self._in_hand, SECONDS_TO_END)
            self._is_hurried = False

    def _carry(self) -> None:
        with requests.Session() as session:
            # What is in the clear stays in the house: a proxy that the environment names may be outside.
            session.trust_env = self._url.startswith("https:")
            while True:
                items = self._next()
                try:
                    self._send(session, items)
                except Exception as problem:  # noqa: BLE001  the next may go well
                    self._say(type(problem).__name__)
                with self._changed:
                    self._in_hand = 0
                    self._changed.notify_all()

    def _next(self) -> list[Item]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            self._changed.wait_for(lambda: self._is_hurried or len(self._waiting) >= self._together, self._pause)
            self._in_hand = min(len(self._waiting), self._together)
            return [self._waiting.popleft() for _ in range(self._in_hand)]

    def _send(self, session: requests.Session, items: list[Item]) -> None:
        if monotonic() < self._not_before:
            return
        body = gzip.compress(self._as_body(items))
        # Nobody is followed elsewhere: the address is that of the setting.
        answer = session.post(self._url, body, headers=self._headers, timeout=SECONDS_TO_ANSWER, allow_redirects=False)
        if not HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
            self._say(f"answered {answer.status_code}")
        asked = answer.headers.get("Retry-After", "")
        if answer.status_code in _TRY_LATER and asked.isascii() and asked.isdecimal():
            self._not_before = monotonic() + min(float(asked), LONGEST_PAUSE)

    def _say(self, because: str) -> None:
        """Not more often than once a minute: it may be one of thousands."""
        if not self._words_at or monotonic() - self._words_at >= SECONDS_BETWEEN_WORDS:
            self._words_at = monotonic()
            log.warning("what was to be told outside was dropped", because=because)
