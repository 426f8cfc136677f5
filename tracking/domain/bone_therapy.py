"""Bone drugs that a clinician recorded, injected at long intervals (CLINICAL 5.2, 9.5). Nothing here proposes one.

Injections are the logged doses. Where none is logged the start of the regimen is counted as the first, and said to be: then
lateness shows that nobody knows, and silence never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracking.domain.due import ANSWERED, CLINIC, SUPERSEDED, DueItem, asked
from tracking.domain.history import DoseRecord, RegimenRecord
from tracking.domain.months import months_after
from tracking.domain.reported import Precision
from tracking.domain.rulebook import BONE_THERAPY, InjectionRule, RuleBook
from tracking.domain.spans import so_many_days
from tracking.domain.stated import RegimenLog
from tracking.domain.timeline import Timeline
from tracking.domain.words import listed

DENOSUMAB = "denosumab"
ZOLEDRONATE = "zoledronate"
_UNDATED = Precision.UNKNOWN
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Injection:
    """One injection; ``on`` is the first day it can have been given on. ``assumed``: the start of a regimen without a log."""

    key: str
    on: date
    anchor: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Injected:
    """One injected bone drug of one man.

    ``stopped``: the regimen whose end was the last word on it, None while it goes on. ``followed_by``: the key of what was
    recorded in its place in time. ``starts``: a regimen that is yet to begin, where nothing was given so far.
    """

    kind: str
    rule: InjectionRule
    given: tuple[Injection, ...]
    stopped: RegimenRecord | None = None
    followed_by: str = ""
    starts: RegimenRecord | None = None

    @property
    def due_on(self) -> date:
        """The day on which the next one is due, where one was given."""
        return months_after(self.given[-1].on, self.rule.interval_months)


def bone_injections(timeline: Timeline, regimens: RegimenLog, rulebook: RuleBook) -> tuple[Injected, ...]:
    """What stands about denosumab and zoledronic acid, those on record only."""
    stated = regimens.of_class(BONE_THERAPY, rulebook)
    doses = timeline.logs[BONE_THERAPY].taken
    if not stated and not doses:
        return ()
    records = _Records(timeline.today, stated, doses)
    kinds = ((DENOSUMAB, rulebook.monitoring.denosumab), (ZOLEDRONATE, rulebook.monitoring.zoledronate))
    return tuple(found for kind, rule in kinds if (found := _injected(kind, rule, records, rulebook)) is not None)


@dataclass(frozen=True, slots=True)
class _Records:
    """Regimens and logged doses of every bone drug."""

    today: date
    regimens: Sequence[RegimenRecord]
    doses: Sequence[DoseRecord]


def _injected(kind: str, rule: InjectionRule, records: _Records, rulebook: RuleBook) -> Injected | None:
    own = sorted((r for r in records.regimens if r.drug == rule.drug), key=lambda r: (r.starts_on, r.key))
    begun = [regimen for regimen in own if regimen.starts_on <= records.today]
    given = _given(rule, records.doses, begun)
    if not given:
        return Injected(kind, rule, (), starts=own[0]) if own else None
    found = Injected(kind, rule, given)
    found = replace(found, stopped=_stopped(found, own, records.today, rulebook))
    if kind != DENOSUMAB or any(records.today < (r.ends_on or date.max) for r in begun):
        return found
    return replace(found, followed_by=_followed_by(found, records, rulebook))


def _given(rule: InjectionRule, doses: Sequence[DoseRecord], begun: list[RegimenRecord]) -> tuple[Injection, ...]:
    given: list[Injection] = []
    for dose in doses:
        if dose.drug != rule.drug or dose.taken.precision is _UNDATED:
            continue
        on = dose.taken.local.date()
        if not given or (on - given[-1].on).days >= rule.same_dose_days:
            given.append(Injection(dose.key, on, f"dose:{dose.key}"))
    if not given and begun:
        first = begun[0]
        given.append(Injection(first.key, first.starts_on, f"start:{first.key}", assumed=True))
    return tuple(given)


def _stopped(found: Injected, own: list[RegimenRecord], today: date, rulebook: RuleBook) -> RegimenRecord | None:
    """The regimen that ended last, where nothing was given after its end and it does not begin again in time."""
    limit, ended = _limit(found, rulebook), [r for r in own if r.ends_on is not None and r.ends_on <= today]
    if not ended or any(today < (r.ends_on or date.max) and r.starts_on < max(limit, today + _DAY) for r in own):
        return None
    last = max(ended, key=lambda r: (r.ends_on or today, r.key))
    return last if last.ends_on is not None and found.given[-1].on <= last.ends_on else None


def _limit(found: Injected, rulebook: RuleBook) -> date:
    """The first day on which the next injection, or what replaces it, is very late."""
    return found.due_on + so_many_days(rulebook.monitoring.denosumab_delay.very_late_days)


def _followed_by(found: Injected, records: _Records, rulebook: RuleBook) -> str:
    """The drug recorded in its place, begun before the next injection would be very late.

    After a stop one that he was on already counts too; where nobody said that it was stopped, only one begun after the last.
    """
    drugs, limit, last = rulebook.monitoring.denosumab_delay.follow_on, _limit(found, rulebook), found.given[-1].on
    begun = [
        (dose.taken.local.date(), dose.key)
        for dose in records.doses
        if dose.drug in drugs and dose.taken.precision is not _UNDATED
    ]
    begun = [(on, key) for on, key in begun if last < on]
    begun += [
        (r.starts_on, r.key)
        for r in records.regimens
        if r.drug in drugs and (last < r.starts_on or (found.stopped is not None and last < (r.ends_on or date.max)))
    ]
    return next((key for on, key in sorted(begun) if on < limit), "")


def injection_items(
    injected: Iterable[Injected], timeline: Timeline, rulebook: RuleBook, *, open_only: bool = False
) -> list[DueItem]:
    """The next injection after each one given, and the blood before it. ``open_only``: what is closed may be left out."""
    return [item for found in injected for item in _of_one(found, timeline, rulebook, open_only=open_only)]


def _of_one(found: Injected, timeline: Timeline, rulebook: RuleBook, *, open_only: bool) -> Iterator[DueItem]:
    if found.starts is not None:
        start = found.starts
        opens = months_after(start.starts_on, found.rule.arrange_months - found.rule.interval_months)
        yield _labs(found, f"start:{start.key}", start.starts_on, opens, ended="", timeline=timeline, rulebook=rulebook)
    for number, injection in enumerate(found.given):
        following = found.given[number + 1] if number + 1 < len(found.given) else None
        if open_only and following is not None:
            continue
        due = months_after(injection.on, found.rule.interval_months)
        opens = months_after(injection.on, found.rule.arrange_months)
        ended = found.followed_by or (f"end:{found.stopped.key}" if found.stopped is not None else "")
        item = _next_injection(found, injection, (opens, due), timeline, rulebook)
        if following is not None:
            item = item.closed(ANSWERED, answered_by=following.key)
        elif ended:
            item = item.closed(SUPERSEDED, superseded_by=ended)
        yield item
        closed = following.key if following else ended
        yield _labs(found, injection.anchor, due, opens, ended=closed, timeline=timeline, rulebook=rulebook)


def _next_injection(
    found: Injected, injection: Injection, window: tuple[date, date], timeline: Timeline, rulebook: RuleBook
) -> DueItem:
    rule, (opens, due) = found.rule, window
    reason = "injection_assumed" if injection.assumed else "injection"
    said = {"name": rulebook.drugs[rule.drug].name, "on": injection.on, "months": rule.interval_months}
    overdue, earliest = due + so_many_days(rule.overdue_days), injection.on + so_many_days(rule.same_dose_days)
    of = asked(found.kind, rule.id, rulebook, priority=rule.priority, time_critical=rule.time_critical)
    return DueItem(of, injection.anchor, reason, said, opens, due, overdue, earliest, timeline.person.zone)


def _labs(
    found: Injected, anchor: str, injection_on: date, opens: date, *, ended: str, timeline: Timeline, rulebook: RuleBook
) -> DueItem:
    """The blood before one injection, for the clinic to order; ``ended``: what closed it without."""
    rule = found.rule
    said = {
        "labs": listed(rulebook.analytes[analyte].name for analyte in rule.labs),
        "name": rulebook.drugs[rule.drug].name.lower(),
        "on": injection_on,
    }
    window = (opens, injection_on - so_many_days(rule.labs_due_days), injection_on, opens)
    of = asked(f"pre_{found.kind}", rule.id, rulebook, needs=rule.labs, audience=CLINIC)
    item = DueItem(of, anchor, "injection_labs", said, *window, timeline.person.zone)
    last = next((i.on for i in found.given if i.key == ended), None)
    drawn = []
    for analyte in rule.labs:
        ahead = (d for d in timeline.draws.get(analyte, ()) if d.on is not None and d.dated and d.on >= opens)
        first = next((d for d in ahead if d.on is not None and (last is None or d.on <= last)), None)
        if first is None:
            return item.closed(SUPERSEDED, superseded_by=ended) if ended else item
        drawn.append((first.on, first.lab.key))
    return item.closed(ANSWERED, answered_by=max(drawn)[1])
