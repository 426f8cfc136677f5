"""When a low estradiol ends (CLINICAL 9.2): only by a result that shows it. Until then the low stands, whatever came since.

The results are walked in order of time. Of one day the worst counts last, and a low whose day is not known counts on the last
day that it can have been drawn on, so that nothing of unknown date reassures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from tracking.domain.estradiol import ANALYTE, LOW, RANK, Reading
from tracking.domain.reassurance import is_disturbed
from tracking.domain.rulebook import AROMATASE_INHIBITOR, AssayClass, RuleBook, Tier
from tracking.domain.series.assay import assay_class, specificity
from tracking.domain.series.segments import is_settled
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.timing import DrawTiming

DISPUTED = "disputed"
DISTURBED = "disturbed"


@dataclass(frozen=True, slots=True)
class LowState:
    """He has been low since ``since`` (None: the date is not known), begun by the result ``began``; results are named by key.

    ``worst`` is the lowest tier since, the last of its kind; ``last`` the latest low. ``stands`` is the low that says how
    urgent it is: the latest, but one by a less specific assay, or of no known day, does not replace one that is as low.
    ``assay``: the most specific by which he was low, which is what a recovery needs. ``attempt``: the latest result after
    ``last``, which was not low and did not end it, with the codes of why; empty where there is none.
    """

    since: date | None
    began: str
    worst: str
    last: str
    stands: str
    assay: AssayClass
    attempt: str = ""
    reasons: tuple[str, ...] = ()


def is_low(reading: Reading) -> bool:
    """Low by the tier that orders work, at a boundary the worse one, as the findings have it."""
    return reading.queue_tier in LOW


def low_state_of(
    timeline: Timeline,
    readings: Mapping[str, Reading],
    timings: Mapping[str, DrawTiming],
    disputed: Collection[str],
    rulebook: RuleBook,
) -> LowState | None:
    """The low that stands today, or None. ``disputed``: keys of results that a comparable one near in time contradicts."""
    state: _Open | None = None
    for draw in _in_order(timeline, readings):
        reading = readings[draw.lab.key]
        if is_low(reading):
            state = _lower(state, _drawn(draw, reading, rulebook))
        elif state is not None:
            reasons = tuple(_not_ending(state, _drawn(draw, reading, rulebook), timings[reading.key], timeline, rulebook))
            reasons += (DISPUTED,) if reading.key in disputed else ()
            state = replace(state, attempt=reading.key, reasons=reasons) if reasons else None
    return None if state is None else _stated(state)


@dataclass(frozen=True, slots=True)
class _Drawn:
    draw: Draw
    reading: Reading
    assay: AssayClass
    specificity: int

    @property
    def rank(self) -> int:
        return RANK[self.reading.queue_tier]


@dataclass(frozen=True, slots=True)
class _Open:
    """A low on the walk. ``by``: the result by the most specific assay."""

    began: _Drawn
    worst: _Drawn
    last: _Drawn
    stands: _Drawn
    by: _Drawn
    attempt: str = ""
    reasons: tuple[str, ...] = ()


def _drawn(draw: Draw, reading: Reading, rulebook: RuleBook) -> _Drawn:
    assay = assay_class(reading.lab.reported.assay, rulebook)
    return _Drawn(draw, reading, assay, specificity(assay, rulebook))


def _in_order(timeline: Timeline, readings: Mapping[str, Reading]) -> list[Draw]:
    def place(draw: Draw) -> tuple[date, bool, int, str]:
        latest = draw.on if draw.dated and draw.on else draw.lab.reported.collected.latest.astimezone(timeline.zone).date()
        reading = readings[draw.lab.key]
        return latest, is_low(reading), -RANK[reading.queue_tier], reading.key

    return sorted(timeline.draws.get(ANALYTE, ()), key=place)


def _lower(state: _Open | None, drawn: _Drawn) -> _Open:
    if state is None:
        return _Open(drawn, drawn, drawn, drawn, drawn)
    replaces = (drawn.draw.dated and drawn.specificity >= state.stands.specificity) or drawn.rank < state.stands.rank
    return _Open(
        began=state.began,
        worst=drawn if drawn.rank <= state.worst.rank else state.worst,
        last=drawn,
        stands=drawn if replaces else state.stands,
        by=drawn if drawn.specificity > state.by.specificity else state.by,
    )


def _not_ending(state: _Open, drawn: _Drawn, timing: DrawTiming, timeline: Timeline, rulebook: RuleBook) -> Iterator[str]:
    """Why a result that is not low does not end a low, the weightiest reason first; nothing if it does."""
    reading = drawn.reading
    if reading.tier is Tier.INDETERMINATE:
        yield "indeterminate"
    elif reading.value.comparator.censors:
        yield "censored"
    if not drawn.draw.dated:
        yield "date_unknown"
    if drawn.specificity < state.by.specificity:
        yield "less_specific"
    if is_disturbed(reading):
        yield DISTURBED
    if not is_settled(reading, timing):
        yield "not_settled"
    if timeline.skipped_before(AROMATASE_INHIBITOR, drawn.draw, rulebook.series.recovery.missed_days):
        yield "doses_missed"


def _stated(state: _Open) -> LowState:
    return LowState(
        since=state.began.draw.on,
        began=state.began.reading.key,
        worst=state.worst.reading.key,
        last=state.last.reading.key,
        stands=state.stands.reading.key,
        assay=state.by.assay,
        attempt=state.attempt,
        reasons=state.reasons,
    )
