"""Where two results near in time contradict one another (CLINICAL 9.2). They stand side by side and are never averaged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from tracking.domain.estradiol import ANALYTE, RANK, Reading
from tracking.domain.in_order import Dated
from tracking.domain.reported import Comparator, Value
from tracking.domain.rulebook import AssayClass, RuleBook, Tier
from tracking.domain.series.segments import Changes, Lane, is_settled
from tracking.domain.timing import DrawTiming
from tracking.domain.units import convert


class Disagreement(Struct, frozen=True):
    """Two results by their keys; ``worse`` is the one with the worse tier."""

    older: str
    newer: str
    worse: str

    @property
    def better(self) -> str:
        return self.newer if self.worse == self.older else self.older


class Contradictions:
    """Neighbours by one class of assay under one regimen. The next comparable result settles which of the two it was.

    A draw before the regimen had settled and one after it do not contradict one another. Only results that lie near one another
    in time are looked at.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        placed: Mapping[str, Reading],
        readings: Mapping[str, Reading],
        timings: Mapping[str, DrawTiming],
        rulebook: RuleBook,
    ) -> None:
        self._lanes = lanes
        self._placed = placed
        self._readings = readings
        self._timings = timings
        self._rulebook = rulebook

    def every(self) -> tuple[Disagreement, ...]:
        """All there have been, by class of assay in order of time."""
        places = ((lane, place) for lane in self._lanes for place in range(len(lane.results)))
        return tuple(pair for lane, place in places if (pair := self._with_the_one_before(lane, place)) is not None)

    def unsettled(self) -> tuple[Disagreement, ...]:
        """Those of the last readable result of each class of assay: every other one has been settled by a later result."""
        lasts = ((lane, self._readable(lane, len(lane.results) - 1, -1)) for lane in self._lanes)
        found = (self._with_the_one_before(lane, place) for lane, place in lasts if place is not None)
        return tuple(pair for pair in found if pair is not None)

    def older(self, key: str) -> str:
        """The result before this one that contradicts it; empty where there is none."""
        pairs = (self._with_the_one_before(lane, place) for lane, place in self._places(key))
        return next((pair.older for pair in pairs if pair is not None), "")

    def __contains__(self, key: object) -> bool:
        """Whether a comparable result near in time contradicts this one, and reads worse."""
        for lane, place in self._places(key):
            after = self._readable(lane, place + 1, 1)
            pairs = [self._with_the_one_before(lane, place)]
            pairs += [self._with_the_one_before(lane, after)] if after is not None else []
            if any(pair is not None and pair.better == key for pair in pairs):
                return True
        return False

    def _places(self, key: object) -> Iterator[tuple[Lane, int]]:
        return ((lane, place) for lane in self._lanes if (place := lane.place_of(key)) is not None)

    def _readable(self, lane: Lane, place: int, step: int) -> int | None:
        """The first result that says something, from a place on in one direction."""
        while 0 <= place < len(lane.results):
            if is_readable(self._placed[lane.results[place].key]):
                return place
            place += step
        return None

    def _with_the_one_before(self, lane: Lane, place: int) -> Disagreement | None:
        """The disagreement of a result with the readable one before it."""
        newer, within = lane.results[place], self._rulebook.series.disagreement.within_days
        if not place or (newer.on - lane.results[place - 1].on).days > within or not is_readable(self._placed[newer.key]):
            return None
        before = self._readable(lane, place - 1, -1)
        if before is None:
            return None
        older = lane.results[before]
        if not _contradict(older, newer, lane.changes, self._placed, self._rulebook):
            return None
        counts = self._settled(older) or not self._settled(newer)
        return _pair(older, newer, self._placed) if counts else None

    def _settled(self, result: Dated) -> bool:
        return is_settled(self._readings[result.key], self._timings[result.key])


def not_comparable_of(lanes: Sequence[Lane], readings: Mapping[str, Reading], rulebook: RuleBook) -> tuple[Disagreement, ...]:
    """The same across classes of assay: each result with the last one before it by another class. Neither refutes the other."""
    if len(lanes) < 2:  # noqa: PLR2004  it takes two
        return ()
    changes = lanes[0].changes
    return tuple(
        _pair(older, newer, readings)
        for older, newer in _across(lanes, readings)
        if _contradict(older, newer, changes, readings, rulebook)
    )


def is_readable(reading: Reading) -> bool:
    """A value that says something: plain and placed, or censored."""
    return reading.value.comparator.censors or reading.tier is not Tier.INDETERMINATE


def worse_first(reading: Reading) -> tuple[int, int]:
    """Orders readings by what they say, then by the work that they make. Above the range is no better than in it."""
    return min(RANK[reading.tier], RANK[Tier.IN_RANGE]), min(RANK[reading.queue_tier], RANK[Tier.IN_RANGE])


def _pair(older: Dated, newer: Dated, readings: Mapping[str, Reading]) -> Disagreement:
    worse = min((older.key, newer.key), key=lambda key: worse_first(readings[key]))
    return Disagreement(older.key, newer.key, worse)


def _across(lanes: Iterable[Lane], readings: Mapping[str, Reading]) -> Iterator[tuple[Dated, Dated]]:
    everything = sorted((result.on, result.key, lane.assay, result) for lane in lanes for result in lane.results)
    last: dict[AssayClass, Dated] = {}
    for _, key, assay, result in everything:
        if is_readable(readings[key]):
            yield from ((before, result) for other, before in last.items() if other is not assay)
            last[assay] = result


def _contradict(older: Dated, newer: Dated, changes: Changes, readings: Mapping[str, Reading], rulebook: RuleBook) -> bool:
    """Near in time, under one regimen, of different tiers, and too far apart."""
    if (newer.on - older.on).days > rulebook.series.disagreement.within_days:
        return False
    one, other = readings[older.key], readings[newer.key]
    if one.tier is other.tier or changes.between(older.on, newer.on) is not None:
        return False
    return _apart(one.value, other.value, rulebook)


def _apart(one: Value, other: Value, rulebook: RuleBook) -> bool:
    """Whether they differ by more than the share of the lower, whatever a censored one stands for."""
    spans = (_span(one, rulebook), _span(other, rulebook))
    (_, top), (bottom, _) = sorted(spans, key=lambda span: span[0])
    if top is None:
        return False
    return (bottom - top) * 100 > Fraction(rulebook.series.disagreement.percent) * top


def _span(value: Value, rulebook: RuleBook) -> tuple[Fraction, Fraction | None]:
    """From the least to the greatest that it can stand for, in the canonical unit; None: nothing bounds it above."""
    rule = rulebook.analytes[ANALYTE]
    number = convert(value.number, rule, value.unit, rule.unit)
    match value.comparator:
        case Comparator.LESS | Comparator.AT_MOST:
            return Fraction(), number
        case Comparator.GREATER | Comparator.AT_LEAST:
            return number, None
        case _:
            return number, number
