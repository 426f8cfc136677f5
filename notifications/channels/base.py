"""What every channel does: hand one message to one target and say honestly what became of it.

A new channel is one file in this folder that ends in ``CHANNEL = ...``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

REASON_LENGTH = 200
LONGEST_WAIT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. ``reference`` is the same on every attempt, so that a receiver can recognise a second copy.

    ``links``: addresses by name, for channels that can show them: ``answer``, ``unsubscribe``. ``texts``: the words around
    them, in the reader's language. ``expires_at``, ``expires_in``: until when, and so for how long, it is worth keeping for a
    device that is off.
    """

    title: str
    body: str
    reference: str
    language: str = "en"
    links: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    is_urgent: bool = False
    expires_in: timedelta = timedelta(days=1)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: a value and what kind of value it is. ``device_id``: the row it came from, if any."""

    kind: str
    value: str = field(repr=False)
    device_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """What is known of how to reach somebody. ``email`` is empty where there is no address."""

    email: str = ""
    devices: Sequence[Target] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken it. ``reference`` is its name for it, as far as it gave one."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It was definitely not taken. ``is_retryable``: it may be later. ``is_gone``: the target does not exist any more."""

    reason: str
    is_retryable: bool
    retry_after: timedelta | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was handed over, and then nothing was heard: it may or may not arrive."""

    reason: str


Outcome = Sent | Refused | Unknown


class Channel(Protocol):
    """A way out of the house, by ``name``; the lowest ``rank`` comes first where one way is enough.

    ``send`` never raises for what happens on the network: it says so in its outcome. It is called from several threads.
    """

    @property
    def name(self) -> str: ...

    @property
    def rank(self) -> int: ...

    def targets(self, reached: Reached) -> Sequence[Target]:
        """Where this way leads for such a person; none where it does not reach him."""
        ...

    def kept_open(self) -> AbstractContextManager[None]:
        """For as long as the block lasts many are sent, and what leads to the other side may be kept between them."""
        ...

    def send(self, message: Message, target: Target) -> Outcome: ...


def wait_of(retry_after: str | None, *, said_at: str | None = None) -> timedelta | None:
    """A Retry-After header: seconds, or an HTTP date seen from ``said_at``, the answer's Date; at most a week.

    None where it is not there, in the past or unreadable.
    """
    if not retry_after:
        return None
    if retry_after.strip().isdecimal():
        return min(timedelta(seconds=int(retry_after[:9])), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(retry_after) - parsedate_to_datetime(said_at or "")
    except (TypeError, ValueError):
        return None
    return min(wait, LONGEST_WAIT) if wait > timedelta() else None


def said(error: Exception) -> str:
    """An error in a few words."""
    return f"{type(error).__name__}: {error}"[:REASON_LENGTH]


def never_connected(error: BaseException | None) -> bool:
    """Whether, by this error of requests, not even a connection came about; else the request may have left."""
    cause = error.args[0] if error is not None and error.args else None
    return "NewConnectionError" in repr(getattr(cause, "reason", cause))
