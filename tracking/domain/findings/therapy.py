"""Findings on what he takes, and on testosterone and blood."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.domain.findings.finding import Facts, Finding, limit_text, make
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL
from tracking.domain.reported import Comparator
from tracking.domain.rulebook import TESTOSTERONE, Priority
from tracking.domain.thresholds import is_above, is_below
from tracking.domain.timeline import Draw
from tracking.domain.verdict import first_change_after, too_old_on
from tracking.domain.words import on_day

HEMATOCRIT = "hematocrit"


def find_therapy(facts: Facts) -> Iterator[Finding]:
    yield from _ai_without_testosterone(facts)
    yield from _testosterone(facts)
    yield from _hematocrit(facts)


def _ai_without_testosterone(facts: Facts) -> Iterator[Finding]:
    """Only where testosterone was recorded and stopped; where it was never recorded it is missing, not stopped."""
    if not facts.on_ai or facts.context.now.testosterone:
        return
    changes = facts.timeline.exposure.changes_until(facts.timeline.today)
    stops = [change for change in changes if change.drug_class == TESTOSTERONE and change.kind == "stop"]
    if not stops:
        return
    stop = stops[-1]
    params = {"ai": facts.ai_names, "stopped": str(stop.on)}
    said = {"ai": facts.ai_names.capitalize(), "stopped": on_day(stop.on, facts.timeline.today)}
    inputs = (*facts.ai_keys, stop.anchor.partition(":")[2])
    yield make(facts, "ai_without_testosterone", params, inputs=inputs, said=said)


def latest(facts: Facts, analyte: str) -> Draw | None:
    """The latest result of an analyte; one of unknown date only where there is no other."""
    draws = facts.timeline.draws.get(analyte, ())
    return draws[-1] if draws else None


def current_testosterone(facts: Facts) -> Draw | None:
    """The latest testosterone, where no change came after it and it is not too old; an undated one where nothing changed."""
    draw = latest(facts, TESTOSTERONE_TOTAL)
    if draw is None or first_change_after(draw, facts.timeline) is not None:
        return None
    old = too_old_on(draw, facts.timeline, facts.rulebook)
    if old is None:
        return None if facts.timeline.exposure.changes else draw
    return draw if facts.timeline.today < old else None


def _testosterone(facts: Facts) -> Iterator[Finding]:
    draw = current_testosterone(facts)
    if draw is None:
        return
    rules, value = facts.rulebook.testosterone, draw.lab.reported.value
    params = {"value": str(value), "on": str(draw.on or "")}
    said = {"on": on_day(draw.on, facts.timeline.today)}
    if is_below(value, rules.low, facts.rulebook):
        limit = {"limit": limit_text(value, rules.low, facts.rulebook)}
        yield make(facts, "testosterone_low", params | limit, inputs=(draw.lab.key,), rules=(rules.low.id,), said=said)
    upper = draw.lab.range_high
    if upper is not None and upper.unit == value.unit:
        above = value.number > upper.number and value.comparator is not Comparator.LESS
        limit = {"limit": str(upper), "limit_from": "the laboratory's limit"}
    else:
        above = bool(is_above(value, rules.high, facts.rulebook))
        limit = {"limit": limit_text(value, rules.high, facts.rulebook), "limit_from": "no laboratory limit recorded"}
    if above:
        yield make(facts, "testosterone_high", params | limit, inputs=(draw.lab.key,), rules=(rules.high.id,), said=said)


def _hematocrit(facts: Facts) -> Iterator[Finding]:
    draw = latest(facts, HEMATOCRIT)
    if draw is None:
        return
    rules, value = facts.rulebook.safety, draw.lab.reported.value
    for rule in (rules.hematocrit_very_high, rules.hematocrit_high):
        if is_below(value, rule, facts.rulebook) is False:
            params = {"value": str(value), "on": str(draw.on or ""), "limit": limit_text(value, rule, facts.rulebook)}
            said = {"on": on_day(draw.on, facts.timeline.today)}
            priority: Priority = rule.priority
            yield make(facts, "hematocrit_high", params, inputs=(draw.lab.key,), rules=(rule.id,), said=said, priority=priority)
            return
