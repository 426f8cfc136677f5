"""What lowers the reassurance that an estradiol gives, never the severity of a low one (CLINICAL 9.1)."""

from __future__ import annotations

from dataclasses import replace

from tracking.domain.estradiol import Reading
from tracking.domain.rulebook import RuleBook
from tracking.domain.thresholds import is_above
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.timing import DrawTiming


def with_circumstances(reading: Reading, draw: Draw, timeline: Timeline, timing: DrawTiming, rulebook: RuleBook) -> Reading:
    """The reading with the notes that other records of the same time give."""
    notes = []
    if not reading.proven and _inflamed(draw, timeline, rulebook):
        notes.append("confirm_crp")
    if timing.is_unsettled:
        notes.append("not_at_steady_state")
    if reading.floor.is_set:
        notes.append("floor_of_his_own")
    return replace(reading, notes=(*reading.notes, *notes)) if notes else reading


def note_sentences(reading: Reading, rulebook: RuleBook) -> dict[str, str]:
    """The notes of a reading in words, by code."""
    limits, floor = reading.thresholds, reading.floor
    params = {
        "worst": _tier_words(reading.worst_tier),
        "best": _tier_words(reading.best_tier),
        "upper": f"{limits.upper} {limits.unit}",
        "high_review": f"{limits.high_review} {limits.unit}",
        "floor": f"{floor.pg_ml} pg/mL",
        "whose": floor.whose,
        "reason": floor.reason or "no reason given",
    }
    return {code: rulebook.words.note[code].format_map(params) for code in reading.notes}


def _inflamed(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> bool:
    rule = rulebook.estradiol.inflammation
    return any(
        is_above(other.lab.reported.value, rule, rulebook)
        for other in timeline.draws.get(rule.analyte, ())
        if other.on is not None and other.on == draw.on
    )


def _tier_words(tier: str) -> str:
    return tier.replace("_", " ")
