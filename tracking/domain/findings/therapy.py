"""Findings on what he takes, and on his testosterone."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.domain.findings.changes import find_changes
from tracking.domain.findings.finding import Facts, Finding, limit_text, make
from tracking.domain.findings.results import above_upper, latest, limit_words
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL
from tracking.domain.rulebook import TESTOSTERONE
from tracking.domain.thresholds import is_below
from tracking.domain.timeline import Draw
from tracking.domain.verdict import first_change_after, too_old_on
from tracking.domain.words import on_day


def find_therapy(facts: Facts) -> Iterator[Finding]:
    yield from _ai_without_testosterone(facts)
    yield from find_changes(facts)
    yield from _testosterone(facts)


def _ai_without_testosterone(facts: Facts) -> Iterator[Finding]:
    """Only where testosterone was recorded and stopped; where it was never recorded it is missing, not stopped."""
    if not facts.on_ai or facts.on_testosterone:
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
    upper = draw.lab.range_high
    below, above = is_below(value, rules.low, facts.rulebook), above_upper(value, upper, rules.high, facts)
    if not below and not above:
        return
    params = {"value": str(value), "on": str(draw.on or "")}
    said = {"on": on_day(draw.on, facts.timeline.today)}
    if below:
        limit = {"limit": limit_text(value, rules.low, facts.rulebook)}
        yield make(facts, "testosterone_low", params | limit, inputs=(draw.lab.key,), rules=(rules.low.id,), said=said)
    if above:
        limit = limit_words(value, upper, rules.high, facts)
        yield make(facts, "testosterone_high", params | limit, inputs=(draw.lab.key,), rules=(rules.high.id,), said=said)
