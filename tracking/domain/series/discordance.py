"""Where two results near in time contradict one another (CLINICAL 9.2). They stand side by side and are never averaged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tracking.domain.estradiol import ANALYTE, RANK, Reading
from tracking.domain.reported import Comparator, Value
from tracking.domain.rulebook import AssayClass, RuleBook, Tier
from tracking.domain.series.segments import Changes, Dated, is_settled
from tracking.domain.timing import DrawTiming
from tracking.domain.units import convert

Lanes = Mapping[AssayClass, list[Dated]]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two results by their keys; ``worse`` is the one with the worse tier."""

    older: str
    newer: str
    worse: str

    @property
    def better(self) -> str:
        return self.newer if self.worse == self.older else self.older


def disagreements_of(
    lanes: Lanes, changes: Changes, readings: Mapping[str, Reading], timings: Mapping[str, DrawTiming], rulebook: RuleBook
) -> tuple[Disagreement, ...]:
    """Neighbours by one class of assay under one regimen. The next comparable result settles which of the two it was.

    A draw before the regimen had settled and one after it do not contradict one another.
    """

    def settled(result: Dated) -> bool:
        return is_settled(readings[result.key], timings[result.key])

    readable = ([result for result in lane if is_readable(readings[result.key])] for lane in lanes.values())
    pairs = (pair for lane in readable for pair in pairwise(lane))
    found = _contradicting(pairs, changes, readings, rulebook)
    return tuple(_pair(older, newer, readings) for older, newer in found if settled(older) or not settled(newer))


def not_comparable_of(
    lanes: Lanes, changes: Changes, readings: Mapping[str, Reading], rulebook: RuleBook
) -> tuple[Disagreement, ...]:
    """The same across classes of assay: each result with the last one before it by another class. Neither refutes the other."""
    found = _contradicting(_across(lanes, readings), changes, readings, rulebook)
    return tuple(_pair(older, newer, readings) for older, newer in found)


def is_readable(reading: Reading) -> bool:
    """A value that says something: plain and placed, or censored."""
    return reading.value.comparator.censors or reading.tier is not Tier.INDETERMINATE


def worse_first(reading: Reading) -> tuple[int, int]:
    """Orders readings by what they say, then by the work that they make. Above the range is no better than in it."""
    return min(RANK[reading.tier], RANK[Tier.IN_RANGE]), min(RANK[reading.queue_tier], RANK[Tier.IN_RANGE])


def _pair(older: Dated, newer: Dated, readings: Mapping[str, Reading]) -> Disagreement:
    worse = min((older.key, newer.key), key=lambda key: worse_first(readings[key]))
    return Disagreement(older.key, newer.key, worse)


def _across(lanes: Lanes, readings: Mapping[str, Reading]) -> Iterator[tuple[Dated, Dated]]:
    everything = sorted((result.on, result.key, assay, result) for assay, lane in lanes.items() for result in lane)
    last: dict[AssayClass, Dated] = {}
    for _, key, assay, result in everything:
        if is_readable(readings[key]):
            yield from ((before, result) for other, before in last.items() if other is not assay)
            last[assay] = result


def _contradicting(
    pairs: Iterable[tuple[Dated, Dated]], changes: Changes, readings: Mapping[str, Reading], rulebook: RuleBook
) -> Iterator[tuple[Dated, Dated]]:
    rule = rulebook.series.disagreement
    for older, newer in pairs:
        one, other = readings[older.key], readings[newer.key]
        if (newer.on - older.on).days > rule.within_days or one.tier is other.tier:
            continue
        if changes.between(older.on, newer.on) is None and _apart(one.value, other.value, rulebook):
            yield older, newer


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
