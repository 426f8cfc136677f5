"""The man's verdict: that of his latest estradiol, and whether it still speaks for today (CLINICAL 9.1).

Superseded and stale results are never shown as in range; their word is "no current data". A draw whose date is not known cannot
be current: its result keeps its tier (which is what a statistical record is counted by), its state is ``stale``.

The latest result does not always decide (CLINICAL 9.2): of two comparable ones that disagree the worse does, and a better one
by a less specific assay does not take the place of one that still speaks for today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile

from msgspec import Struct

from tracking.domain.estradiol import ANALYTE, LOW, RANK, Reading
from tracking.domain.exposure import Change
from tracking.domain.months import months_after
from tracking.domain.rulebook import AROMATASE_INHIBITOR, RuleBook, Tier
from tracking.domain.series import Series
from tracking.domain.series.assay import most_specific, specificity, specificity_of
from tracking.domain.series.discordance import Disagreement, is_readable, worse_first
from tracking.domain.series.recovery import LowState
from tracking.domain.series.trend import is_plain
from tracking.domain.spans import so_many_days
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.units import convert, percent, rounded

CURRENT = "current"
SUPERSEDED = "superseded_by_change"
STALE = "stale"
NO_DATA = "no_data"

BELOW = "below"
NOT_BELOW = "not_below"
CANNOT_SAY = "cannot_say"
NO_CURRENT_DATA = "no_current_data"

PROVISIONAL = "provisional"
CONFIRMED = "confirmed"

_DAY = timedelta(days=1)


class Comparison(Struct, frozen=True):
    """The change from an earlier comparable result, in percent of it; ``changed``: more than assay and body alone explain."""

    earlier: str
    percent: Decimal
    changed: bool


class Verdict(Struct, frozen=True):
    """``word`` is one of the four; ``stale_on`` the first day on which the result is too old.

    ``why_stale`` is age or date_unknown. ``tier`` is that of the result, whatever the state. ``confirmation`` is that of a low
    (provisional, confirmed), empty where it is not low or where one result is enough to act on.

    ``disagreements`` are those that nothing has settled yet, ``disputed_until`` the first day on which one of them is too old;
    ``higher`` is a newer result that reads better by a less specific assay and is not confirmed. ``change`` None: nothing
    comparable before it. A low that nothing ended makes the word of a better result "cannot say", where that is by a less
    specific assay, disputed, or disturbed by biotin or inflammation.
    """

    word: str
    state: str
    tier: Tier | None
    best_tier: Tier | None
    worst_tier: Tier | None
    reading: str
    drawn_on: date | None
    stale_on: date | None
    why_stale: str
    changed_by: Change | None
    rules: tuple[str, ...]
    confirmation: str = ""
    disagreements: tuple[Disagreement, ...] = ()
    disputed_until: date | None = None
    higher: str = ""
    change: Comparison | None = None

    @property
    def disagrees_with(self) -> str:
        """The comparable result that contradicts the one that decides, and reads better; empty where there is none."""
        return next((pair.better for pair in reversed(self.disagreements) if pair.worse == self.reading), "")

    @property
    def is_evaluable(self) -> bool:
        """Speaks for today, and can be read."""
        return self.state == CURRENT and self.tier is not Tier.INDETERMINATE


_NONE = Verdict(NO_CURRENT_DATA, NO_DATA, None, None, None, "", None, None, "", None, ())


def deciding_draw(timeline: Timeline, readings: Mapping[str, Reading], series: Series, rulebook: RuleBook) -> Draw | None:
    """The estradiol that the verdict rests on, indeterminate included; None where there is none."""
    return _deciding(timeline.draws.get(ANALYTE, ()), timeline, readings, series, rulebook)


def _deciding(
    draws: Sequence[Draw], timeline: Timeline, readings: Mapping[str, Reading], series: Series, rulebook: RuleBook
) -> Draw | None:
    """The latest, unless a comparable one that it contradicts, or one by a more specific assay, is worse and current."""
    latest = _latest(draws, readings)
    if latest is None:
        return None
    place = _specificity(latest, rulebook)
    more_specific: list[Draw] = []
    if place < most_specific(rulebook):
        more_specific = [draw for draw in draws if _specificity(draw, rulebook) > place]
    others = [
        _contradicting(latest, draws, series),
        _deciding(more_specific, timeline, readings, series, rulebook) if more_specific else None,
    ]
    current = [other for other in others if other is not None and speaks_for_today(other, timeline, rulebook)]
    return min((latest, *current), key=lambda draw: worse_first(readings[draw.lab.key]))


def _latest(draws: Sequence[Draw], readings: Mapping[str, Reading]) -> Draw | None:
    """The latest by day; of several on one local day the worst. A draw of unknown date never hides a dated one."""
    if not draws:
        return None
    of_day = takewhile(lambda draw: draw.on == draws[-1].on, reversed(draws))
    return max(of_day, key=lambda draw: (-RANK[readings[draw.lab.key].queue_tier], draw.lab.key))


def _contradicting(draw: Draw, draws: Sequence[Draw], series: Series) -> Draw | None:
    """The older one of a disagreement that this draw has with it."""
    older = series.contradictions.older(draw.lab.key)
    return next((other for other in draws if other.lab.key == older), None) if older else None


def _specificity(draw: Draw, rulebook: RuleBook) -> int:
    return specificity_of(draw.lab.reported.assay, rulebook)


def speaks_for_today(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> bool:
    """Drawn on a known day, before no change, and not too old."""
    old = too_old_on(draw, timeline, rulebook)
    return old is not None and timeline.today < old and first_change_after(draw, timeline) is None


def verdict_of(
    draw: Draw | None, timeline: Timeline, readings: Mapping[str, Reading], series: Series, rulebook: RuleBook
) -> Verdict:
    """What can be said today by the draw that decides."""
    if draw is None:
        return _NONE
    reading = readings[draw.lab.key]
    change = first_change_after(draw, timeline)
    stale_on = too_old_on(draw, timeline, rulebook)
    why = ""
    if draw.on is None:
        state, why = STALE, "date_unknown"
    elif change is not None:
        state = SUPERSEDED
    elif stale_on is not None and timeline.today >= stale_on:
        state, why = STALE, "age"
    else:
        state = CURRENT
    disputes = list(_disputes(timeline, readings, series, rulebook))
    return Verdict(
        word=_word(draw, reading, series, rulebook) if state == CURRENT else NO_CURRENT_DATA,
        state=state,
        tier=reading.tier,
        best_tier=reading.best_tier,
        worst_tier=reading.worst_tier,
        reading=reading.key,
        drawn_on=draw.on,
        stale_on=stale_on,
        why_stale=why,
        changed_by=change if state == SUPERSEDED else None,
        rules=(
            rulebook.estradiol.staleness.id,
            rulebook.monitoring.routine.id,
            rulebook.series.confirmation.id,
            rulebook.series.change.id,
        ),
        confirmation=_confirmation(reading, timeline, readings, series, rulebook),
        disagreements=tuple(pair for pair, _ in disputes),
        disputed_until=min((until for _, until in disputes), default=None),
        higher=_higher(draw, timeline, readings, rulebook),
        change=_change(reading, readings, series, rulebook),
    )


def _disputes(
    timeline: Timeline, readings: Mapping[str, Reading], series: Series, rulebook: RuleBook
) -> Iterator[tuple[Disagreement, date]]:
    """The disagreements that stand, each until its worse result is too old: neither a change nor a result has settled them."""
    pairs = series.contradictions.unsettled()
    draws = timeline.draws.get(ANALYTE, ())
    places = {draw.lab.key: number for number, draw in enumerate(draws)} if pairs else {}
    for pair in pairs:
        newer, worse = places[pair.newer], draws[places[pair.worse]]
        until = too_old_on(worse, timeline, rulebook)
        if until is None or not all(speaks_for_today(draw, timeline, rulebook) for draw in (draws[newer], worse)):
            continue
        place = _specificity(draws[newer], rulebook)
        later = (draw for draw in draws[newer + 1 :] if draw.dated and _specificity(draw, rulebook) >= place)
        if not any(is_readable(readings[draw.lab.key]) for draw in later):
            yield pair, until


def _higher(draw: Draw, timeline: Timeline, readings: Mapping[str, Reading], rulebook: RuleBook) -> str:
    """A newer result that did not take the place of this one, because its assay is less specific."""
    latest = _latest(timeline.draws[ANALYTE], readings)
    if latest is None or latest is draw or _specificity(latest, rulebook) >= _specificity(draw, rulebook):
        return ""
    return latest.lab.key


def _confirmation(
    reading: Reading, timeline: Timeline, readings: Mapping[str, Reading], series: Series, rulebook: RuleBook
) -> str:
    """A low is confirmed by the comparable results right before it, all low, one of them drawn long enough before."""
    if reading.tier not in LOW:
        return ""
    apart = so_many_days(rulebook.series.confirmation.days)
    for key in series.before(reading.key):
        earlier = readings[key]
        if earlier.tier not in LOW:
            break
        if reading.drawn_on and earlier.drawn_on and reading.drawn_on - earlier.drawn_on >= apart:
            return CONFIRMED
    acts_on_one = reading.tier is Tier.CRITICAL and bool(timeline.exposure.on(AROMATASE_INHIBITOR, timeline.today))
    return "" if acts_on_one else PROVISIONAL


def _change(reading: Reading, readings: Mapping[str, Reading], series: Series, rulebook: RuleBook) -> Comparison | None:
    """Against the comparable result right before it; None where either is censored or cannot be read."""
    earlier = next((readings[key] for key in series.before(reading.key)), None)
    if earlier is None or not (is_plain(reading) and is_plain(earlier)):
        return None
    number, unit, before = reading.value.number, reading.value.unit, earlier.value.number
    least = rulebook.series.change.percent
    if not before:
        return None
    if earlier.value.unit == unit:
        by = number - before
        return Comparison(earlier.key, percent(by, before, 1), abs(by) * 100 >= least * before)
    former = convert(before, rulebook.analytes[ANALYTE], earlier.value.unit, unit)
    exact = (Fraction(number) - former) * 100 / former
    return Comparison(earlier.key, rounded(exact, 1), abs(exact) >= Fraction(least))


def first_change_after(draw: Draw, timeline: Timeline) -> Change | None:
    """The first change of an AI or of testosterone after a draw, up to today. One on the day of the draw counts as after it.

    A draw known only to the month or year is taken at its first day, so that a change within that span counts as after it.
    """
    on = draw.on
    if on is None:
        return None
    return timeline.exposure.first_change(on, timeline.today)


def interval_months(day: date, timeline: Timeline, rulebook: RuleBook) -> int:
    """The routine interval after a draw on ``day``, by how long he had been on an AI then."""
    rule = rulebook.monitoring.routine
    span = timeline.exposure.span(AROMATASE_INHIBITOR, day)
    if span is None:
        return rule.interval_off_ai
    first_until = months_after(span.starts_on, rule.first_months)
    return rule.interval_first if day < first_until else rule.interval_later


def too_old_on(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> date | None:
    """The first day on which a draw no longer speaks for the day.

    On an AI: the interval that held at the draw and the days of grace, and in no case more than the cap. The interval is that
    of the draw, so that passing the first year cannot make an old result current again.
    """
    on = draw.on
    if on is None:
        return None
    rule = rulebook.estradiol.staleness
    exposure = timeline.exposure
    if not exposure.on(AROMATASE_INHIBITOR, timeline.today) and not exposure.at_draw(AROMATASE_INHIBITOR, on):
        return months_after(on, rule.off_ai_months) + _DAY
    counts = months_after(on, interval_months(on, timeline, rulebook)) + so_many_days(rule.grace_days)
    return min(counts, months_after(on, rule.cap_months)) + _DAY


def _word(draw: Draw, reading: Reading, series: Series, rulebook: RuleBook) -> str:
    if reading.tier in LOW:
        return BELOW
    low = series.low
    if reading.tier is Tier.INDETERMINATE or (low is not None and _refutes_nothing(draw, low, rulebook)):
        return CANNOT_SAY
    return NOT_BELOW


def _refutes_nothing(draw: Draw, low: LowState, rulebook: RuleBook) -> bool:
    """Higher than a low that stands, yet by a less specific assay, contradicted, or where its assay may read falsely high."""
    return draw.lab.key in low.doubted or _specificity(draw, rulebook) < specificity(low.assay, rulebook)
