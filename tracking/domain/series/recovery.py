"""When a low estradiol ends (CLINICAL 9.2): only by a result that shows it. Until then the low stands, whatever came since.

The results are walked in order of time, from the last one on that ends any low. Of one day the worst counts last, and a low
whose day is not known counts on the last day that it can have been drawn on, so that nothing of unknown date reassures.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from tracking.domain.estradiol import ANALYTE, LOW, RANK, Reading
from tracking.domain.reassurance import is_disturbed
from tracking.domain.rulebook import AROMATASE_INHIBITOR, AssayClass, RuleBook, Tier
from tracking.domain.series.assay import assay_class, most_specific, specificity, specificity_of
from tracking.domain.series.segments import is_settled
from tracking.domain.timeline import NO_DRAWS, Draw, Timeline
from tracking.domain.timing import DrawTiming

DISPUTED = "disputed"
DISTURBED = "disturbed"
# With one of these a result answers nothing, however it compares with the low by its assay.
_DOUBTS = frozenset({DISPUTED, DISTURBED})


class LowState(Struct, frozen=True):
    """He has been low since ``since`` (None: the date is not known), begun by the result ``began``; results are named by key.

    ``worst`` is the lowest tier since, the last of its kind; ``last`` the latest low. ``stands`` is the low that says how
    urgent it is: the latest, but one by a less specific assay, or of no known day, does not replace one that is as low.
    ``assay``: the most specific by which he was low, which is what a recovery needs. ``attempt``: the latest result after
    ``last``, which was not low and did not end it, with the codes of why; empty where there is none. ``doubted``: all results
    after ``last`` that did not because another contradicts them, or because their assay may read falsely high.
    """

    since: date | None
    began: str
    worst: str
    last: str
    stands: str
    assay: AssayClass
    attempt: str = ""
    reasons: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()


def is_low(reading: Reading) -> bool:
    """Low by the tier that orders work, at a boundary the worse one, as the findings have it."""
    return reading.queue_tier in LOW


def low_state_of(
    timeline: Timeline,
    readings: Mapping[str, Reading],
    timings: Mapping[str, DrawTiming],
    disputed: Container[str],
    rulebook: RuleBook,
) -> LowState | None:
    """The low that stands today, or None. ``disputed``: keys of results that a comparable one near in time contradicts."""
    since: list[Draw] = []
    for draw in _latest_first(timeline, readings):
        if _ends_any(draw, timeline, readings, timings, rulebook, disputed=disputed):
            break
        since.append(draw)
    state: _Open | None = None
    for draw in reversed(since):
        reading = readings[draw.lab.key]
        if is_low(reading):
            state = _lower(state, _drawn(draw, reading, rulebook))
        elif state is not None:
            by = state.by.specificity
            reasons = tuple(_not_ending(by, _drawn(draw, reading, rulebook), timings, timeline, rulebook, disputed=disputed))
            state = _tried(state, reading.key, reasons) if reasons else None
    return None if state is None else _stated(state)


def _ends_any(
    draw: Draw,
    timeline: Timeline,
    readings: Mapping[str, Reading],
    timings: Mapping[str, DrawTiming],
    rulebook: RuleBook,
    *,
    disputed: Container[str],
) -> bool:
    """Whether a result ends every low that can have stood before it: then nothing before it needs to be looked at."""
    reading = readings[draw.lab.key]
    if is_low(reading):
        return False
    drawn = _drawn(draw, reading, rulebook)
    if any(_not_ending(drawn.specificity, drawn, timings, timeline, rulebook, disputed=disputed)):
        return False
    if drawn.specificity == most_specific(rulebook):
        return True
    return all(specificity_of(other.lab.reported.assay, rulebook) <= drawn.specificity for other in timeline.draws[ANALYTE])


class _Drawn(Struct, frozen=True):
    draw: Draw
    reading: Reading
    assay: AssayClass
    specificity: int

    @property
    def rank(self) -> int:
        return RANK[self.reading.queue_tier]


class _Open(Struct, frozen=True):
    """A low on the walk. ``by``: the result by the most specific assay."""

    began: _Drawn
    worst: _Drawn
    last: _Drawn
    stands: _Drawn
    by: _Drawn
    attempt: str = ""
    reasons: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()


def _drawn(draw: Draw, reading: Reading, rulebook: RuleBook) -> _Drawn:
    assay = assay_class(reading.lab.reported.assay, rulebook)
    return _Drawn(draw, reading, assay, specificity(assay, rulebook))


def _latest_first(timeline: Timeline, readings: Mapping[str, Reading]) -> Iterator[Draw]:
    """By the last day that each can have been drawn on; of one day the worst first."""

    def last_day(draw: Draw) -> date:
        return draw.on if draw.dated and draw.on else draw.lab.reported.collected.latest.astimezone(timeline.zone).date()

    def badness(draw: Draw) -> tuple[bool, int, str]:
        reading = readings[draw.lab.key]
        return is_low(reading), -RANK[reading.queue_tier], reading.key

    drawn = timeline.draws.get(ANALYTE, NO_DRAWS)
    in_order: Sequence[Draw] = drawn if drawn.all_dated else sorted(drawn, key=last_day)
    for _, of_day in groupby(reversed(in_order), key=last_day):
        draws = list(of_day)
        yield from sorted(draws, key=badness, reverse=True) if len(draws) > 1 else draws


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


def _tried(state: _Open, key: str, reasons: tuple[str, ...]) -> _Open:
    doubted = state.doubted if _DOUBTS.isdisjoint(reasons) else (*state.doubted, key)
    return replace(state, attempt=key, reasons=reasons, doubted=doubted)


def _not_ending(
    by: int,
    drawn: _Drawn,
    timings: Mapping[str, DrawTiming],
    timeline: Timeline,
    rulebook: RuleBook,
    *,
    disputed: Container[str],
) -> Iterator[str]:
    """Why a result that is not low does not end a low, the weightiest reason first; nothing if it does.

    ``by``: the specificity of the most specific assay by which he was low.
    """
    reading = drawn.reading
    if reading.tier is Tier.INDETERMINATE:
        yield "indeterminate"
    elif reading.value.comparator.censors:
        yield "censored"
    if not drawn.draw.dated:
        yield "date_unknown"
    if drawn.specificity < by:
        yield "less_specific"
    if is_disturbed(reading):
        yield DISTURBED
    if not is_settled(reading, timings[reading.key]):
        yield "not_settled"
    if timeline.skipped_before(AROMATASE_INHIBITOR, drawn.draw, rulebook.series.recovery.missed_days):
        yield "doses_missed"
    if reading.key in disputed:
        yield DISPUTED


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
        doubted=state.doubted,
    )
