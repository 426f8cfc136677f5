"""Findings on estradiol: low, borderline, unreadable, or not there while on an AI."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tracking.domain.estradiol import ANALYTE, LOW, Reading, read_result
from tracking.domain.findings.finding import Facts, Finding, limit_text, make
from tracking.domain.findings.series_notes import low_notes
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL, paired
from tracking.domain.months import months_after
from tracking.domain.reading_notes import note_sentences, stands_text
from tracking.domain.rulebook import AROMATASE_INHIBITOR, FindingRule, Priority, Tier
from tracking.domain.series.recovery import is_low
from tracking.domain.spans import so_many_days
from tracking.domain.thresholds import is_below
from tracking.domain.timeline import Draw
from tracking.domain.unit_question import either
from tracking.domain.verdict import CURRENT, STALE, SUPERSEDED
from tracking.domain.words import fill, on_day

_ON_AI = {Tier.CRITICAL: "e2_critical_on_ai", Tier.BELOW_FLOOR: "e2_below_floor_on_ai"}


def find_estradiol(facts: Facts) -> Iterator[Finding]:
    reading = facts.reading
    if reading is not None:
        yield from _low(facts, reading)
        yield from _unreadable(facts, reading)
        questioned = _in_question_since(facts)
        if questioned is not None:
            yield from _unreadable(facts, questioned)
    yield from _blind(facts)


def _low(facts: Facts, reading: Reading) -> Iterator[Finding]:
    """A low result stays a finding when it is superseded or stale, and until a result ends it: nothing else makes it better."""
    if reading.queue_tier is Tier.BORDERLINE and facts.on_ai and facts.verdict.state == CURRENT:
        yield _on_result(facts, reading, "e2_borderline_on_ai")
    low = facts.series.low
    standing = facts.readings[low.stands] if low is not None else None
    lows = [one for one in (reading, standing) if one is not None and is_low(one)]
    # What was drawn after a low and did not end it is told by a finding of its own, which continues the episode.
    if lows and (is_low(reading) or low is None or not low.attempt):
        urgency = min(low_urgency(facts, one.queue_tier).priority for one in lows)
        yield _on_result(facts, lows[0], low_rule(facts, lows[0].queue_tier).code, urgency=urgency)
    for one in lows:
        other = _very_low_testosterone(facts, one)
        if other is not None:
            value, rule = other.lab.reported.value, facts.rulebook.testosterone.very_low
            extra = {"testosterone": str(value), "very_low": limit_text(value, rule, facts.rulebook)}
            yield _on_result(facts, one, "e2_below_floor_and_low_t", extra=extra, inputs=(other.lab.key,), rules=(rule.id,))
            return


def low_rule(facts: Facts, tier: Tier) -> FindingRule:
    """The rule of a low result of this tier, by what he takes now."""
    return facts.rulebook.findings[_ON_AI[tier] if facts.on_ai else "e2_low_off_ai"]


def low_urgency(facts: Facts, tier: Tier) -> FindingRule:
    """The rule that says how urgent it is. A log of an AI that merely ended makes a low no less urgent."""
    return facts.rulebook.findings[_ON_AI[tier] if facts.on_ai or facts.ai_log_ended else "e2_low_off_ai"]


def _very_low_testosterone(facts: Facts, reading: Reading) -> Draw | None:
    """The very low testosterone of the same draw; of an earlier draw none where a later one is not as low."""
    if reading.key == facts.verdict.reading:
        drawn = [facts.testosterone]
    else:
        draw = next(draw for draw in facts.timeline.draws[ANALYTE] if draw.lab.key == reading.key)
        drawn = [paired(draw, facts.timeline, facts.rulebook), *facts.timeline.draws.get(TESTOSTERONE_TOTAL, ())[-1:]]
    rule = facts.rulebook.testosterone.very_low
    low = all(one is not None and is_below(one.lab.reported.value, rule, facts.rulebook) for one in drawn)
    return drawn[0] if low else None


def _unreadable(facts: Facts, reading: Reading) -> Iterator[Finding]:
    if reading.tier is not Tier.INDETERMINATE:
        return
    urgency = _urgency_as_entered(facts, reading)
    if not facts.on_ai:
        if reading.question is not None:
            yield _on_result(facts, reading, "e2_unit_in_question", urgency=urgency)
    elif facts.verdict.state == CURRENT or not _is_blind(facts) or urgency is not None:
        yield _on_result(facts, reading, "e2_indeterminate_on_ai", urgency=urgency)


def _in_question_since(facts: Facts) -> Reading | None:
    """The latest result where an older low decides, and it is itself in question and low as it was entered."""
    latest = facts.readings[facts.timeline.draws[ANALYTE][-1].lab.key]
    decides = latest.key == facts.verdict.reading
    return None if decides or _urgency_as_entered(facts, latest) is None else latest


def _urgency_as_entered(facts: Facts, reading: Reading) -> Priority | None:
    """That of the low which a result in question is as it was entered: a question never makes it less urgent."""
    if reading.question is None:
        return None
    tier = read_result(reading.lab, facts.rulebook, facts.history.floors, facts.timeline.today).queue_tier
    if tier not in LOW:
        return None
    rules = [low_urgency(facts, tier)]
    if _very_low_testosterone(facts, reading):
        rules.append(facts.rulebook.findings["e2_below_floor_and_low_t"])
    return min(rule.priority for rule in rules)


def _on_result(
    facts: Facts,
    reading: Reading,
    code: str,
    *,
    extra: dict[str, str] | None = None,
    inputs: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
    urgency: Priority | None = None,
) -> Finding:
    """``urgency``: at least so urgent, whatever the code."""
    limits, on = reading.thresholds, reading.drawn_on
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
    said = {
        "on": on_day(on, facts.timeline.today),
        "bounds": bounds_text(reading, facts),
        "stands": stands_text(reading, facts.rulebook),
        **_what_settles(reading, facts),
    }
    notes = note_sentences(reading, facts.rulebook)
    if reading.key == facts.verdict.reading:
        notes |= _state_notes(facts)
    if is_low(reading):
        notes |= low_notes(facts, reading)
    held_against = (reading.question.before,) if reading.question is not None and reading.question.before else ()
    keys = (reading.key, *held_against, *inputs, *facts.ai_keys)
    return make(
        facts,
        code,
        params,
        inputs=keys,
        rules=(*reading.rules, *rules),
        notes=notes,
        said=said,
        margin=reading.margin,
        priority=None if urgency is None else min(urgency, facts.rulebook.findings[code].priority),
    )


def _what_settles(reading: Reading, facts: Facts) -> dict[str, str]:
    """What would make a result readable, for the prescriber and for the man."""
    words = facts.rulebook.words
    if reading.question is not None:
        asked = {"needed": words.missing["estradiol_unit"], "man_needed": words.man["unit_in_question"]}
        return asked | {"cleared_by": words.bounds["cleared_by_unit"]}
    needed = words.missing["estradiol_readable"]
    settled = {"needed": needed, "man_needed": fill(words.man["settled_by"], {"needed": needed})}
    return settled | {"cleared_by": words.bounds["cleared_by_reading"]}


def bounds_text(reading: Reading, facts: Facts) -> str:
    """What an indeterminate result still tells, in words."""
    if not reading.bounds:
        return ""
    both = "" if reading.question is None else either(reading.lab, reading.question, facts.rulebook)
    return facts.rulebook.words.bounds[reading.bounds].format(number=reading.value.digits, either=both)


def _state_notes(facts: Facts) -> dict[str, str]:
    words, verdict, today = facts.rulebook.words.note, facts.verdict, facts.timeline.today
    notes = {}
    if verdict.state == SUPERSEDED and verdict.changed_by is not None:
        notes["superseded"] = words["superseded"].format(changed=on_day(verdict.changed_by.on, today))
    if verdict.state == STALE:
        notes["stale"] = words["stale"]
    then = facts.at_draw
    if then is not None and then.ai and not facts.on_ai:
        notes["drawn_on_ai"] = words["drawn_on_ai"].format(ai_then=", ".join(drug.name.lower() for drug in then.ai))
    return notes


def _blind(facts: Facts) -> Iterator[Finding]:
    since = blind_from(facts) if facts.verdict.state != CURRENT else None
    if since is None or facts.timeline.today < since:
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
    last = _last_readable(facts, span.starts_on)
    waiting = so_many_days(rule.days_after_change)
    if last is None:
        return span.starts_on + waiting
    first_year = last < months_after(span.starts_on, facts.rulebook.monitoring.routine.first_months)
    months = rule.months_first_year if first_year else rule.months_later
    by_age = months_after(last, months)
    change = timeline.exposure.first_change(last, timeline.today)
    return by_age if change is None else min(by_age, change.on + waiting)


def _last_readable(facts: Facts, after: date) -> date | None:
    """The day of the last draw after a day that can be read."""
    for draw in reversed(facts.timeline.draws.get(ANALYTE, ())):
        if draw.on is None or draw.on <= after:
            return None
        if draw.dated and facts.placed[draw.lab.key].tier is not Tier.INDETERMINATE:
            return draw.on
    return None
