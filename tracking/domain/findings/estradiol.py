"""Findings on estradiol: low, borderline, unreadable, or not there while on an AI."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from tracking.domain.estradiol import ANALYTE, LOW, Reading
from tracking.domain.findings.finding import Facts, Finding, limit_text, make
from tracking.domain.reading_notes import note_sentences
from tracking.domain.rulebook import AROMATASE_INHIBITOR, Tier
from tracking.domain.thresholds import is_below
from tracking.domain.verdict import CURRENT, STALE, SUPERSEDED
from tracking.domain.words import on_day


def find_estradiol(facts: Facts) -> Iterator[Finding]:
    reading = facts.reading
    if reading is not None:
        yield from _low(facts, reading)
        yield from _unreadable(facts, reading)
    yield from _blind(facts)


def _low(facts: Facts, reading: Reading) -> Iterator[Finding]:
    """A low result stays a finding when it is superseded or stale: neither makes it better."""
    tier, on_ai = reading.queue_tier, facts.on_ai
    if tier is Tier.BORDERLINE and on_ai and facts.verdict.state == CURRENT:
        yield _on_result(facts, reading, "e2_borderline_on_ai")
    if tier not in LOW:
        return
    if not on_ai:
        yield _on_result(facts, reading, "e2_low_off_ai")
    else:
        yield _on_result(facts, reading, "e2_critical_on_ai" if tier is Tier.CRITICAL else "e2_below_floor_on_ai")
    rule = facts.rulebook.testosterone.very_low
    other = facts.testosterone
    if other is None or not is_below(other.lab.reported.value, rule, facts.rulebook):
        return
    value = other.lab.reported.value
    extra = {"testosterone": str(value), "very_low": limit_text(value, rule, facts.rulebook)}
    yield _on_result(facts, reading, "e2_below_floor_and_low_t", extra=extra, inputs=(other.lab.key,), rules=(rule.id,))


def _unreadable(facts: Facts, reading: Reading) -> Iterator[Finding]:
    if reading.tier is not Tier.INDETERMINATE or not facts.on_ai:
        return
    if facts.verdict.state == CURRENT or not _is_blind(facts):
        yield _on_result(facts, reading, "e2_indeterminate_on_ai")


def _on_result(
    facts: Facts,
    reading: Reading,
    code: str,
    *,
    extra: dict[str, str] | None = None,
    inputs: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
) -> Finding:
    limits, on = reading.thresholds, facts.verdict.drawn_on
    params = {
        "value": str(reading.value),
        "on": str(on or ""),
        "assay": str(reading.lab.reported.assay),
        "tier": reading.tier,
        "queue_tier": reading.queue_tier,
        "floor": f"{limits.floor} {limits.unit}",
        "critical": f"{limits.critical} {limits.unit}",
        "ai": facts.ai_names,
        "bounds": reading.bounds,
        **(extra or {}),
    }
    said = {"on": on_day(on, facts.timeline.today), "bounds": bounds_text(reading, facts), "stands": _stands(reading, facts)}
    notes = note_sentences(reading, facts.rulebook)
    notes |= _state_notes(facts)
    keys = (reading.key, *inputs, *facts.ai_keys)
    return make(facts, code, params, inputs=keys, rules=(*reading.rules, *rules), notes=notes, said=said, margin=reading.margin)


def _stands(reading: Reading, facts: Facts) -> str:
    """A result that only its rounding puts below a limit is not said to be below: the verdict beside it says otherwise."""
    certain = reading.tier in LOW and (reading.tier is reading.queue_tier)
    return facts.rulebook.words.bounds["is_below" if certain else "may_be_below"]


def bounds_text(reading: Reading, facts: Facts) -> str:
    """What an indeterminate result still tells, in words."""
    if not reading.bounds:
        return ""
    return facts.rulebook.words.bounds[reading.bounds].format(number=reading.value.digits)


def _state_notes(facts: Facts) -> dict[str, str]:
    words, verdict, today = facts.rulebook.words.note, facts.verdict, facts.timeline.today
    notes = {}
    if verdict.state == SUPERSEDED and verdict.changed_by is not None:
        notes["superseded"] = words["superseded"].format(changed=on_day(verdict.changed_by.on, today))
    if verdict.state == STALE:
        notes["stale"] = words["stale"]
    then = facts.context.at_draw
    if then is not None and then.ai and not facts.on_ai:
        notes["drawn_on_ai"] = words["drawn_on_ai"].format(ai_then=", ".join(drug.name.lower() for drug in then.ai))
    return notes


def _blind(facts: Facts) -> Iterator[Finding]:
    since = blind_from(facts)
    if since is None or not _is_blind(facts) or facts.verdict.state == CURRENT:
        return
    params = {"ai": facts.ai_names, "since": str(since)}
    said = {"since": on_day(since, facts.timeline.today)}
    keys = (*facts.ai_keys, *((facts.verdict.reading,) if facts.verdict.reading else ()))
    yield make(facts, "no_current_e2_on_ai", params, inputs=keys, rules=(facts.rulebook.monitoring.blind.id,), said=said)


def _is_blind(facts: Facts) -> bool:
    since = blind_from(facts)
    return since is not None and not facts.verdict.is_evaluable and facts.timeline.today >= since


def blind_from(facts: Facts) -> date | None:
    """From which day on the lack of a current estradiol that can be read is a finding; None where he is on no AI.

    The first change that no readable draw has followed starts the clock, not the last: changing the dose every few weeks
    without a draw does not put it off. So does the age of the last readable draw.
    """
    timeline, rule = facts.timeline, facts.rulebook.monitoring.blind
    span = timeline.exposure.span(AROMATASE_INHIBITOR, timeline.today)
    if span is None or not facts.on_ai:
        return None
    readable = [
        draw.on
        for draw in timeline.draws.get(ANALYTE, ())
        if draw.on is not None and draw.dated and draw.on > span.starts_on
        if facts.readings[draw.lab.key].tier is not Tier.INDETERMINATE
    ]
    last = readable[-1] if readable else None
    waiting = timedelta(days=rule.days_after_change)
    if last is None:
        return span.starts_on + waiting
    first_year = last < span.starts_on + relativedelta(months=facts.rulebook.monitoring.routine.first_months)
    months = rule.months_first_year if first_year else rule.months_later
    clocks = [last + relativedelta(months=months)]
    clocks += [change.on + waiting for change in timeline.exposure.changes_until(timeline.today) if change.on >= last][:1]
    return min(clocks)
