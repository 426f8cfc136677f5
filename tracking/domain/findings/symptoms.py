"""Findings on what he feels. Symptoms ask; they never decide a verdict and never take a finding away (CLINICAL 7.1, 9.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tracking.domain.estradiol import ANALYTE, Reading
from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.history import SymptomRecord
from tracking.domain.rulebook import AROMATASE_INHIBITOR, SymptomRule, Tier
from tracking.domain.spans import so_many_days
from tracking.domain.thresholds import is_at_least
from tracking.domain.verdict import CURRENT
from tracking.domain.words import listed, on_day

_DAY = timedelta(days=1)


def find_symptoms(facts: Facts) -> Iterator[Finding]:
    yield from _breast_with_high(facts)
    yield from _low_without_estradiol(facts)
    yield from _ai_start(facts)


def symptom_days(facts: Facts) -> Iterator[date]:
    """Days on which a report begins to count, or no longer does; and the end of the question at the start of an AI."""
    rules = facts.rulebook.safety
    for report in facts.history.symptoms:
        first = report.felt.local.date()
        yield first
        yield from (_last_day(report, rule, facts) + _DAY for rule in (rules.breast_symptoms, rules.low_symptoms))
    until = _asked_until(facts)
    if until is not None:
        yield until + _DAY


def felt_now(rule: SymptomRule, facts: Facts) -> tuple[SymptomRecord, ...]:
    """The latest report of each symptom, where its score and age count."""
    latest: dict[str, SymptomRecord] = {}
    known = [report for report in facts.history.symptoms if report.felt.at <= facts.timeline.as_of]
    for report in sorted(known, key=lambda r: (r.felt.at, r.score, r.key)):
        if report.code in rule.symptoms:
            latest[report.code] = report
    counting = (report for report in latest.values() if report.score >= rule.least_score)
    return tuple(
        sorted(
            (report for report in counting if facts.timeline.today <= _last_day(report, rule, facts)),
            key=lambda r: (r.code, r.key),
        )
    )


def _last_day(report: SymptomRecord, rule: SymptomRule, facts: Facts) -> date:
    """The last day on which a report counts, from the last day it can stand for."""
    return report.felt.latest.astimezone(facts.timeline.zone).date() + so_many_days(rule.days)


def _breast_with_high(facts: Facts) -> Iterator[Finding]:
    rules, reading = facts.rulebook.safety, facts.reading
    if not facts.history.symptoms or reading is None or facts.verdict.state != CURRENT or not _is_high(reading, facts):
        return
    felt = felt_now(rules.breast_symptoms, facts)
    if not felt:
        return
    yield _on_symptoms(
        facts,
        "breast_symptoms_high_e2",
        felt,
        rules.breast_symptoms,
        {"value": str(reading.value), "on": str(facts.verdict.drawn_on or "")},
        inputs=(reading.key,),
        rules=(rules.high_with_symptoms.id,),
    )


def _low_without_estradiol(facts: Facts) -> Iterator[Finding]:
    """They ask for a draw, never for a dose."""
    if facts.verdict.is_evaluable:
        return
    rule = facts.rulebook.safety.low_symptoms
    felt = felt_now(rule, facts)
    if felt:
        yield _on_symptoms(facts, "low_e2_symptoms_unmeasured", felt, rule, {}, inputs=(), rules=())


def _on_symptoms(
    facts: Facts,
    code: str,
    felt: tuple[SymptomRecord, ...],
    rule: SymptomRule,
    params: dict[str, str],
    *,
    inputs: tuple[str, ...],
    rules: tuple[str, ...],
) -> Finding:
    names = listed(f"{rule.symptoms[report.code].lower()} {report.score}/10" for report in felt)
    params = {"symptoms": " ".join(f"{report.code}:{report.score}" for report in felt), **params}
    said = {"symptoms": names.capitalize(), "on": on_day(facts.verdict.drawn_on, facts.timeline.today)}
    keys = (*inputs, *(report.key for report in felt))
    return make(facts, code, params, inputs=keys, rules=(rule.id, *rules), said=said)


def _ai_start(facts: Facts) -> Iterator[Finding]:
    """One question at the start: neither a high estradiol nor breast symptoms are on record before it."""
    until = _asked_until(facts)
    if until is None or facts.timeline.today > until or _start_is_documented(facts):
        return
    span = facts.timeline.exposure.span(AROMATASE_INHIBITOR, facts.timeline.today)
    since = span.starts_on if span else None
    params = {"ai": facts.ai_names, "since": str(since)}
    rules = facts.rulebook.safety
    yield make(
        facts,
        "ai_start_question",
        params,
        inputs=facts.ai_keys,
        rules=(rules.ai_start.id, rules.high_with_symptoms.id, rules.breast_symptoms.id),
        said={"ai": facts.ai_names.capitalize(), "since": on_day(since, facts.timeline.today)},
    )


def _asked_until(facts: Facts) -> date | None:
    """The end of the first recheck window; None where he is on no AI."""
    timeline = facts.timeline
    span = timeline.exposure.span(AROMATASE_INHIBITOR, timeline.today)
    if span is None or not facts.on_ai:
        return None
    rechecks = facts.rulebook.drugs[facts.ai[0].drug].rechecks
    return span.starts_on + so_many_days(rechecks[0].overdue_days)


def _start_is_documented(facts: Facts) -> bool:
    """A high estradiol and breast symptoms, both within the days before the AI began."""
    rules, timeline = facts.rulebook.safety, facts.timeline
    span = timeline.exposure.span(AROMATASE_INHIBITOR, timeline.today)
    if span is None:
        return False
    start, first = span.starts_on, span.starts_on - so_many_days(rules.ai_start.days)
    before = [draw for draw in timeline.draws.get(ANALYTE, ()) if draw.on is not None and first <= draw.on <= start]
    readings = [facts.readings[draw.lab.key] for draw in before]
    rule = rules.breast_symptoms
    return any(_is_high(reading, facts) for reading in readings) and any(
        report.code in rule.symptoms and report.score >= rule.least_score and first <= report.felt.local.date() <= start
        for report in facts.history.symptoms
    )


def _is_high(reading: Reading, facts: Facts) -> bool:
    """High enough to matter with symptoms. What cannot be read, its unit included, is not high."""
    if reading.tier is Tier.INDETERMINATE:
        return False
    return bool(is_at_least(reading.value, facts.rulebook.safety.high_with_symptoms, facts.rulebook))
