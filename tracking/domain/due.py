"""Something to be looked at again, and by when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from tracking.domain.rulebook import Priority, RuleBook

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


@dataclass(frozen=True, slots=True)
class DueItem:
    """What is due, to which event it answers, and its window of local dates in ``zone``.

    ``kind`` and ``anchor`` are its identity: planning again with more rows finds the same item. ``overdue_on`` is the first
    day on which it is overdue; a draw or scan before ``earliest_on`` does not answer it. An item that
    was answered by something that could not be used stays so, and the repeat is an item of its own. ``rule`` is the id of the
    rule behind it. ``audience``: who is asked, ``man`` or ``clinic``.
    """

    TOLD: ClassVar[tuple[str, ...]] = (
        *("kind", "anchor", "rule", "reason", "params", "words", "opens_on", "due_on", "overdue_on", "earliest_on", "zone"),
        *("state", "answered_by", "priority", "resend_after_days", "time_critical", "superseded_by", "needs", "audience"),
    )

    kind: str
    anchor: str
    rule: str
    reason: str
    params: Mapping[str, str]
    says: Callable[[], str] = field(compare=False, repr=False)
    opens_on: date
    due_on: date
    overdue_on: date
    earliest_on: date
    zone: str
    state: str
    answered_by: str
    priority: Priority | None
    resend_after_days: int
    time_critical: bool = False
    superseded_by: str = ""
    needs: tuple[str, ...] = field(default=())
    audience: str = MAN

    @property
    def words(self) -> str:
        """The sentence for whoever is asked, made when somebody reads it."""
        return self.says()

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    def is_overdue(self, today: date) -> bool:
        return self.is_open and today >= self.overdue_on

    def closed(self, state: str, *, answered_by: str = "", superseded_by: str = "") -> DueItem:
        """The same item, no longer open. Written out: a long life closes hundreds, and ``replace`` is three times slower."""
        return DueItem(
            kind=self.kind,
            anchor=self.anchor,
            rule=self.rule,
            reason=self.reason,
            params=self.params,
            says=self.says,
            opens_on=self.opens_on,
            due_on=self.due_on,
            overdue_on=self.overdue_on,
            earliest_on=self.earliest_on,
            zone=self.zone,
            state=state,
            answered_by=answered_by,
            priority=self.priority,
            resend_after_days=self.resend_after_days,
            time_critical=self.time_critical,
            superseded_by=superseded_by,
            needs=self.needs,
            audience=self.audience,
        )

    def phase(self, today: date) -> str:
        """waiting, open, due or overdue; the state where it is no longer open."""
        if not self.is_open:
            return self.state
        if today >= self.overdue_on:
            return "overdue"
        if today >= self.due_on:
            return "due"
        return "open" if today >= self.opens_on else "waiting"


def planned(
    kind: str,
    anchor: str,
    *,
    rule: str,
    reason: str,
    params: Mapping[str, str],
    says: Callable[[], str],
    window: Window,
    zone: str,
    rulebook: RuleBook,
    needs: tuple[str, ...] = (),
    audience: str = MAN,
    priority: Priority | None = None,
    time_critical: bool = False,
) -> DueItem:
    """An open item."""
    opens, due, overdue, earliest = window
    return DueItem(
        kind=kind,
        anchor=anchor,
        rule=rule,
        reason=reason,
        params=params,
        says=says,
        opens_on=opens,
        due_on=due,
        overdue_on=overdue,
        earliest_on=earliest,
        zone=zone,
        state=OPEN,
        answered_by="",
        priority=priority,
        resend_after_days=rulebook.monitoring.resend.days[kind],
        time_critical=time_critical,
        needs=needs,
        audience=audience,
    )
