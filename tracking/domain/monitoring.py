"""What is due: the plan over labs, scans, injections and reviews, as items with a stable identity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from operator import attrgetter

from tracking.domain.bone import BoneStanding
from tracking.domain.bone_therapy import Injected, bone_injections, injection_items
from tracking.domain.dexa_plan import dexa_items
from tracking.domain.due import DEXA, LAB, OPEN, DueItem
from tracking.domain.estradiol import ANALYTE, Reading, read_result
from tracking.domain.history import History
from tracking.domain.intervals import own_intervals
from tracking.domain.lab_plan import LabWalk, walk_labs
from tracking.domain.panel_plan import panel_items
from tracking.domain.review_plan import review_items
from tracking.domain.risk import Risk, risk_of
from tracking.domain.rulebook import RuleBook
from tracking.domain.timeline import Timeline, read_timeline
from tracking.domain.when_asked import kept

__all__ = ["DueItem", "Plan", "plan"]

_KIND_DUE_ANCHOR = attrgetter("asked.kind", "due_on", "anchor")


def plan(history: History, rulebook: RuleBook, as_of: datetime) -> tuple[DueItem, ...]:
    """Everything that is, was answered, or was superseded, by kind and due date. Without a regimen nothing is due."""
    timeline = read_timeline(history, rulebook, as_of)
    readings = {
        draw.lab.key: read_result(draw.lab, rulebook, history.floors, timeline.today)
        for draw in timeline.draws.get(ANALYTE, ())
    }
    bone = BoneStanding(timeline, rulebook)
    injected = bone_injections(timeline, history.regimen_log, rulebook)
    risk = risk_of(timeline, bone, history.risk_factors, rulebook)
    return Plan(timeline, readings, bone, risk, injected, history=history, rulebook=rulebook).items


class Plan:
    """What is due, was answered, or was superseded, by kind and due date. Without a regimen nothing is due.

    ``open`` looks back no further than what is due today depends on; ``items`` is everything there has been.
    """

    def __init__(
        self,
        timeline: Timeline,
        readings: Mapping[str, Reading],
        bone: BoneStanding,
        risk: Risk,
        injected: tuple[Injected, ...],
        *,
        history: History,
        rulebook: RuleBook,
    ) -> None:
        self._timeline = timeline
        self._readings = readings
        self._bone = bone
        self._risk = risk
        self._injected = injected
        self._regimens = history.regimen_log
        self._rulebook = rulebook
        self._own = own_intervals(history.intervals, timeline.today, rulebook)

    @kept
    def open(self) -> tuple[DueItem, ...]:
        return tuple([item for item in self._planned(self._recent_labs, open_only=True) if item.state == OPEN])

    @kept
    def items(self) -> tuple[DueItem, ...]:
        return tuple(self._planned(self._walk(whole=True), open_only=False))

    def has_answer_since(self, day: date) -> bool:
        """Whether an estradiol of that day or a later one has answered what was due."""
        return any(answered >= day for answered in self._recent_labs.answered_on)

    @kept
    def _recent_labs(self) -> LabWalk:
        return self._walk(whole=False)

    def _walk(self, *, whole: bool) -> LabWalk:
        return walk_labs(self._timeline, self._readings, self._own.get(LAB), self._rulebook, whole=whole)

    def _planned(self, labs: LabWalk, *, open_only: bool) -> list[DueItem]:
        timeline, rulebook = self._timeline, self._rulebook
        items = [
            *labs.items(),
            *dexa_items(timeline, self._readings, self._risk, self._own.get(DEXA), rulebook, open_only=open_only),
            *panel_items(timeline, self._bone, self._own, labs.items(), rulebook, open_only=open_only),
            *injection_items(self._injected, timeline, rulebook, open_only=open_only),
            *review_items(timeline, self._regimens, rulebook, open_only=open_only),
        ]
        items.sort(key=_KIND_DUE_ANCHOR)
        return items
