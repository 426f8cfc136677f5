"""What lowers the reassurance that an estradiol gives, never the severity of a low one (CLINICAL 9.1)."""

from __future__ import annotations

from msgspec.structs import replace

from tracking.domain.estradiol import LOW, Reading
from tracking.domain.reassurance import (
    BIOTIN_DOSE_UNKNOWN,
    CONFIRM_BIOTIN,
    CONFIRM_CRP,
    DISTURBED,
    MAY_OVERSTATE,
    Biotin,
    disturbances,
    overstated_by,
)
from tracking.domain.rulebook import Rule, RuleBook
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.timing import DrawTiming
from tracking.domain.unit_question import UnitQuestion, either
from tracking.domain.words import listed

# The rule of EstradiolRules that a note rests on.
_RULES = {
    CONFIRM_CRP: "inflammation",
    CONFIRM_BIOTIN: "biotin",
    BIOTIN_DOSE_UNKNOWN: "biotin",
    "biotin_not_asked": "biotin",
    MAY_OVERSTATE: "overstates",
}


def with_circumstances(
    reading: Reading, draw: Draw, timeline: Timeline, timing: DrawTiming, rulebook: RuleBook, *, biotin: Biotin
) -> Reading:
    """The reading with the notes that other records of the same time give, and what they take from its reassurance."""
    notes = list(disturbances(reading, draw, timeline, biotin, rulebook))
    overstated = tuple(overstated_by(reading, draw, timeline, timing, rulebook))
    if overstated:
        notes.append(MAY_OVERSTATE)
    if timing.is_unsettled:
        notes.append("not_at_steady_state")
    if reading.floor.is_set:
        notes.append("floor_of_his_own")
    if not notes:
        return reading
    return replace(
        reading,
        notes=(*reading.notes, *notes),
        rules=(*reading.rules, *(_rule_of(code, rulebook).id for code in notes if code in _RULES)),
        reassures=reading.reassures and DISTURBED.isdisjoint(notes),
        overstated_by=overstated,
    )


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
        "overstated": listed(_overstated(code, rulebook) for code in reading.overstated_by),
    }
    if reading.question is not None:
        params |= _question_words(reading, reading.question, rulebook)
    return {code: rulebook.words.note[code].format_map(params) for code in reading.notes}


def doubts(reading: Reading, rulebook: RuleBook) -> str:
    """The notes that take its reassurance from a result which is not low, as sentences; empty where there are none."""
    return " ".join(text for code, text in note_sentences(reading, rulebook).items() if code in DISTURBED)


def stands_text(reading: Reading, rulebook: RuleBook) -> str:
    """How a low result stands to its limit. One that only its rounding puts below it is not said to be below."""
    certain = reading.tier in LOW and (reading.tier is reading.queue_tier)
    return rulebook.words.bounds["is_below" if certain else "may_be_below"]


def _rule_of(code: str, rulebook: RuleBook) -> Rule:
    rule: Rule = getattr(rulebook.estradiol, _RULES[code])
    return rule


def _overstated(code: str, rulebook: RuleBook) -> str:
    rule = rulebook.estradiol.overstates
    return rulebook.words.note[f"overstated_{code}"].format(percent=rule.beyond_percent, days=rule.skipped_days)


def _question_words(reading: Reading, question: UnitQuestion, rulebook: RuleBook) -> dict[str, str]:
    known = {"limit": str(reading.lab.range_high), "before": question.before_text, "times": str(question.times)}
    signs = [rulebook.words.note[f"unit_by_{sign}"].format_map(known) for sign in question.signs]
    return {"signs": "; ".join(signs), "either": either(reading.lab, question, rulebook)}


def _tier_words(tier: str) -> str:
    return tier.replace("_", " ")
