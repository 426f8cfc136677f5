"""Findings on how long estradiol has been low, on a low that nothing has ended, and on results that disagree (CLINICAL 9.2)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from tracking.domain.estradiol import Reading
from tracking.domain.findings.estradiol import low_urgency
from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.findings.series_notes import low_notes, ranked_days, reasons_text, value_text
from tracking.domain.reading_notes import stands_text
from tracking.domain.rulebook import AROMATASE_INHIBITOR
from tracking.domain.series.recovery import is_low
from tracking.domain.words import on_day


def find_series(facts: Facts) -> Iterator[Finding]:
    yield from _not_recovered(facts)
    yield from _long_below(facts)
    yield from _disagreement(facts)


def _not_recovered(facts: Facts) -> Iterator[Finding]:
    """A low goes on as the same episode, as urgent as it was, until a result ends it."""
    low, reading = facts.series.low, facts.reading
    if low is None or not low.attempt or reading is None or is_low(reading):
        return
    standing, attempt = facts.readings[low.stands], facts.readings[low.attempt]
    limits = standing.thresholds
    params = {
        "low": str(standing.value),
        "low_on": str(standing.drawn_on or ""),
        "low_assay": str(standing.lab.reported.assay),
        "floor": f"{limits.floor} {limits.unit}",
        "since": str(low.since or ""),
        "value": str(attempt.value),
        "on": str(attempt.drawn_on or ""),
        "assay": str(attempt.lab.reported.assay),
        "reasons": " ".join(low.reasons),
    }
    today = facts.timeline.today
    said = {
        "low_on": on_day(standing.drawn_on, today),
        "on": on_day(attempt.drawn_on, today),
        "stands": stands_text(standing, facts.rulebook),
        "reasons": reasons_text(low, facts.rulebook),
    }
    as_low = low_urgency(facts, standing.queue_tier)
    keys = dict.fromkeys((low.began, low.stands, low.attempt, *facts.ai_keys))
    found = make(
        facts,
        "e2_recovery_unconfirmed",
        params,
        inputs=keys,
        rules=(facts.rulebook.series.recovery.id, *standing.rules),
        notes=low_notes(facts, standing),
        said=said,
        priority=as_low.priority,
        margin=standing.margin,
    )
    yield replace(found, severity=as_low.severity)


def _long_below(facts: Facts) -> Iterator[Finding]:
    """As urgent as a low on an AI where he takes one, or took one while he was low; else as a low without."""
    days, rule = ranked_days(facts), facts.rulebook.series.days_below
    if days is None or days.known < rule.finding_days:
        return
    exposed = facts.on_ai or any(_drawn_on_ai(key, facts) for key in days.keys)
    like = facts.rulebook.findings["e2_below_floor_on_ai" if exposed else "e2_low_off_ai"]
    params = {"window": str(days.window), "least": str(rule.finding_days)}
    said = {
        "known": str(days.known),
        "at_most": str(days.at_most),
        "unknown": str(days.unknown),
        "today": on_day(facts.timeline.today, facts.timeline.today),
    }
    found = make(
        facts,
        "e2_days_below",
        params,
        inputs=(*days.keys, *facts.ai_keys),
        rules=(rule.id,),
        said=said,
        priority=like.priority,
    )
    yield replace(found, severity=like.severity)


def _drawn_on_ai(key: str, facts: Facts) -> bool:
    on = facts.readings[key].drawn_on
    return on is not None and bool(facts.timeline.exposure.at_draw(AROMATASE_INHIBITOR, on))


def _disagreement(facts: Facts) -> Iterator[Finding]:
    """Only while it stands: the next comparable result settles it."""
    for pair in facts.verdict.disagreements:
        yield _disagreeing(facts, facts.readings[pair.worse], facts.readings[pair.better])


def _disagreeing(facts: Facts, worse: Reading, other: Reading) -> Finding:
    params = {
        "value": str(worse.value),
        "on": str(worse.drawn_on),
        "laboratory": worse.lab.laboratory,
        "other": str(other.value),
        "other_on": str(other.drawn_on),
        "other_laboratory": other.lab.laboratory,
        "assay": str(worse.lab.reported.assay),
        "other_assay": str(other.lab.reported.assay),
    }
    one, second = value_text(worse, facts), value_text(other, facts)
    said = {"on": one["on"], "laboratory": one["source"], "other_on": second["on"], "other_laboratory": second["source"]}
    rule = facts.rulebook.series.disagreement
    return make(facts, "labs_disagree", params, inputs=(worse.key, other.key), rules=(rule.id,), said=said)
