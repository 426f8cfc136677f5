"""The series of his estradiol: what may be joined, how long it was low, where results disagree, when a low ends.

CLINICAL 9.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tracking.domain.estradiol import ANALYTE, Reading
from tracking.domain.rulebook import AssayClass, RuleBook
from tracking.domain.series.days_below import DaysBelow, days_below_of
from tracking.domain.series.discordance import Contradictions, Disagreement, not_comparable_of
from tracking.domain.series.recovery import LowState, low_state_of
from tracking.domain.series.segments import Run, lanes_of, runs_of
from tracking.domain.series.trend import Trend, trend_of
from tracking.domain.timeline import Timeline
from tracking.domain.timing import DrawTiming
from tracking.domain.when_asked import kept

__all__ = ["DaysBelow", "Disagreement", "LowState", "Segment", "Series", "Trend"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Results that may be joined, by key in order of time; ``trend`` None: too few points or too short a time.

    ``cut``: why it begins, as a code (first, assay, change, phase) and as a sentence. ``badges``: phase_unknown, where a draw
    cannot be told to be of the same phase as its neighbours.
    """

    assay: AssayClass
    keys: tuple[str, ...]
    cut: str
    why: str
    badges: tuple[str, ...]
    trend: Trend | None


class Series:
    """All results together. Each part is worked out when asked for, and kept; most look back no further than they have to.

    ``days_below`` by window. ``undated``: results that are in no segment, because their day is not known.
    ``disagreements`` are by one class of assay, ``not_comparable`` across classes. ``low`` None: no low stands.
    """

    TOLD = ("segments", "undated", "days_below", "disagreements", "not_comparable", "low", "rules")

    def __init__(
        self,
        timeline: Timeline,
        placed: Mapping[str, Reading],
        readings: Mapping[str, Reading],
        timings: Mapping[str, DrawTiming],
        rulebook: RuleBook,
    ) -> None:
        """``placed``: the same results by their value alone, for what asks for a tier only."""
        self._timeline = timeline
        self._placed = placed
        self._readings = readings
        self._timings = timings
        self._rulebook = rulebook
        self._lanes = lanes_of(timeline, timings, rulebook)
        self.contradictions = Contradictions(self._lanes, placed, readings, timings, rulebook)

    @kept
    def segments(self) -> tuple[Segment, ...]:
        runs = runs_of(self._lanes, self._timings, self._timeline, self._rulebook)
        return tuple(_segment(run, self._placed, self._rulebook) for run in runs)

    @property
    def undated(self) -> tuple[str, ...]:
        return tuple(draw.lab.key for draw in self._timeline.draws.get(ANALYTE, ()) if not draw.dated)

    @kept
    def days_below(self) -> tuple[DaysBelow, ...]:
        return days_below_of(self._lanes, self._placed, self._timeline.today, self._rulebook)

    @kept
    def disagreements(self) -> tuple[Disagreement, ...]:
        return self.contradictions.every()

    @property
    def not_comparable(self) -> tuple[Disagreement, ...]:
        return not_comparable_of(self._lanes, self._placed, self._rulebook)

    @kept
    def low(self) -> LowState | None:
        return low_state_of(self._timeline, self._readings, self._timings, self.contradictions, self._rulebook)

    @property
    def rules(self) -> tuple[str, ...]:
        rules = self._rulebook.series
        used = (rules.specificity, rules.trend, rules.days_below, rules.disagreement, rules.recovery)
        return tuple(rule.id for rule in used) if self._timeline.draws.get(ANALYTE) else ()

    def before(self, key: str) -> Iterator[str]:
        """The results of its segment before this one, the latest first."""
        places = ((lane, lane.place_of(key)) for lane in self._lanes)
        return next((lane.before(place) for lane, place in places if place is not None), iter(()))


def _segment(run: Run, readings: Mapping[str, Reading], rulebook: RuleBook) -> Segment:
    return Segment(run.assay, run.keys, run.cut, run.why, run.badges, trend_of(run, readings, rulebook))
