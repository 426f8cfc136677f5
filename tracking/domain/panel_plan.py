"""When blood and blood pressure beside estradiol are due (CLINICAL 4.1, 4.2, 9.4): one walk over rules that are data.

A result answers from the opening of the window on. An earlier one is read, and moves the date only where it says something
else than the one before it: low, or no longer low. Results count by the day they were drawn on, so a back-dated one never
closes a newer item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from tracking.domain.bone import LOSS, BoneStanding
from tracking.domain.due import ANSWERED, SUPERSEDED, DueItem, Window, planned
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
    draws = [item for item in estradiol if item.is_open]
    items: list[DueItem] = []
    spans = timeline.exposure.spans
    if open_only:
        spans = {name: tuple([span for span in of if _goes_on(span, timeline.today)]) for name, of in spans.items()}
    for code, rule in rulebook.monitoring.plan.items():
        if not spans[rule.drug_class] or (rule.followed_only and code not in own):
            continue
        walk = _Walk(code, rule, own.get(code), draws, timeline, rulebook, open_only)
        results = _results(rule, timeline, rulebook)
        of_age = of_age_on(timeline.person, rule.least_age) if rule.least_age else None
        for span in spans[rule.drug_class]:
            start = span.starts_on if of_age is None else max(span.starts_on, of_age)
            if start <= timeline.today and (span.ends_on is None or start < span.ends_on):
                items += walk.items(span, start, [r for r in results if span.ends_on is None or r.on < span.ends_on])
    items += _pth_again(timeline, bone, draws, rulebook)
    return items


def _goes_on(span: Span, today: date) -> bool:
    return span.ends_on is None or span.ends_on > today


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
    """What is asked for, before it is put into words."""

    anchor: str
    reason: str
    since: date
    months: int
    window: Window
    own: IntervalOverride | None = None

    @property
    def earliest_on(self) -> date:
        return self.window[3]


class _Walk(NamedTuple):
    """One kind of one man. ``draws``: the open items of estradiol."""

    code: str
    rule: PlanRule
    own: IntervalOverride | None
    draws: Sequence[DueItem]
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
        if _goes_on(span, self.timeline.today):
            return self._item(asked, _draw_beside(asked.window, self.rule, self.draws))
        return self._item(asked).closed(SUPERSEDED, superseded_by=f"end:{span.anchor}")

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

    def _item(self, asked: _Asked, draw: DueItem | None = None) -> DueItem:
        """``draw``: the estradiol that it goes with."""
        said = _Said(
            asked.window,
            {"name": self.rule.name, "on": str(asked.since), "months": str(asked.months)},
            partial(self._words, asked),
        )
        if draw is not None:
            said = _with_draw(said, draw, self.rulebook)
        return planned(
            self.code,
            asked.anchor,
            rule=self.rule.id,
            reason=asked.reason,
            params=said.params,
            says=said.says,
            window=said.window,
            needs=self.rule.analytes,
            zone=self.timeline.person.zone,
            rulebook=self.rulebook,
        )

    def _words(self, asked: _Asked) -> str:
        params = {"name": self.rule.name, "on": on_day(asked.since, date.min), "months": str(asked.months)}
        return said_of(asked.own, fill(self.rulebook.words.due[asked.reason], params), self.rulebook)


def _pth_again(timeline: Timeline, bone: BoneStanding, draws: Sequence[DueItem], rulebook: RuleBook) -> Iterator[DueItem]:
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
        answer = next((d for d in answers if d.on is not None and d.on >= on), None)
        later = next((d for d in measured if reason == "pth_calcium" and d.on is not None and d.on > on), None)
        due = on + timedelta(days=rule.due_days)
        window = (on, due, due + timedelta(days=rule.overdue_days), on)
        said = _Said(window, {"on": str(on)}, partial(_pth_said, reason, on, rulebook))
        is_open = answer is None and later is None and _goes_on(span, timeline.today)
        draw = _draw_beside(window, rulebook.monitoring.plan[PTH], draws) if is_open else None
        if draw is not None:
            said = _with_draw(said, draw, rulebook)
        item = planned(
            PTH,
            anchor,
            rule=rule.id,
            reason=reason,
            params=said.params,
            says=said.says,
            window=said.window,
            needs=(PTH,),
            zone=timeline.person.zone,
            rulebook=rulebook,
        )
        if answer is not None:
            yield item.closed(ANSWERED, answered_by=answer.lab.key)
        elif later is not None:
            yield item.closed(SUPERSEDED, superseded_by=later.lab.key)
        else:
            yield item if is_open else item.closed(SUPERSEDED, superseded_by=f"end:{span.anchor}")


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


class _Said(NamedTuple):
    """The window of an item, and how it is told."""

    window: Window
    params: Mapping[str, str]
    says: Callable[[], str]


def _draw_beside(window: Window, rule: PlanRule, draws: Sequence[DueItem]) -> DueItem | None:
    """The next estradiol that open blood can go with: one needle. Never beyond what the rule allows."""
    _, due, _, earliest = window
    if not draws or not rule.ride_days:
        return None
    latest = due + timedelta(days=rule.ride_days)
    near = [d for d in draws if earliest <= d.opens_on and d.due_on <= latest]
    return min(near, key=lambda d: abs((d.due_on - due).days), default=None)


def _with_draw(said: _Said, draw: DueItem, rulebook: RuleBook) -> _Said:
    """Due on the day of the draw."""
    opens, _, overdue, earliest = said.window
    window = (min(opens, draw.opens_on), draw.due_on, max(overdue, draw.overdue_on), earliest)
    return _Said(window, {**said.params, "with": str(draw.due_on)}, partial(_said_with, draw.due_on, said.says, rulebook))


def _said_with(on: date, says: Callable[[], str], rulebook: RuleBook) -> str:
    return fill(rulebook.words.due["with_draw"], {"words": says(), "with_on": on_day(on, date.min)})
