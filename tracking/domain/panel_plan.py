"""When blood and blood pressure beside estradiol are due (CLINICAL 4.1, 4.2, 9.4): one walk over rules that are data.

A result answers from the opening of the window on. An earlier one is read, and moves the date only where it says something
else than the one before it: low, or no longer low. Results count by the day they were drawn on, so a back-dated one never
closes a newer item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from tracking.domain.bone import LOSS, BoneStanding
from tracking.domain.due import ANSWERED, SUPERSEDED, DueItem, planned
from tracking.domain.exposure import Span
from tracking.domain.history import IntervalOverride, Person
from tracking.domain.intervals import said_of
from tracking.domain.months import months_after
from tracking.domain.rulebook import AROMATASE_INHIBITOR, LowAgainRule, PlanRule, RuleBook
from tracking.domain.thresholds import is_below
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.units import threshold
from tracking.domain.words import fill, on_day

PTH = "pth"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Result:
    """What one day gave: all analytes of a kind, or any one of them. ``low``: not clearly at or above the limit."""

    on: date
    key: str
    low: bool = False


def panel_items(
    timeline: Timeline,
    bone: BoneStanding,
    own: Mapping[str, IntervalOverride],
    estradiol: Iterable[DueItem],
    rulebook: RuleBook,
    *,
    open_only: bool = False,
) -> list[DueItem]:
    """Every item of every exposure up to today. ``estradiol``: the open items that other blood can be drawn with.

    ``open_only``: what is closed may be left out.
    """
    items: list[DueItem] = []
    for code, rule in rulebook.monitoring.plan.items():
        if rule.followed_only and code not in own:
            continue
        spans = timeline.exposure.spans[rule.drug_class]
        if open_only:
            spans = tuple([span for span in spans if span.ends_on is None or span.ends_on > timeline.today])
        if not spans:
            continue
        walk = _Walk(code, rule, own.get(code), timeline, rulebook, open_only)
        results = _results(rule, timeline, rulebook)
        for span in spans:
            start = max(span.starts_on, of_age_on(timeline.person, rule.least_age) or span.starts_on)
            if start <= timeline.today and (span.ends_on is None or start < span.ends_on):
                items += walk.items(span, start, [r for r in results if span.ends_on is None or r.on < span.ends_on])
    items += _pth_again(timeline, bone, rulebook)
    return _riding(items, [item for item in estradiol if item.is_open], rulebook)


def of_age_on(person: Person, age: int) -> date | None:
    """The first day on which he can be of that age; None where neither birth date nor year is known."""
    if person.birth_date is not None:
        return months_after(person.birth_date, age * 12)
    return date(person.birth_year + age, 1, 1) if person.birth_year is not None else None


def _results(rule: PlanRule, timeline: Timeline, rulebook: RuleBook) -> list[_Result]:
    """By day. Results whose day is not known answer nothing."""
    if timeline.draws.keys().isdisjoint(rule.analytes):
        return []
    again = rulebook.monitoring.vitamin_d_low
    wanted = 1 if rule.any_of else len(rule.analytes)
    days: dict[date, dict[str, Draw]] = {}
    for analyte in rule.analytes:
        for draw in timeline.draws.get(analyte, ()):
            if draw.on is not None and draw.dated:
                days.setdefault(draw.on, {})[analyte] = draw
    watched = again if again.kind == rule.code else None
    return [
        _Result(on, min(draw.lab.key for draw in drawn.values()), _is_low(drawn, watched, rulebook))
        for on, drawn in sorted(days.items())
        if len(drawn) >= wanted
    ]


def _is_low(drawn: Mapping[str, Draw], watched: LowAgainRule | None, rulebook: RuleBook) -> bool:
    if watched is None or watched.analyte not in drawn:
        return False
    return is_below(drawn[watched.analyte].lab.reported.value, watched, rulebook) is not False


class _Asked(NamedTuple):
    """What is asked for, before it is put into words. ``window``: opens, due, overdue, and the earliest day that answers."""

    anchor: str
    reason: str
    since: date
    months: int
    window: tuple[date, date, date, date]
    own: IntervalOverride | None = None

    @property
    def earliest_on(self) -> date:
        return self.window[3]


@dataclass(frozen=True, slots=True)
class _Walk:
    """One kind of one man."""

    code: str
    rule: PlanRule
    own: IntervalOverride | None
    timeline: Timeline
    rulebook: RuleBook
    open_only: bool

    def items(self, span: Span, start: date, results: Sequence[_Result]) -> Iterator[DueItem]:
        rule = self.rule
        earliest = months_after(start, -rule.baseline_months)
        within = [r for r in results if r.on >= earliest]
        before = sum(r.on <= start for r in within)
        overdue = start + timedelta(days=rule.baseline_overdue_days)
        asked = _Asked(f"{span.anchor}:baseline", "panel_baseline", start, 0, (start, start, overdue, earliest))
        number = before - 1 if before else 0
        if number >= len(within):
            yield self._left(asked, span)
            return
        yield from self._closed(asked, ANSWERED, answered_by=within[number].key)
        yield from self._follow_up(span, start, within[number:])

    def _follow_up(self, span: Span, start: date, results: Sequence[_Result]) -> Iterator[DueItem]:
        last, follows = results[0], results[1:]
        asked = self._first(span, start, last) or self._next(span, last)
        for result in follows:
            if asked is None:
                # Without an interval of its own (or any) only a low one comes back.
                last, asked = result, self._next(span, result)
            elif result.on >= asked.earliest_on:
                yield from self._closed(asked, ANSWERED, answered_by=result.key)
                last, asked = result, self._next(span, result)
            elif result.low is not last.low:
                yield from self._closed(asked, SUPERSEDED, superseded_by=result.key)
                last, asked = result, self._next(span, result)
        if asked is not None:
            yield self._left(asked, span)

    def _closed(self, asked: _Asked, state: str, *, answered_by: str = "", superseded_by: str = "") -> Iterator[DueItem]:
        if not self.open_only:
            yield self._item(asked).closed(state, answered_by=answered_by, superseded_by=superseded_by)

    def _left(self, asked: _Asked, span: Span) -> DueItem:
        """Open while he is on the drug; its end ends what was asked for."""
        item = self._item(asked)
        if span.ends_on is None or span.ends_on > self.timeline.today:
            return item
        return item.closed(SUPERSEDED, superseded_by=f"end:{span.anchor}")

    def _first(self, span: Span, start: date, baseline: _Result) -> _Asked | None:
        """The first look after a start that had a baseline before it."""
        if not self.rule.first_months or baseline.on > start or baseline.low:
            return None
        months = min(self.rule.first_months, self.own.every_months) if self.own else self.rule.first_months
        return self._after(f"{span.anchor}:first", "panel_first", start, months)

    def _next(self, span: Span, result: _Result) -> _Asked | None:
        months = self.own.every_months if self.own else self.rule.interval_months
        reason = "panel_interval"
        if result.low:
            low = self.rulebook.monitoring.vitamin_d_low.months
            months, reason = (low if not months else min(months, low)), "panel_low"
        return self._after(f"{span.anchor}:{result.key}", reason, result.on, months) if months else None

    def _after(self, anchor: str, reason: str, since: date, months: int) -> _Asked:
        due = months_after(since, months)
        opens = max(due - timedelta(days=self.rule.opens_before_days), since + _DAY)
        window = (opens, due, due + timedelta(days=self.rule.overdue_days), opens)
        return _Asked(anchor, reason, since, months, window, self.own)

    def _item(self, asked: _Asked) -> DueItem:
        params = {"name": self.rule.name, "on": str(asked.since), "months": str(asked.months)}

        def says() -> str:
            words = fill(self.rulebook.words.due[asked.reason], params | {"on": on_day(asked.since, date.min)})
            return said_of(asked.own, words, self.rulebook)

        return planned(
            self.code,
            asked.anchor,
            rule=self.rule.id,
            reason=asked.reason,
            params=params,
            says=says,
            window=asked.window,
            needs=self.rule.analytes,
            zone=self.timeline.person.zone,
            rulebook=self.rulebook,
        )


def _pth_again(timeline: Timeline, bone: BoneStanding, rulebook: RuleBook) -> Iterator[DueItem]:
    """PTH where calcium is off or bone was lost, on an AI; one drawn on that day or later answers."""
    rule = rulebook.monitoring.pth_again
    measured = [d for d in timeline.draws.get(rule.analyte, ()) if d.on is not None and d.dated]
    days = [(d.on, f"calcium:{d.lab.key}", "pth_calcium") for d in measured if d.on is not None and _is_off(d, rulebook)]
    days += [(change.to_on, f"loss:{change.to_key}", "pth_loss") for change in bone.changes if change.verdict == LOSS]
    answers = [d for d in timeline.draws.get(PTH, ()) if d.on is not None and d.dated]
    for on, anchor, reason in sorted(set(days)):
        span = timeline.exposure.span(AROMATASE_INHIBITOR, on)
        if span is None:
            continue
        due = on + timedelta(days=rule.due_days)
        params = {"on": str(on)}
        says = partial(_pth_said, reason, on, rulebook)
        window = (on, due, due + timedelta(days=rule.overdue_days), on)
        item = planned(
            PTH,
            anchor,
            rule=rule.id,
            reason=reason,
            params=params,
            says=says,
            window=window,
            needs=(PTH,),
            zone=timeline.person.zone,
            rulebook=rulebook,
        )
        answer = next((d for d in answers if d.on is not None and d.on >= on), None)
        later = next((d for d in measured if reason == "pth_calcium" and d.on is not None and d.on > on), None)
        if answer is not None:
            yield item.closed(ANSWERED, answered_by=answer.lab.key)
        elif later is not None:
            yield item.closed(SUPERSEDED, superseded_by=later.lab.key)
        elif span.ends_on is not None and span.ends_on <= timeline.today:
            yield item.closed(SUPERSEDED, superseded_by=f"end:{span.anchor}")
        else:
            yield item


def _pth_said(reason: str, on: date, rulebook: RuleBook) -> str:
    return fill(rulebook.words.due[reason], {"on": on_day(on, date.min)})


def _is_off(draw: Draw, rulebook: RuleBook) -> bool:
    """Outside the laboratory's own range, or outside the rule's where the laboratory gives none."""
    rule, lab = rulebook.monitoring.pth_again, draw.lab
    value = lab.reported.value
    if value.comparator.censors or value.unit not in rulebook.analytes[rule.analyte].units:
        return False
    low, high = (
        end.number
        if end is not None and end.unit == value.unit
        else threshold(rulebook, rule.analyte, number, rule.unit, value.unit, decimals=value.decimals)
        for end, number in ((lab.range_low, rule.low), (lab.range_high, rule.high))
    )
    return not low <= value.number <= high


def _riding(items: list[DueItem], estradiol: Sequence[DueItem], rulebook: RuleBook) -> list[DueItem]:
    """Open blood that can go with the next estradiol is due on its day: one needle. Never beyond what the rule allows."""
    return [_with_draw(item, estradiol, rulebook) if item.is_open else item for item in items]


def _with_draw(item: DueItem, estradiol: Sequence[DueItem], rulebook: RuleBook) -> DueItem:
    rule = rulebook.monitoring.plan[item.kind]
    latest = item.due_on + timedelta(days=rule.ride_days)
    draws = [d for d in estradiol if rule.ride_days and item.earliest_on <= d.opens_on and d.due_on <= latest]
    if not draws:
        return item
    draw = min(draws, key=lambda d: abs((d.due_on - item.due_on).days))

    def says() -> str:
        said = {"words": item.words, "with_on": on_day(draw.due_on, date.min)}
        return fill(rulebook.words.due["with_draw"], said)

    window = (min(item.opens_on, draw.opens_on), draw.due_on, max(item.overdue_on, draw.overdue_on))
    return item.moved(window, {**item.params, "with": str(draw.due_on)}, says)
