"""Rules on answering what was found (CLINICAL 9.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracking.domain.rulebook.base import Rule

# The severities that findings state, the worst first.
SEVERITIES = ("critical", "high", "moderate", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRule(Rule):
    """Within how many working days a prescriber answers, by priority. A priority that is not named has no such target."""

    working_days: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeRule(Rule):
    """For how many days at most something is put off, by priority, counted from when it was put off first."""

    days: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceRule(Rule):
    """What ended and is found again within so many days is the same episode; later it is a new one."""

    days: int


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Who hears of a silence that has lasted ``targets`` times the response target."""

    to: str
    targets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRule(Rule):
    """The first step is at the target itself; the order is that of time."""

    steps: tuple[EscalationStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingRule(Rule):
    """What the man reads of the work on his result. A comparison that waits says so on so many days after the one on which
    its result came; where his clinic was told, he is asked to call once so many working days have passed.
    """

    waits_days: int
    call_after_working_days: int


@dataclass(frozen=True, slots=True)
class EpisodeRules:
    response: ResponseRule
    snooze: SnoozeRule
    recurrence: RecurrenceRule
    escalation: EscalationRule
    telling: TellingRule
