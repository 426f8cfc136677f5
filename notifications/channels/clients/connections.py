"""Connections to a mail server that stay open between two messages, for as long as somebody has many to send."""

from __future__ import annotations

import smtplib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

__all__ = ["Connections"]

_OK = 250
# Seconds for what carries no letter: whether a session still holds, and goodbye. A run does not wait longer for a dead server.
PATIENCE = 3.0


class Connections:
    """Each is used by one thread at a time. Outside of :meth:`kept_open` none is kept."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._senders = 0
        self._idle: deque[smtplib.SMTP] = deque()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep what is given back until the last such block ends."""
        with self._lock:
            self._senders += 1
        try:
            yield
        finally:
            with self._lock:
                self._senders -= 1
                over = deque[smtplib.SMTP]()
                if not self._senders:
                    over, self._idle = self._idle, over
            for server in over:
                _say_goodbye(server)

    def take(self) -> smtplib.SMTP | None:
        """The one that was used last and still answers; None where there is none."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                server = self._idle.pop()
            if _answers(server):
                return server
            server.close()

    def give_back(self, server: smtplib.SMTP) -> None:
        """It has carried a message and could carry another."""
        with self._lock:
            if self._senders:
                self._idle.append(server)
                return
        _say_goodbye(server)


def _answers(server: smtplib.SMTP) -> bool:
    """Whether the server still has this session: it may have ended it, after so many messages or so much time."""
    try:
        with _soon(server):
            return server.rset()[0] == _OK
    except (OSError, smtplib.SMTPException):
        return False


def _say_goodbye(server: smtplib.SMTP) -> None:
    """End the session as RFC 5321 asks for, whatever the other side does."""
    with suppress(OSError, smtplib.SMTPException), _soon(server):
        server.quit()
    server.close()


@contextmanager
def _soon(server: smtplib.SMTP) -> Iterator[None]:
    """Answers of this server are waited for no longer than :data:`PATIENCE`."""
    line = server.sock
    if line is None:  # closed already; whatever is said next fails at once
        yield
        return
    usual = line.gettimeout()
    line.settimeout(PATIENCE if usual is None else min(usual, PATIENCE))
    yield
    line.settimeout(usual)
