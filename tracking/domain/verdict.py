"""The man's verdict: that of his latest estradiol, and whether it still speaks for today (CLINICAL 9.1).

Superseded and stale results are never shown as in range; their word is "no current data". A draw whose date is not known cannot
be current: its result keeps its tier (which is what a statistical record is counted by), its state is ``stale``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from tracking.domain.estradiol import ANALYTE, LOW, RANK, Reading
from tracking.domain.exposure import Change
from tracking.domain.rulebook import AROMATASE_INHIBITOR, RuleBook, Tier
from tracking.domain.timeline import Draw, Timeline

CURRENT = "current"
SUPERSEDED = "superseded_by_change"
STALE = "stale"
NO_DATA = "no_data"

BELOW = "below"
NOT_BELOW = "not_below"
CANNOT_SAY = "cannot_say"
NO_CURRENT_DATA = "no_current_data"

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``word`` is one of the four; ``stale_on`` the first day on which the result is too old.

    ``why_stale`` is age or date_unknown. ``tier`` is that of the result, whatever the state.
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

    @property
    def is_evaluable(self) -> bool:
        """Speaks for today, and can be read."""
        return self.state == CURRENT and self.tier is not Tier.INDETERMINATE


_NONE = Verdict(NO_CURRENT_DATA, NO_DATA, None, None, None, "", None, None, "", None, ())


def latest_draw(timeline: Timeline, readings: Mapping[str, Reading]) -> Draw | None:
    """The latest estradiol, indeterminate included; of several on one local day the worst."""
    draws = timeline.draws.get(ANALYTE, ())
    if not draws:
        return None
    # A draw of unknown date never hides a dated one.
    return max(draws, key=lambda d: (d.on or date.min, -RANK[readings[d.lab.key].queue_tier], d.lab.key))


def verdict_of(timeline: Timeline, readings: Mapping[str, Reading], rulebook: RuleBook) -> Verdict:
    """What can be said today."""
    draw = latest_draw(timeline, readings)
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
    return Verdict(
        word=_word(reading.tier) if state == CURRENT else NO_CURRENT_DATA,
        state=state,
        tier=reading.tier,
        best_tier=reading.best_tier,
        worst_tier=reading.worst_tier,
        reading=reading.key,
        drawn_on=draw.on,
        stale_on=stale_on,
        why_stale=why,
        changed_by=change if state == SUPERSEDED else None,
        rules=(rulebook.estradiol.staleness.id, rulebook.monitoring.routine.id),
    )


def first_change_after(draw: Draw, timeline: Timeline) -> Change | None:
    """The first change of an AI or of testosterone after a draw, up to today. One on the day of the draw counts as after it.

    A draw known only to the month or year is taken at its first day, so that a change within that span counts as after it.
    """
    on = draw.on
    if on is None:
        return None
    return next((change for change in timeline.exposure.changes_until(timeline.today) if change.on >= on), None)


def interval_months(day: date, timeline: Timeline, rulebook: RuleBook) -> int:
    """The routine interval after a draw on ``day``, by how long he had been on an AI then."""
    rule = rulebook.monitoring.routine
    span = timeline.exposure.span(AROMATASE_INHIBITOR, day)
    if span is None:
        return rule.interval_off_ai
    first_until = span.starts_on + relativedelta(months=rule.first_months)
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
        return on + relativedelta(months=rule.off_ai_months) + _DAY
    counts = on + relativedelta(months=interval_months(on, timeline, rulebook)) + timedelta(days=rule.grace_days)
    return min(counts, on + relativedelta(months=rule.cap_months)) + _DAY


def _word(tier: Tier) -> str:
    if tier in LOW:
        return BELOW
    return CANNOT_SAY if tier is Tier.INDETERMINATE else NOT_BELOW
