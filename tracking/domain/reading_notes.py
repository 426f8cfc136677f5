"""What lowers the reassurance that an estradiol gives, never the severity of a low one (CLINICAL 9.1)."""

from __future__ import annotations

from dataclasses import replace

from tracking.domain.estradiol import LOW, Reading
from tracking.domain.rulebook import AROMATASE_INHIBITOR, RuleBook
from tracking.domain.thresholds import is_above
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.timing import DrawTiming


def with_circumstances(reading: Reading, draw: Draw, timeline: Timeline, _timing: DrawTiming, rulebook: RuleBook) -> Reading:
    """The reading with the notes that other records of the same time give."""
    notes = []
    if not reading.proven and _inflamed(draw, timeline, rulebook):
        notes.append("confirm_crp")
    if _unsettled(draw, timeline, rulebook):
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


def stands_text(reading: Reading, rulebook: RuleBook) -> str:
    """How a low result stands to its limit. One that only its rounding puts below it is not said to be below."""
    certain = reading.tier in LOW and (reading.tier is reading.queue_tier)
    return rulebook.words.bounds["is_below" if certain else "may_be_below"]


def _inflamed(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> bool:
    rule = rulebook.estradiol.inflammation
    return any(
        is_above(other.lab.reported.value, rule, rulebook)
        for other in timeline.draws.get(rule.analyte, ())
        if other.on is not None and other.on == draw.on
    )


def _unsettled(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> bool:
    """Drawn after a change, but before what was changed had settled."""
    if draw.on is None:
        return False
    for change in timeline.exposure.changes:
        if change.on >= draw.on:
            break
        drug = rulebook.drugs[change.drug]
        settles = drug.steady_state_days
        if change.drug_class == AROMATASE_INHIBITOR and drug.rechecks:
            settles = max(settles, drug.rechecks[0].earliest_draw_days)
        if (draw.on - change.on).days < settles:
            return True
    return False


def _tier_words(tier: str) -> str:
    return tier.replace("_", " ")
