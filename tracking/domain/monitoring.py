"""What is due: the plan over labs, scans, injections and reviews, as items with a stable identity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tracking.domain.bone import BoneStanding, bone_of
from tracking.domain.bone_therapy import Injected, bone_injections, injection_items
from tracking.domain.dexa_plan import dexa_items
from tracking.domain.due import DEXA, LAB, DueItem
from tracking.domain.estradiol import ANALYTE, Reading, read_result
from tracking.domain.history import History
from tracking.domain.intervals import own_intervals
from tracking.domain.lab_plan import lab_items
from tracking.domain.panel_plan import panel_items
from tracking.domain.review_plan import review_items
from tracking.domain.risk import Risk, risk_of
from tracking.domain.rulebook import RuleBook
from tracking.domain.timeline import Timeline, read_timeline

__all__ = ["DueItem", "plan", "plan_items"]


def plan(history: History, rulebook: RuleBook, as_of: datetime) -> tuple[DueItem, ...]:
    """Everything that is, was answered, or was superseded, by kind and due date. Without a regimen nothing is due."""
    timeline = read_timeline(history, rulebook, as_of)
    readings = {
        draw.lab.key: read_result(draw.lab, rulebook, history.floors, timeline.today)
        for draw in timeline.draws.get(ANALYTE, ())
    }
    bone = bone_of(timeline, rulebook)
    injected = bone_injections(timeline, history.regimens, rulebook)
    risk = risk_of(timeline, bone, history.risk_factors, rulebook)
    return plan_items(timeline, readings, bone, risk, injected, history=history, rulebook=rulebook)


def plan_items(
    timeline: Timeline,
    readings: Mapping[str, Reading],
    bone: BoneStanding,
    risk: Risk,
    injected: tuple[Injected, ...],
    *,
    history: History,
    rulebook: RuleBook,
) -> tuple[DueItem, ...]:
    own = own_intervals(history.intervals, timeline.today, rulebook)
    estradiol = lab_items(timeline, readings, own.get(LAB), rulebook)
    items = [
        *estradiol,
        *dexa_items(timeline, readings, risk, own.get(DEXA), rulebook),
        *panel_items(timeline, bone, own, estradiol, rulebook),
        *injection_items(injected, timeline, rulebook),
        *review_items(timeline, history.regimens, rulebook),
    ]
    return tuple(sorted(items, key=lambda item: (item.kind, item.due_on, item.anchor)))
