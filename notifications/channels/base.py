"""What every channel does: hand one message to one target and say honestly what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. ``reference`` is the same on every attempt, so that a receiver can recognise a second copy.

    ``footer`` says why it came; only e-mail has room for it.
    """

    title: str
    body: str
    reference: str
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken it. ``reference`` is its name for it, as far as it gave one."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It was definitely not taken. ``is_retryable``: it may be later."""

    reason: str
    is_retryable: bool
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was handed over, and then nothing was heard: it may or may not arrive."""

    reason: str


Outcome = Sent | Refused | Unknown


class Channel(Protocol):
    """A way out of the house. ``send`` never raises for what happens on the network; it says so in its outcome."""

    def send(self, message: Message, target: str) -> Outcome: ...
