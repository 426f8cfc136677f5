"""Which messages a due item leads to, and from when until when each of them may be sent.

A stage begins on its day and ends when the next one begins, so that after an outage one message goes out and not a storm.
Windows are half-open, [send_at, expires_at). Where days coincide, the later stage takes the day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from notifications.domain.hours import Hours, next_allowed, send_at

# How long to leave alone a man whose zone is unreadable, before looking at him again.
UNREADABLE_ZONE_WAIT = timedelta(hours=1)


# What is drawn or measured with the next estradiol: the reminder of that draw speaks for it, and his list shows it.
DONE_ALONG = frozenset({"vitamin_d", "lipids", "calcium", "pth", "bone_markers", "hematocrit", "psa", "blood_pressure"})
# Whom a due item asks, where it is the man.
_MAN = "man"


class Stage(StrEnum):
    BEFORE = "before"
    ON = "on"
    AFTER = "after"
    OVERDUE = "overdue"


class Level(StrEnum):
    """Who is told when nobody acts, in this order."""

    LEAD = "lead"
    CLINIC = "clinic"
    ADMINISTRATOR = "clinic_administrator"


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Who is told, and how many days after the overdue date."""

    to: Level
    days: int


@dataclass(frozen=True, slots=True)
class StageRule:
    """How one kind of due item is spoken of. ``after_days``: days from the due date to a message of its own, 0 for none.

    ``lives_days``: days after the overdue date on which the last stage ends, which has no next one to end it.
    ``lives_minutes``: of what is a matter of hours, how long after its time it may be said. ``resend_after_days``: a date that
    moved by more is told anew; of what is no due item, for those carry their own.
    ``escalate_until_days``: days overdue from which on nobody is told anew, or None.
    """

    after_days: int = 0
    lives_days: int = 14
    lives_minutes: int = 0
    resend_after_days: int = 0
    escalate: tuple[EscalationStep, ...] = ()
    escalate_until_days: int | None = None
    may_be_muted: bool = True

    def level(self, days_overdue: int) -> Level | None:
        """Who is to hear of it by now; None: nobody yet, or nobody any more."""
        if self.escalate_until_days is not None and days_overdue >= self.escalate_until_days:
            return None
        reached = [step.to for step in self.escalate if days_overdue >= step.days]
        return reached[-1] if reached else None


DEFAULT_RULE = StageRule()


@dataclass(frozen=True, slots=True)
class DueDays:
    """Local days: from when something can be done, by when it is due, and from when it is late."""

    opens_on: date
    due_on: date
    overdue_on: date


@dataclass(frozen=True, slots=True)
class Sending:
    """One message to come: it may be sent in [send_at, expires_at), both UTC."""

    stage: Stage
    send_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """One pass through the stages of one item. An answer, or a due date that moved far, begins the next.

    ``snoozed_until``: this round began because he asked to be reminded again then. ``is_done``: he said it is done.
    """

    number: int
    began_at: datetime
    snoozed_until: datetime | None = None
    is_done: bool = False


class Fate(StrEnum):
    SEND = "send"
    WAIT = "wait"
    SILENCE = "silence"
    EXPIRE = "expire"


def is_reminded(kind: str, audience: str) -> bool:
    """Whether the man gets messages of his own for a due item: one visit is one reminder, and the clinic's work is its own."""
    return audience == _MAN and kind not in DONE_ALONG


def stages(days: DueDays, hours: Hours, zone: ZoneInfo, rule: StageRule = DEFAULT_RULE) -> tuple[Sending, ...]:
    """Every stage that has a window at all, in order; the windows touch and do not overlap."""
    begins = {Stage.BEFORE: days.opens_on, Stage.ON: days.due_on}
    after = days.due_on + timedelta(days=rule.after_days)
    if days.due_on < after < days.overdue_on:
        begins[Stage.AFTER] = after
    begins[Stage.OVERDUE] = days.overdue_on
    instants = [send_at(day, hours, zone) for day in (*begins.values(), days.overdue_on + timedelta(days=rule.lives_days))]
    return tuple(
        Sending(stage, begin, end) for stage, (begin, end) in zip(begins, pairwise(instants), strict=True) if begin < end
    )


def round_for(now: datetime, *, past: Round | None, told_due_on: date | None, due_on: date, resend_after_days: int) -> Round:
    """The round that an item is in now: the one it was in, unless the man was told a due date more than so many days off."""
    if past is None:
        return Round(1, now)
    if told_due_on is not None and abs((due_on - told_due_on).days) > resend_after_days:
        return Round(past.number + 1, now)
    return past


def sendings(round_: Round, days: DueDays, hours: Hours, zone: ZoneInfo, rule: StageRule = DEFAULT_RULE) -> tuple[Sending, ...]:
    """The messages of one round, in order; the same however often and however late it is asked.

    - Stages that were over when the round began are left out. If that leaves none, one late message says so.
    - A snooze repeats the stage in hand at the time he asked for; it never holds back the stage after that.
    - What he said is done is not mentioned again.
    """
    if round_.is_done:
        return ()
    ahead = [sending for sending in stages(days, hours, zone, rule) if sending.expires_at > round_.began_at]
    if not ahead:
        return (_late(round_.snoozed_until or round_.began_at, hours, zone, rule),)
    if round_.snoozed_until is None:
        return tuple(ahead)
    in_hand, *later = ahead
    again = max(in_hand.send_at, next_allowed(round_.snoozed_until, hours, zone))
    if not later:
        return (_late(again, hours, zone, rule),)
    if again < in_hand.expires_at:
        return (replace(in_hand, send_at=again), *later)
    return tuple(later)


def fate(
    now: datetime,
    *,
    expires_at: datetime,
    is_wanted: bool,
    hours: Hours,
    zone: ZoneInfo | None,
    paused_until: datetime | None = None,
) -> tuple[Fate, datetime]:
    """What becomes of a message whose time has come, and for ``WAIT`` until when; the first test that holds decides.

    ``paused_until``: he wants to hear nothing before then.
    """
    if not is_wanted:
        return Fate.SILENCE, now
    if now >= expires_at:
        return Fate.EXPIRE, now
    earliest = max(now, paused_until or now)
    allowed = now + UNREADABLE_ZONE_WAIT if zone is None else next_allowed(earliest, hours, zone)
    if allowed == now:
        return Fate.SEND, now
    if allowed >= expires_at:
        return Fate.EXPIRE, now
    return Fate.WAIT, allowed


def _late(instant: datetime, hours: Hours, zone: ZoneInfo, rule: StageRule) -> Sending:
    begin = next_allowed(instant, hours, zone)
    last_day = begin.astimezone(zone).date() + timedelta(days=rule.lives_days)
    return Sending(Stage.OVERDUE, begin, send_at(last_day, hours, zone))
