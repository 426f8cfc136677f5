"""What is due: the plan over labs and scans, as items with a stable identity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tracking.domain.bone import BoneStanding, bone_of
from tracking.domain.dexa_plan import dexa_items
from tracking.domain.due import DueItem
from tracking.domain.estradiol import ANALYTE, Reading, read_result
from tracking.domain.history import History, RiskFactorRecord
from tracking.domain.lab_plan import lab_items
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
    return plan_items(timeline, readings, bone_of(timeline, rulebook), history.risk_factors, rulebook)


def plan_items(
    timeline: Timeline,
    readings: Mapping[str, Reading],
    bone: BoneStanding,
    risk_factors: tuple[RiskFactorRecord, ...],
    rulebook: RuleBook,
) -> tuple[DueItem, ...]:
    items = [*lab_items(timeline, readings, rulebook), *dexa_items(timeline, readings, bone, risk_factors, rulebook)]
    return tuple(sorted(items, key=lambda item: (item.kind, item.due_on, item.anchor)))
