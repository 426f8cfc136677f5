"""What of a series may be joined (CLINICAL 9.2). Results are never joined across assays, changes or known phases.

Each class of assay is a line of its own: a result by another assay is not joined to it and does not break it, so that one more
result by a less specific assay never makes known days unknown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from tracking.domain.estradiol import ANALYTE, Reading
from tracking.domain.exposure import Change
from tracking.domain.in_order import Dated
from tracking.domain.rulebook import AssayClass, RuleBook
from tracking.domain.series.assay import assay_class, specificity
from tracking.domain.timeline import NO_DRAWS, Timeline
from tracking.domain.timing import DrawTiming, Phase, can_tell_phase, ever_tells_phase
from tracking.domain.words import fill, on_day

PHASE_UNKNOWN = "phase_unknown"
NOT_AT_STEADY_STATE = "not_at_steady_state"
_CHANGE, _PHASE = "change", "phase"
_ON = attrgetter("on")


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


class Lane:
    """The results by one class of assay, in order of time, and where neighbours may not be joined.

    A cut is looked for when it is asked about, so that the end of a long lane costs no more than that of a short one.
    """

    def __init__(
        self,
        assay: AssayClass,
        results: Sequence[Dated],
        changes: Changes,
        timings: Mapping[str, DrawTiming],
        can_tell: Callable[[date], bool],
    ) -> None:
        """``can_tell``: whether a phase can be known of a draw on a day, so that no timing is asked for in vain."""
        self.assay = assay
        self.results = results
        self.changes = changes
        self._timings = timings
        self._can_tell = can_tell

    def place_of(self, key: object) -> int | None:
        """Where a result stands; None where it is not in this lane."""
        return next((place for place in range(len(self.results) - 1, -1, -1) if self.results[place].key == key), None)

    def from_before(self, day: date) -> int:
        """The place of the first result of the last day up to ``day``; 0 where there is none."""
        number = bisect_right(self.results, day, key=_ON)
        return bisect_left(self.results, self.results[number - 1].on, key=_ON) if number else 0

    def cut(self, place: int) -> str:
        """Why a result is not joined to the one before it: change, phase, or not at all (empty)."""
        before, result = self.results[place - 1], self.results[place]
        if self.changes.between(before.on, result.on) is not None:
            return _CHANGE
        phases = self._phases(place)
        if not phases:
            return ""
        known = self._phases(place - 1)
        if not phases.keys() <= known.keys() and not _differ(phases, known):
            known = self._known_until(place - 1)
        return _PHASE if _differ(phases, known) else ""

    def parts(self, first: int = 0) -> Iterator[tuple[int, Sequence[Dated]]]:
        """What may be joined, from a place on: where each part begins, and its results."""
        start = first
        for place in range(first + 1, len(self.results)):
            if self.cut(place):
                yield start, self.results[start:place]
                start = place
        yield start, self.results[start:]

    def before(self, place: int) -> Iterator[str]:
        """The keys of the results that are joined to this one and lie before it, the latest first."""
        while place > 0 and not self.cut(place):
            place -= 1
            yield self.results[place].key

    def _phases(self, place: int) -> dict[str, Phase]:
        """The phases that are known. Unknown, frequent and not taken do not tell two draws apart."""
        result = self.results[place]
        if not self._can_tell(result.on):
            return {}
        timing = self._timings[result.key]
        return {drug: of.phase for drug, of in (("ai", timing.ai), ("testosterone", timing.testosterone)) if of.phase.is_known}

    def _known_until(self, place: int) -> dict[str, Phase]:
        """The phases that are known of a result or of those joined to it before: they are the same for all of them."""
        start = place
        while start > 0 and self.changes.between(self.results[start - 1].on, self.results[start].on) is None:
            start -= 1
        known: dict[str, Phase] = {}
        for number in range(start, place + 1):
            phases = self._phases(number)
            known = phases if _differ(phases, known) else known | phases
        return known


def is_settled(reading: Reading, timing: DrawTiming) -> bool:
    """Drawn at steady state. Where the timing does not say, the changes on record do: a note of the reading is made of them."""
    return False not in (timing.ai.settled, timing.testosterone.settled) and NOT_AT_STEADY_STATE not in reading.notes


def lanes_of(timeline: Timeline, timings: Mapping[str, DrawTiming], rulebook: RuleBook) -> tuple[Lane, ...]:
    """The results that are known to the day by class of assay, the least specific class first."""
    lanes: dict[AssayClass, list[Dated]] = {}
    for assay, dated in timeline.draws.get(ANALYTE, NO_DRAWS).runs:
        lanes.setdefault(assay_class(assay, rulebook), []).extend(dated)
    changes = Changes(timeline)

    ever = ever_tells_phase(timeline, rulebook)

    def can_tell(day: date) -> bool:
        return ever and can_tell_phase(day, timeline, rulebook)

    ordered = sorted(lanes, key=lambda assay: specificity(assay, rulebook))
    return tuple([Lane(assay, lanes[assay], changes, timings, can_tell) for assay in ordered])


def runs_of(
    lanes: Iterable[Lane], timings: Mapping[str, DrawTiming], timeline: Timeline, rulebook: RuleBook
) -> tuple[Run, ...]:
    """Every lane, cut at changes and at known, different phases; in order of time."""
    words = rulebook.words.series
    runs: list[Run] = []
    for lane in lanes:
        for place, part in lane.parts():
            cut, why = (lane.cut(place), words["cut_phase"]) if place else ("assay", words["cut_assay"])
            change = lane.changes.between(lane.results[place - 1].on, lane.results[place].on) if place else None
            if change is not None:
                why = _of_change(change, timeline.today, rulebook)
            runs.append(Run(lane.assay, tuple(part), cut, why, _badges(part, timings)))
    runs.sort(key=lambda run: (run.results[0].on, specificity(run.assay, rulebook), run.keys))
    return tuple(_first(run) if not number else run for number, run in enumerate(runs))


def _differ(phases: Mapping[str, Phase], known: Mapping[str, Phase]) -> bool:
    return any(known.get(drug, phase) is not phase for drug, phase in phases.items())


def _badges(part: Iterable[Dated], timings: Mapping[str, DrawTiming]) -> tuple[str, ...]:
    drawn = (timings[result.key] for result in part)
    unknown = any(Phase.UNKNOWN in (timing.ai.phase, timing.testosterone.phase) for timing in drawn)
    return (PHASE_UNKNOWN,) if unknown else ()


def _first(run: Run) -> Run:
    return Run(run.assay, run.results, "first", "", run.badges)


def _of_change(change: Change, today: date, rulebook: RuleBook) -> str:
    said = {
        "change": rulebook.words.change[change.kind],
        "drug": rulebook.drugs[change.drug].name.lower(),
        "on": on_day(change.on, today),
    }
    return fill(rulebook.words.series["cut_change"], said)
