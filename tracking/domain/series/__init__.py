"""The series of his estradiol: what may be joined, how long it was low, where results disagree, when a low ends.

CLINICAL 9.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracking.domain.estradiol import ANALYTE, Reading
from tracking.domain.rulebook import AssayClass, RuleBook
from tracking.domain.series.days_below import DaysBelow, days_below_of
from tracking.domain.series.discordance import Disagreement, disagreements_of, not_comparable_of
from tracking.domain.series.recovery import LowState, low_state_of
from tracking.domain.series.segments import Changes, Run, lanes_of, runs_of
from tracking.domain.series.trend import Trend, trend_of
from tracking.domain.timeline import Timeline
from tracking.domain.timing import DrawTiming

__all__ = ["DaysBelow", "Disagreement", "LowState", "Segment", "Series", "Trend", "series_of"]


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


@dataclass(frozen=True, slots=True)
class Series:
    """``days_below`` by window. ``undated``: results that are in no segment, because their day is not known.

    ``disagreements`` are by one class of assay, ``not_comparable`` across classes. ``low`` None: no low stands.
    """

    segments: tuple[Segment, ...] = ()
    undated: tuple[str, ...] = ()
    days_below: tuple[DaysBelow, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    not_comparable: tuple[Disagreement, ...] = ()
    low: LowState | None = None
    rules: tuple[str, ...] = ()

    def before(self, key: str) -> tuple[str, ...]:
        """The results of its segment before this one, the latest first."""
        segment = next((segment for segment in self.segments if key in segment.keys), None)
        return () if segment is None else segment.keys[: segment.keys.index(key)][::-1]


def series_of(
    timeline: Timeline, readings: Mapping[str, Reading], timings: Mapping[str, DrawTiming], rulebook: RuleBook
) -> Series:
    """Read all results together."""
    lanes, changes = lanes_of(timeline, rulebook), Changes(timeline)
    runs = runs_of(lanes, timings, timeline, rulebook)
    disagreements = disagreements_of(lanes, changes, readings, timings, rulebook)
    disputed = {pair.better for pair in disagreements}
    return Series(
        segments=tuple(_segment(run, readings, rulebook) for run in runs),
        undated=tuple(draw.lab.key for draw in timeline.draws.get(ANALYTE, ()) if not draw.dated),
        days_below=days_below_of(runs, readings, timeline.today, rulebook),
        disagreements=disagreements,
        not_comparable=not_comparable_of(lanes, changes, readings, rulebook),
        low=low_state_of(timeline, readings, timings, disputed, rulebook),
        rules=_rules(rulebook) if readings else (),
    )


def _rules(rulebook: RuleBook) -> tuple[str, ...]:
    rules = rulebook.series
    return tuple(rule.id for rule in (rules.specificity, rules.trend, rules.days_below, rules.disagreement, rules.recovery))


def _segment(run: Run, readings: Mapping[str, Reading], rulebook: RuleBook) -> Segment:
    return Segment(run.assay, run.keys, run.cut, run.why, run.badges, trend_of(run, readings, rulebook))
