"""What of a series may be joined (CLINICAL 9.2). Results are never joined across assays, changes or known phases.

Each class of assay is a line of its own: a result by another assay is not joined to it and does not break it, so that one more
result by a less specific assay never makes known days unknown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tracking.domain.estradiol import ANALYTE, Reading
from tracking.domain.exposure import Change
from tracking.domain.rulebook import AssayClass, RuleBook
from tracking.domain.series.assay import assay_class, specificity
from tracking.domain.timeline import Timeline
from tracking.domain.timing import DrawTiming, Phase
from tracking.domain.words import fill, on_day

PHASE_UNKNOWN = "phase_unknown"
NOT_AT_STEADY_STATE = "not_at_steady_state"


@dataclass(frozen=True, slots=True)
class Dated:
    """A draw that is known to the day."""

    key: str
    on: date


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbours that may be joined, in order of time. ``cut`` says why it begins: first, assay, change or phase."""

    assay: AssayClass
    results: tuple[Dated, ...]
    cut: str
    why: str
    badges: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(result.key for result in self.results)


class Changes:
    """The changes of an AI or of testosterone up to today, for looking between two days."""

    def __init__(self, timeline: Timeline) -> None:
        self._changes = timeline.exposure.changes_until(timeline.today)
        self._days = [change.on for change in self._changes]

    def between(self, one: date, other: date) -> Change | None:
        """The last change from the day of the earlier draw until before that of the later one."""
        until = bisect_left(self._days, other)
        return self._changes[until - 1] if until > bisect_left(self._days, one) else None


def is_settled(reading: Reading, timing: DrawTiming) -> bool:
    """Drawn at steady state. Where the timing does not say, the changes on record do: a note of the reading is made of them."""
    return False not in (timing.ai.settled, timing.testosterone.settled) and NOT_AT_STEADY_STATE not in reading.notes


def lanes_of(timeline: Timeline, rulebook: RuleBook) -> dict[AssayClass, list[Dated]]:
    """The results that are known to the day by class of assay, the least specific class first, each in order of time."""
    lanes: dict[AssayClass, list[Dated]] = defaultdict(list)
    for draw in timeline.draws.get(ANALYTE, ()):
        if draw.dated and draw.on is not None:
            lanes[assay_class(draw.lab.reported.assay, rulebook)].append(Dated(draw.lab.key, draw.on))
    return {assay: lanes[assay] for assay in sorted(lanes, key=lambda of: specificity(of, rulebook))}


def runs_of(
    lanes: Mapping[AssayClass, list[Dated]], timings: Mapping[str, DrawTiming], timeline: Timeline, rulebook: RuleBook
) -> tuple[Run, ...]:
    """Cut every line at changes and at known, different phases; in order of time."""
    changes = Changes(timeline)
    words, today = rulebook.words.series, timeline.today
    runs: list[Run] = []
    for assay, lane in lanes.items():
        part: list[Dated] = []
        known: dict[str, Phase] = {}
        cut, why = "assay", words["cut_assay"]
        for result in lane:
            phases = _phases(timings[result.key])
            change = changes.between(part[-1].on, result.on) if part else None
            differs = any(known.get(drug, phase) is not phase for drug, phase in phases.items())
            if part and (change is not None or differs):
                runs.append(_run(assay, part, cut, why, timings))
                part, known = [], {}
                cut = "phase" if change is None else "change"
                why = words["cut_phase"] if change is None else _of_change(change, today, rulebook)
            part.append(result)
            known |= phases
        runs.append(_run(assay, part, cut, why, timings))
    runs.sort(key=lambda run: (run.results[0].on, specificity(run.assay, rulebook), run.keys))
    return tuple(_first(run) if not number else run for number, run in enumerate(runs))


def _phases(timing: DrawTiming) -> dict[str, Phase]:
    """The phases that are known. Unknown, frequent and not taken do not tell two draws apart."""
    phases = {"ai": timing.ai.phase, "testosterone": timing.testosterone.phase}
    return {drug: phase for drug, phase in phases.items() if phase.is_known}


def _run(assay: AssayClass, part: Iterable[Dated], cut: str, why: str, timings: Mapping[str, DrawTiming]) -> Run:
    results = tuple(part)
    drawn = (timings[result.key] for result in results)
    unknown = any(Phase.UNKNOWN in (timing.ai.phase, timing.testosterone.phase) for timing in drawn)
    return Run(assay, results, cut, why, (PHASE_UNKNOWN,) if unknown else ())


def _first(run: Run) -> Run:
    return Run(run.assay, run.results, "first", "", run.badges)


def _of_change(change: Change, today: date, rulebook: RuleBook) -> str:
    said = {
        "change": rulebook.words.change[change.kind],
        "drug": rulebook.drugs[change.drug].name.lower(),
        "on": on_day(change.on, today),
    }
    return fill(rulebook.words.series["cut_change"], said)
