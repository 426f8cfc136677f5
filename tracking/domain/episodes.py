"""Findings that last become episodes, which a prescriber answers (CLINICAL 9.2 last point, 9.7).

An episode is opened when a family of findings appears, goes on while any finding of the family is there, and ends when the
family is gone: what counts as recovery is decided by the evaluation, which keeps the finding until then. So which episodes are
open does not depend on the order in which data arrived. What people answered belongs to the episode and survives new data,
until it worsens.

A snooze ends by itself: the state is a function of the instant, and nothing has to run for a sleeper to wake. It does not
stop the response target either, for putting off is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from tracking.domain.due import LAB, DueItem
from tracking.domain.estradiol import RANK, Reading
from tracking.domain.findings import Finding
from tracking.domain.moments import start_of_day
from tracking.domain.problems import problem
from tracking.domain.rulebook import SEVERITIES, Lane, Priority, RuleBook, Tier
from tracking.domain.working_days import working_days_after

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_NOT_COMPARED = len(RANK)


class State(StrEnum):
    """What a reader sees at an instant."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """What a prescriber did about it. Nothing else answers an episode."""

    CONTACTED = "contacted"
    CHANGED_PLAN = "changed_plan"
    REPEAT_ORDERED = "repeat_ordered"
    ACCEPTED_WITH_REASON = "accepted_with_reason"


class Resolution(StrEnum):
    """How it ended: no longer found, or no longer found under other rules and seen by a prescriber."""

    RECOVERED = "recovered"
    RULE_CHANGED = "rule_changed"


class What(StrEnum):
    """What happened to an episode."""

    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    SHORTENED = "shortened"
    WOKE = "woke"
    RULE_CHANGED = "rule_changed"
    FOUND_AGAIN = "found_again"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Level:
    """How bad a family stands: its worst finding, and of how many. ``margin`` as in :class:`Finding`; ``tier`` may be empty."""

    code: str
    priority: Priority
    severity: str
    tier: str
    lane: Lane
    margin: Decimal | None
    censored: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRecord:
    """One episode. ``respond_by`` is the first instant at which an answer is late; None where the rules name no target.

    ``rule_changed`` is the version of the rulebook under which it was no longer found; empty: it is found. ``first_snoozed_at``
    is when it was put off first since it opened, worsened or came back.
    """

    family: str
    level: Level
    worst_priority: Priority
    opened_at: datetime
    respond_by: datetime | None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    outcome: str = ""
    note: str = ""
    snoozed_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str = ""
    snooze_reason: str = ""
    first_snoozed_at: datetime | None = None
    rule_changed: str = ""
    resolved_at: datetime | None = None
    resolution: str = ""
    reopened: int = 0

    def state(self, now: datetime) -> State:
        return state_of(self.acknowledged_at, self.snoozed_until, self.resolved_at, now)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, with why in words for the record."""

    what: What
    why: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """An episode as it is now, and what happened to it."""

    episode: EpisodeRecord
    events: tuple[Happened, ...]

    @property
    def is_new(self) -> bool:
        """It does not go on from the one before."""
        return any(event.what is What.OPENED for event in self.events)


@dataclass(frozen=True, slots=True)
class Look:
    """When, where and by which rules one looks.

    ``recheck_on`` is the local day on which his next estradiol is due, None where none is. ``switched``: the evaluation before
    was by another rulebook.
    """

    now: datetime
    zone: str
    rulebook: RuleBook
    recheck_on: date | None = None
    switched: bool = False


def state_of(
    acknowledged_at: datetime | None, snoozed_until: datetime | None, resolved_at: datetime | None, now: datetime
) -> State:
    """What a reader sees at ``now``: a snooze that has run out is none."""
    if resolved_at is not None:
        return State.RESOLVED
    if snoozed_until is not None and now < snoozed_until:
        return State.SNOOZED
    return State.OPEN if acknowledged_at is None else State.ACKNOWLEDGED


def levels_of(findings: Iterable[Finding], readings: Mapping[str, Reading]) -> dict[str, Level]:
    """By family, how bad it stands. A finding's first input is what it rests on; if that is censored, so is the level."""
    families: dict[str, list[Level]] = {}
    for finding in findings:
        rests_on = [readings[key] for key in finding.inputs[:1] if key in readings]
        level = Level(
            code=finding.code,
            priority=finding.priority,
            severity=finding.severity,
            tier=finding.params.get("queue_tier", ""),
            lane=finding.lane,
            margin=finding.margin,
            censored=any(reading.value.comparator.censors for reading in rests_on),
            count=1,
        )
        families.setdefault(finding.family, []).append(level)
    return {family: replace(min(levels, key=_order), count=len(levels)) for family, levels in families.items()}


def is_worse(one: Level, other: Level) -> bool:
    """A higher priority, a higher severity or a lower tier; or one finding more: a second fracture is news."""
    return (
        one.priority < other.priority
        or _severity(one) < _severity(other)
        or bool(one.tier and other.tier and _tier(one) < _tier(other))
        or one.count > other.count
    )


def follow(family: str, before: EpisodeRecord | None, level: Level | None, look: Look) -> Step | None:
    """What an evaluation makes of a family's episode; None where it changes nothing.

    ``before`` is the one that is not resolved, else the last that was; ``level`` is None where nothing of the family was found.
    """
    if level is None:
        return None if before is None or before.resolved_at is not None else _gone(before, look)
    if before is None or (before.resolved_at is not None and not _is_recurrence(before.resolved_at, look)):
        return _opened(family, level, look)
    return _reopened(before, level, look) if before.resolved_at is not None else _continued(before, level, look)


def acknowledge(before: EpisodeRecord, *, outcome: str, note: str, by: str, now: datetime) -> Step | None:
    """A prescriber's answer; None where the same one stands already. Raises Problem.

    It leaves a snooze alone. One that only other rules no longer find ends with it.
    """
    if outcome not in set(Outcome):
        raise problem(
            "/outcome",
            "outcome-unknown",
            "'{received}' is not an outcome. Accepted: {accepted}.",
            received=outcome[:40],
            accepted=", ".join(Outcome),
        )
    if outcome == Outcome.ACCEPTED_WITH_REASON and not note:
        raise problem("/note", "reason-missing", "Say why it is accepted as it is.")
    if before.outcome == outcome and before.note == note and before.acknowledged_by == by:
        return None
    _refuse_resolved(before)
    answered = replace(before, acknowledged_at=now, acknowledged_by=by, outcome=outcome, note=note)
    events = [Happened(What.ACKNOWLEDGED, f"{outcome}: {note}" if note else outcome)]
    if before.rule_changed:
        answered = _resolved(answered, Resolution.RULE_CHANGED, now)
        events.append(Happened(What.RESOLVED, f"not found by rulebook {before.rule_changed}, and seen"))
    return Step(answered, tuple(events))


def snooze(before: EpisodeRecord, *, until: datetime, reason: str, by: str, look: Look) -> Step | None:
    """Put it off; None where the same snooze stands already. Raises Problem that names the latest instant there is."""
    if before.snoozed_until == until and before.snooze_reason == reason and before.snoozed_by == by:
        return None
    _refuse_resolved(before)
    _check_until(before, until, look)
    if not reason:
        raise problem("/reason", "reason-missing", "Say why it is put off.")
    put_off = replace(
        before,
        snoozed_at=look.now,
        snoozed_until=until,
        snoozed_by=by,
        snooze_reason=reason,
        first_snoozed_at=min(before.first_snoozed_at or look.now, look.now),
    )
    return Step(put_off, (Happened(What.SNOOZED, f"until {_printed(until, look)}: {reason}"),))


def snooze_limit(episode: EpisodeRecord, look: Look) -> datetime:
    """Until when it can be put off: so long by its priority, and never past the start of the day of his recheck."""
    rule = look.rulebook.episodes.snooze
    limit = (episode.first_snoozed_at or look.now) + timedelta(days=rule.days[episode.level.priority])
    return limit if look.recheck_on is None else min(limit, start_of_day(look.recheck_on, look.zone))


def recheck_on(due: Iterable[DueItem]) -> date | None:
    """The local day on which his next estradiol is due."""
    return min((item.due_on for item in due if item.kind == LAB and item.is_open), default=None)


def respond_by(asked_at: datetime, priority: Priority, look: Look) -> datetime | None:
    """The first instant at which an answer is late: the end of the last working day of the target, in his zone.

    The day of asking does not count. Working days are Monday to Friday; no calendar of holidays is kept.
    """
    target = look.rulebook.episodes.response.working_days.get(priority)
    if target is None:
        return None
    return _end_of(working_days_after(asked_at.astimezone(ZoneInfo(look.zone)).date(), target), look.zone)


def is_overdue(respond_by: datetime | None, state: State, now: datetime) -> bool:
    """Nobody has answered in time. One that sleeps is not called overdue before it wakes."""
    return state is State.OPEN and respond_by is not None and now >= respond_by


def escalation(late_from: datetime, priority: Priority, look: Look) -> str:
    """Who is to hear by now that nobody answered; empty before the target has passed."""
    steps = look.rulebook.episodes.escalation.steps
    target = look.rulebook.episodes.response.working_days.get(priority)
    if target is None:  # it has eased so far that no target holds any more: the first is told, and nobody further up
        return steps[0].to if look.now >= late_from else ""
    last_day = (late_from - _INSTANT).astimezone(ZoneInfo(look.zone)).date()
    reached = [
        step.to for step in steps if look.now >= _end_of(working_days_after(last_day, (step.targets - 1) * target), look.zone)
    ]
    return reached[-1] if reached else ""


def _opened(family: str, level: Level, look: Look) -> Step:
    episode = EpisodeRecord(
        family=family,
        level=level,
        worst_priority=level.priority,
        opened_at=look.now,
        respond_by=respond_by(look.now, level.priority, look),
    )
    return Step(episode, (Happened(What.OPENED, _name(level)),))


def _is_recurrence(resolved_at: datetime, look: Look) -> bool:
    return look.now - resolved_at <= timedelta(days=look.rulebook.episodes.recurrence.days)


def _reopened(before: EpisodeRecord, level: Level, look: Look) -> Step:
    again = replace(
        before,
        level=level,
        worst_priority=min(before.worst_priority, level.priority),
        rule_changed="",
        resolved_at=None,
        resolution="",
        reopened=before.reopened + 1,
    )
    return Step(_asked_again(again, look, owed=None), (Happened(What.REOPENED, _name(level)),))


def _continued(before: EpisodeRecord, level: Level, look: Look) -> Step | None:
    after = replace(before, level=level, worst_priority=min(before.worst_priority, level.priority), rule_changed="")
    events = [Happened(What.FOUND_AGAIN, f"by rulebook {look.rulebook.version}")] if before.rule_changed else []
    if is_worse(level, before.level):
        after = _asked_again(after, look, owed=_owed(before))
        events.append(Happened(What.WORSENED, f"{_name(before.level)}, now {_name(level)}"))
    elif is_worse(before.level, level):
        events.append(Happened(What.EASED, f"{_name(before.level)}, now {_name(level)}"))
    return _not_past_the_recheck(before, after, events, look)


def _gone(before: EpisodeRecord, look: Look) -> Step | None:
    """Across a change of rules nothing ends in silence: whether he recovered or the rules moved is for a prescriber to see."""
    if before.rule_changed:
        return _not_past_the_recheck(before, before, [], look)
    if look.switched:
        version = look.rulebook.version
        marked = _asked_again(replace(before, rule_changed=version), look, owed=_owed(before))
        return Step(marked, (Happened(What.RULE_CHANGED, f"no longer found by rulebook {version}"),))
    return Step(_resolved(before, Resolution.RECOVERED, look.now), (Happened(What.RESOLVED, "no longer found"),))


def _resolved(before: EpisodeRecord, how: Resolution, now: datetime) -> EpisodeRecord:
    # No sooner than it was opened: the clock may have been ahead then.
    return replace(_awake(before), first_snoozed_at=None, resolved_at=max(now, before.opened_at), resolution=how)


def _owed(before: EpisodeRecord) -> datetime | None:
    """By when an answer was due that has not come; None where it came."""
    return before.respond_by if before.acknowledged_at is None else None


def _asked_again(episode: EpisodeRecord, look: Look, *, owed: datetime | None) -> EpisodeRecord:
    """Open, awake and unanswered. New data never puts off an answer that was still owed."""
    asked = respond_by(look.now, episode.level.priority, look)
    return replace(
        _awake(episode),
        first_snoozed_at=None,
        respond_by=min((at for at in (owed, asked) if at is not None), default=None),
        acknowledged_at=None,
        acknowledged_by="",
        outcome="",
        note="",
    )


def _awake(episode: EpisodeRecord) -> EpisodeRecord:
    return replace(episode, snoozed_at=None, snoozed_until=None, snoozed_by="", snooze_reason="")


def _not_past_the_recheck(before: EpisodeRecord, after: EpisodeRecord, events: list[Happened], look: Look) -> Step | None:
    """The recheck may have moved since it was put off: a snooze that would outlive it is cut."""
    slept_until = after.snoozed_until
    if slept_until is not None and look.now < slept_until and look.recheck_on is not None:
        due = start_of_day(look.recheck_on, look.zone)
        if due <= look.now:
            after = _awake(after)
            events = [*events, Happened(What.WOKE, f"the recheck was due on {look.recheck_on}")]
        elif due < slept_until:
            after = replace(after, snoozed_until=due)
            events = [
                *events,
                Happened(What.SHORTENED, f"until {_printed(due, look)}: the recheck is due on {look.recheck_on}"),
            ]
    return Step(after, tuple(events)) if events or after != before else None


def _refuse_resolved(episode: EpisodeRecord) -> None:
    if episode.resolved_at is not None:
        raise problem("", "episode-resolved", "This has ended and needs no answer.", kind="conflict")


def _check_until(episode: EpisodeRecord, until: datetime, look: Look) -> None:
    latest = snooze_limit(episode, look)
    if look.now < until <= latest:
        return
    by_recheck = look.recheck_on is not None and latest == start_of_day(look.recheck_on, look.zone)
    why = "when his recheck is due" if by_recheck else f"the limit for {episode.level.priority}"
    code, text = "snooze-too-long", "That is too long. Accepted: until {latest}, {why}."
    if latest <= look.now:
        code, text = "snooze-over", "This can be put off no longer; answer it. It was accepted until {latest}, {why}."
    elif until <= look.now:
        code, text = "snooze-in-the-past", "That has passed. Accepted: until {latest}, {why}."
    raise problem("/until", code, text, latest=_printed(latest, look), why=why)


def _name(level: Level) -> str:
    return (
        f"{level.code} ({level.priority})" if level.count == 1 else f"{level.code} ({level.priority}, {level.count} findings)"
    )


def _printed(at: datetime, look: Look) -> str:
    return at.astimezone(ZoneInfo(look.zone)).isoformat(timespec="seconds")


def _order(level: Level) -> tuple[object, ...]:
    margin = (level.margin is None, level.margin or 0)
    return (level.priority, _severity(level), _tier(level), margin, not level.censored, level.code)


def _severity(level: Level) -> int:
    return SEVERITIES.index(level.severity)


def _tier(level: Level) -> int:
    return RANK[Tier(level.tier)] if level.tier else _NOT_COMPARED


def _end_of(day: date, zone: str) -> datetime:
    return start_of_day(day + _DAY, zone)
