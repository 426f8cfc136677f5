"""When blood and blood pressure beside estradiol are due (CLINICAL 4.1, 4.2, 9.4): one walk over rules that are data.

A result answers from the opening of the window on. An earlier one is read, and moves the date only where it says something
else than the one before it: low, or no longer low. Results count by the day they were drawn on, so a back-dated one never
closes a newer item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from tracking.domain.bone import LOSS, BoneStanding
from tracking.domain.due import ANSWERED, SUPERSEDED, Asked, DueItem, Window, asked
from tracking.domain.exposure import Span
from tracking.domain.history import IntervalOverride, Person
from tracking.domain.months import months_after
from tracking.domain.rulebook import AROMATASE_INHIBITOR, LowAgainRule, PlanRule, RuleBook
from tracking.domain.spans import so_many_days
from tracking.domain.thresholds import is_below
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.units import threshold

PTH = "pth"
_DAY = timedelta(days=1)


class _Result(Struct, frozen=True):
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
        of = asked(code, rule.id, rulebook, needs=rule.analytes)
        walk = _Walk(rule, of, own.get(code), draws, timeline, rulebook.monitoring.vitamin_d_low.months, open_only)
        results = [] if timeline.draws.keys().isdisjoint(rule.analytes) else _results(rule, timeline, rulebook)
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


class _Walk(Struct, frozen=True):
    """One kind of one man. ``draws``: the open items of estradiol."""

    rule: PlanRule
    asked: Asked
    own: IntervalOverride | None
    draws: Sequence[DueItem]
    timeline: Timeline
    low_months: int
    open_only: bool

    def items(self, span: Span, start: date, results: Sequence[_Result]) -> Iterable[DueItem]:
        rule = self.rule
        earliest = months_after(start, -rule.baseline_months)
        window = (start, start, start + so_many_days(rule.baseline_overdue_days), earliest)
        baseline = self._item(f"{span.anchor}:baseline", "panel_baseline", start, 0, window)
        within = [r for r in results if r.on >= earliest]
        if not within:
            return (self._left(baseline, span),)
        number = max(sum(r.on <= start for r in within) - 1, 0)
        answered = self._closed(baseline, ANSWERED, answered_by=within[number].key)
        return (*answered, *self._follow_up(span, start, within[number:]))

    def _follow_up(self, span: Span, start: date, results: Sequence[_Result]) -> Iterator[DueItem]:
        last, follows = results[0], results[1:]
        item = self._first(span, start, last) or self._next(span, last)
        for result in follows:
            if item is None:
                # Without an interval of its own (or any) only a low one comes back.
                last, item = result, self._next(span, result)
            elif result.on >= item.earliest_on:
                yield from self._closed(item, ANSWERED, answered_by=result.key)
                last, item = result, self._next(span, result)
            elif result.low is not last.low:
                yield from self._closed(item, SUPERSEDED, superseded_by=result.key)
                last, item = result, self._next(span, result)
        if item is not None:
            yield self._left(item, span)

    def _closed(self, item: DueItem, state: str, *, answered_by: str = "", superseded_by: str = "") -> Iterator[DueItem]:
        if not self.open_only:
            yield item.closed(state, answered_by=answered_by, superseded_by=superseded_by)

    def _left(self, item: DueItem, span: Span) -> DueItem:
        """Open while he is on the drug; its end ends what was asked for."""
        if _goes_on(span, self.timeline.today):
            return _with_draw(item, self.rule, self.draws)
        return item.closed(SUPERSEDED, superseded_by=f"end:{span.anchor}")

    def _first(self, span: Span, start: date, baseline: _Result) -> DueItem | None:
        """The first look after a start that had a baseline before it."""
        if not self.rule.first_months or baseline.on > start or baseline.low:
            return None
        months = min(self.rule.first_months, self.own.every_months) if self.own else self.rule.first_months
        return self._after(f"{span.anchor}:first", "panel_first", start, months)

    def _next(self, span: Span, result: _Result) -> DueItem | None:
        months = self.own.every_months if self.own else self.rule.interval_months
        reason = "panel_interval"
        if result.low:
            months, reason = (self.low_months if not months else min(months, self.low_months)), "panel_low"
        return self._after(f"{span.anchor}:{result.key}", reason, result.on, months) if months else None

    def _after(self, anchor: str, reason: str, since: date, months: int) -> DueItem:
        due = months_after(since, months)
        opens = max(due - so_many_days(self.rule.opens_before_days), since + _DAY)
        window = (opens, due, due + so_many_days(self.rule.overdue_days), opens)
        return self._item(anchor, reason, since, months, window)

    def _item(self, anchor: str, reason: str, since: date, months: int, window: Window) -> DueItem:
        """``months``: the interval, which is his own where he has one; 0 for a baseline."""
        said, own = {"name": self.rule.name, "on": since, "months": months}, self.own if months else None
        return DueItem(self.asked, anchor, reason, said, *window, self.timeline.person.zone, own)


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
        due = on + so_many_days(rule.due_days)
        window = (on, due, due + so_many_days(rule.overdue_days), on)
        item = DueItem(asked(PTH, rule.id, rulebook, needs=(PTH,)), anchor, reason, {"on": on}, *window, timeline.person.zone)
        if answer is not None:
            yield item.closed(ANSWERED, answered_by=answer.lab.key)
        elif later is not None:
            yield item.closed(SUPERSEDED, superseded_by=later.lab.key)
        elif _goes_on(span, timeline.today):
            yield _with_draw(item, rulebook.monitoring.plan[PTH], draws)
        else:
            yield item.closed(SUPERSEDED, superseded_by=f"end:{span.anchor}")


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


def _with_draw(item: DueItem, rule: PlanRule, draws: Sequence[DueItem]) -> DueItem:
    """Open blood goes with the next estradiol: one needle. Never beyond what the rule allows."""
    if not draws or not rule.ride_days:
        return item
    due, latest = item.due_on, item.due_on + so_many_days(rule.ride_days)
    nearest: DueItem | None = None
    for draw in draws:
        able = item.earliest_on <= draw.opens_on and draw.due_on <= latest
        if able and (nearest is None or abs(draw.due_on - due) < abs(nearest.due_on - due)):
            nearest = draw
    return item if nearest is None else item.beside(nearest)
