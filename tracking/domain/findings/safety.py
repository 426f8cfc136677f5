"""Findings on the rest of the blood, and blood pressure (CLINICAL 9.6, 9.7). Each stands until a later result denies it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from tracking.domain.derived import CALCIUM, corrected_calcium
from tracking.domain.findings.finding import Facts, Finding, limit_text, make
from tracking.domain.findings.markers import find_marker_rise
from tracking.domain.findings.psa import PSA, find_psa
from tracking.domain.findings.results import (
    above_upper,
    age_note,
    aging_days,
    below_lower,
    either,
    last_that_says,
    limit_words,
)
from tracking.domain.history import LabRecord
from tracking.domain.reported import Value
from tracking.domain.rulebook import AnalyteThresholdRule, RuleBook
from tracking.domain.thresholds import is_above, is_at_least, is_below
from tracking.domain.timeline import Draw
from tracking.domain.words import listed, on_day

HEMATOCRIT = "hematocrit"
PTH = "pth"
SYSTOLIC = "blood_pressure_systolic"
DIASTOLIC = "blood_pressure_diastolic"


def find_safety(facts: Facts) -> Iterator[Finding]:
    yield from _hematocrit(facts)
    yield from _calcium(facts)
    yield from _pth(facts)
    yield from _blood_pressure(facts)
    yield from find_psa(facts)
    yield from find_marker_rise(facts)


def safety_days(facts: Facts) -> Iterator[date]:
    """Days on which what is said here changes by time alone."""
    yield from aging_days(facts, HEMATOCRIT, CALCIUM, PTH, SYSTOLIC, DIASTOLIC, PSA, "ctx", "p1np")


def _hematocrit(facts: Facts) -> Iterator[Finding]:
    rules = facts.rulebook.safety
    draw = _at_least(facts, HEMATOCRIT, rules.hematocrit_high)
    if draw is None:
        return
    value = draw.lab.reported.value
    rule = next(
        rule for rule in (rules.hematocrit_very_high, rules.hematocrit_high) if is_at_least(value, rule, facts.rulebook)
    )
    params = {"value": str(value), "on": str(draw.on or ""), "limit": limit_text(value, rule, facts.rulebook)}
    yield make(
        facts,
        "hematocrit_high",
        params,
        inputs=(draw.lab.key,),
        rules=(rule.id,),
        notes=age_note(draw, facts),
        said={"on": on_day(draw.on, facts.timeline.today)},
        priority=rule.priority,
    )


def _calcium(facts: Facts) -> Iterator[Finding]:
    """By the albumin of the same draw where there is one. Ionised calcium is another analyte and has no say."""
    if CALCIUM not in facts.timeline.draws:
        return
    rules = facts.rulebook.safety
    low = _Side("calcium_low", rules.calcium_low, rules.calcium_very_low, is_below, below_lower, attrgetter("range_low"))
    high = _Side("calcium_high", rules.calcium_high, rules.calcium_very_high, is_above, above_upper, attrgetter("range_high"))
    yield from _calcium_side(facts, low)
    yield from _calcium_side(facts, high)


@dataclass(frozen=True, slots=True)
class _Side:
    """One end of a range: ``beyond`` the rule's limit, or ``beyond_own``, the laboratory's."""

    code: str
    rule: AnalyteThresholdRule
    very: AnalyteThresholdRule
    beyond: Callable[[Value, AnalyteThresholdRule, RuleBook], bool | None]
    beyond_own: Callable[[Value, Value | None, AnalyteThresholdRule, Facts], bool | None]
    own: Callable[[LabRecord], Value | None]


def _calcium_side(facts: Facts, side: _Side) -> Iterator[Finding]:
    def says(draw: Draw) -> bool | None:
        value, _ = _calcium_of(draw, facts)
        return either(
            side.beyond(value, side.very, facts.rulebook), side.beyond_own(value, side.own(draw.lab), side.rule, facts)
        )

    draw = last_that_says(facts, CALCIUM, says)
    if draw is None:
        return
    value, keys = _calcium_of(draw, facts)
    very = side.beyond(value, side.very, facts.rulebook)
    rule, own = (side.very, None) if very else (side.rule, side.own(draw.lab))
    words = facts.rulebook.words
    how = "calcium_corrected" if len(keys) > 1 else "calcium_uncorrected"
    params = {
        "value": str(value),
        "reported": str(draw.lab.reported.value),
        "how": how,
        "on": str(draw.on or ""),
        "limit": limit_words(value, own, rule, facts)["limit"],
    }
    notes = {how: words.note[how]} if how in words.note else {}
    yield make(
        facts,
        side.code,
        params,
        inputs=keys,
        rules=(rule.id, facts.rulebook.safety.calcium_correction.id),
        notes=notes | age_note(draw, facts),
        said={"on": on_day(draw.on, facts.timeline.today), "how": words.context[how]},
        priority=rule.priority,
    )


def _calcium_of(draw: Draw, facts: Facts) -> tuple[Value, tuple[str, ...]]:
    """The value to hold against limits, with the keys it is made of: one where it is not corrected."""
    corrected = corrected_calcium(draw, facts.timeline, facts.rulebook)
    if corrected is None:
        return draw.lab.reported.value, (draw.lab.key,)
    value, albumin = corrected
    return value, (draw.lab.key, albumin.lab.key)


def _pth(facts: Facts) -> Iterator[Finding]:
    rule = facts.rulebook.safety.pth_high
    draw = last_that_says(facts, PTH, lambda d: above_upper(d.lab.reported.value, d.lab.range_high, rule, facts))
    if draw is None:
        return
    value = draw.lab.reported.value
    params = {"value": str(value), "on": str(draw.on or ""), **limit_words(value, draw.lab.range_high, rule, facts)}
    said = {"on": on_day(draw.on, facts.timeline.today)}
    notes = age_note(draw, facts)
    yield make(facts, "pth_high", params, inputs=(draw.lab.key,), rules=(rule.id,), notes=notes, said=said)


def _blood_pressure(facts: Facts) -> Iterator[Finding]:
    """One finding for both pressures: the worse of them decides how urgent it is."""
    rules, today = facts.rulebook.safety, facts.timeline.today
    found: list[tuple[str, Draw, AnalyteThresholdRule]] = []
    for name, analyte, high, very_high in (
        ("systolic", SYSTOLIC, rules.systolic_high, rules.systolic_very_high),
        ("diastolic", DIASTOLIC, rules.diastolic_high, rules.diastolic_very_high),
    ):
        draw = _at_least(facts, analyte, high)
        if draw is not None:
            very = is_at_least(draw.lab.reported.value, very_high, facts.rulebook)
            found.append((name, draw, very_high if very else high))
    if not found:
        return
    params = {name: f"{draw.lab.reported.value} {draw.on or ''}".strip() for name, draw, _ in found}
    readings = listed(f"{name} {draw.lab.reported.value} on {on_day(draw.on, today)}" for name, draw, _ in found)
    limits = listed(f"{name} {limit_text(draw.lab.reported.value, rule, facts.rulebook)}" for name, draw, rule in found)
    notes: dict[str, str] = {}
    for _, draw, _ in found:
        notes |= age_note(draw, facts)
    yield make(
        facts,
        "blood_pressure_high",
        params,
        inputs=[draw.lab.key for _, draw, _ in found],
        rules=[rule.id for _, _, rule in found],
        notes=notes,
        said={"readings": readings, "limits": limits},
        priority=min(rule.priority for _, _, rule in found),
    )


def _at_least(facts: Facts, analyte: str, rule: AnalyteThresholdRule) -> Draw | None:
    return last_that_says(facts, analyte, lambda draw: is_at_least(draw.lab.reported.value, rule, facts.rulebook))
