"""Something to be looked at again, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from tracking.domain.history import IntervalOverride
from tracking.domain.intervals import said_of
from tracking.domain.rulebook import Priority, RuleBook
from tracking.domain.words import fill, on_day

LAB = "lab_e2_t"
DEXA = "dexa"
MAN = "man"
CLINIC = "clinic"

# Local dates: opens, due, overdue, and the earliest day on which something answers it.
Window = tuple[date, date, date, date]

OPEN = "open"
ANSWERED = "answered"
NOT_USABLE = "answered_not_usable"
SUPERSEDED = "superseded"


class Asked(Struct, frozen=True):
    """What holds for every item of one kind by one rule, whoever's it is.

    ``rule`` is the id of that rule, ``says`` the sentences by reason. ``audience``: who is asked, ``man`` or ``clinic``.
    """

    kind: str
    rule: str
    says: Mapping[str, str]
    resend_after_days: int
    needs: tuple[str, ...]
    audience: str
    priority: Priority | None
    time_critical: bool


@lru_cache(maxsize=256)
def asked(
    kind: str,
    rule: str,
    rulebook: RuleBook,
    *,
    needs: tuple[str, ...] = (),
    audience: str = MAN,
    priority: Priority | None = None,
    time_critical: bool = False,
) -> Asked:
    """It belongs to the rulebook and not to a man."""
    resend = rulebook.monitoring.resend.days[kind]
    return Asked(kind, rule, rulebook.words.due, resend, needs, audience, priority, time_critical)


class DueItem(Struct, frozen=True):
    """What is due, to which event it answers, and its window of local dates in ``zone``.

    ``kind`` and ``anchor`` are its identity: planning again with more rows finds the same item. ``overdue_on`` is the first
    day on which it is overdue; a draw or scan before ``earliest_on`` does not answer it. An item that
    was answered by something that could not be used stays so, and the repeat is an item of its own. ``said``: the day ``on``
    that it counts from, and the names and numbers of its sentence; ``own``: the interval that a prescriber set for this man.
    """

    TOLD: ClassVar[tuple[str, ...]] = (
        *("kind", "anchor", "rule", "reason", "params", "words", "opens_on", "due_on", "overdue_on", "earliest_on", "zone"),
        *("state", "answered_by", "priority", "resend_after_days", "time_critical", "superseded_by", "needs", "audience"),
    )

    asked: Asked
    anchor: str
    reason: str
    said: Mapping[str, object]
    opens_on: date
    due_on: date
    overdue_on: date
    earliest_on: date
    zone: str
    own: IntervalOverride | None = None
    state: str = OPEN
    answered_by: str = ""
    superseded_by: str = ""

    @property
    def kind(self) -> str:
        return self.asked.kind

    @property
    def rule(self) -> str:
        return self.asked.rule

    @property
    def needs(self) -> tuple[str, ...]:
        return self.asked.needs

    @property
    def audience(self) -> str:
        return self.asked.audience

    @property
    def priority(self) -> Priority | None:
        return self.asked.priority

    @property
    def resend_after_days(self) -> int:
        return self.asked.resend_after_days

    @property
    def time_critical(self) -> bool:
        return self.asked.time_critical

    @property
    def params(self) -> Mapping[str, str]:
        """Names, numbers and ISO dates."""
        return {name: str(value) for name, value in self.said.items()}

    @property
    def words(self) -> str:
        """The sentence for whoever is asked."""
        says, printed = self.asked.says, {name: _printed(value) for name, value in self.said.items()}
        words = said_of(self.own, fill(says[self.reason], printed), says)
        return fill(says["with_draw"], {"words": words, "with_on": printed["with"]}) if "with" in printed else words

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    def is_overdue(self, today: date) -> bool:
        return self.is_open and today >= self.overdue_on

    def closed(self, state: str, *, answered_by: str = "", superseded_by: str = "") -> DueItem:
        """The same item, no longer open."""
        return replace(self, state=state, answered_by=answered_by, superseded_by=superseded_by)

    def beside(self, draw: DueItem) -> DueItem:
        """The same item, to be taken with an estradiol: due on the day of that draw."""
        return replace(
            self,
            said={**self.said, "with": draw.due_on},
            opens_on=min(self.opens_on, draw.opens_on),
            due_on=draw.due_on,
            overdue_on=max(self.overdue_on, draw.overdue_on),
        )

    def phase(self, today: date) -> str:
        """waiting, open, due or overdue; the state where it is no longer open."""
        if self.state != OPEN:
            return self.state
        if today >= self.overdue_on:
            return "overdue"
        if today >= self.due_on:
            return "due"
        return "open" if today >= self.opens_on else "waiting"


def _printed(value: object) -> str:
    return on_day(value, date.min) if isinstance(value, date) else str(value)
