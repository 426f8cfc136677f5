"""The whole evaluation of one man: one pure call over his history, the rules and an instant.

``evaluate`` is a function of (history, rulebook, as_of) whatever the order of rows: no clock, no I/O, nothing kept.
It never computes a dose. People without any regimen, and draws whose date is not known, evaluate like all others: the result
keeps its tier, and the verdict says that nothing speaks for today.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tracking.domain.bone import bone_of
from tracking.domain.bone_therapy import bone_injections
from tracking.domain.context import context_of
from tracking.domain.context_lines import ContextLine, context_lines
from tracking.domain.derived import derive
from tracking.domain.draw_curve import in_full
from tracking.domain.estradiol import ANALYTE, LOW, read_result
from tracking.domain.evaluation import Evaluation
from tracking.domain.findings import Facts, Finding, find
from tracking.domain.findings.estradiol import bounds_text
from tracking.domain.findings.series_notes import headline_notes
from tracking.domain.for_man import for_man, words_for_man
from tracking.domain.history import History
from tracking.domain.lab_plan import paired
from tracking.domain.missing import Missing, missing_from
from tracking.domain.monitoring import plan_items
from tracking.domain.next_change import next_change_at
from tracking.domain.plain import digest
from tracking.domain.reading_notes import doubts, note_sentences, with_circumstances
from tracking.domain.reassurance import biotin_of
from tracking.domain.risk import risk_of
from tracking.domain.rulebook import RuleBook, Tier
from tracking.domain.series import Series
from tracking.domain.timeline import read_timeline
from tracking.domain.timing import DrawTiming, timing_of
from tracking.domain.unit_question import unit_questions
from tracking.domain.verdict import CANNOT_SAY, NO_CURRENT_DATA, NO_DATA, NOT_BELOW, SUPERSEDED, deciding_draw, verdict_of
from tracking.domain.words import fill, on_day

__all__ = ["Evaluation", "Finding", "Missing", "evaluate", "gather", "words_for_man"]


def evaluate(history: History, rulebook: RuleBook, as_of: datetime) -> Evaluation:
    """Evaluate one man as of an aware instant."""
    facts = gather(history, rulebook, as_of)
    findings = find(facts)
    missing = missing_from(facts)
    lines = context_lines(facts)
    verdict = facts.verdict
    reading = facts.reading
    timing = in_full(facts.timings[verdict.reading], facts.draw, facts.timeline, rulebook) if facts.draw else None
    used = [*verdict.rules, *facts.series.rules, *(reading.rules if reading else ())]
    used += [*facts.bone.rules, *facts.risk.rules]
    used += [rule for finding in findings for rule in finding.rules]
    used += [item.rule for item in facts.due if item.is_open]
    used += [*(value.rule for value in facts.derived), *(line.rule for line in lines)]
    used += timing.rules if timing else ()
    inputs = [*((verdict.reading,) if verdict.reading else ()), *(key for finding in findings for key in finding.inputs)]
    inputs += [key for drug in (*facts.context.now.ai, *facts.context.now.testosterone) for key in drug.keys[:1]]
    inputs += [scan.key for scan in facts.bone.scans]
    inputs += [key for value in facts.derived for key in value.inputs]
    inputs += [key for line in lines for key in line.inputs]
    inputs += [factor.key for factor in facts.risk.factors]
    notes = note_sentences(reading, rulebook) if reading else {}
    return Evaluation(
        as_of=as_of,
        zone=history.person.zone,
        today=facts.timeline.today,
        rulebook_version=rulebook.version,
        rulebook_digest=rulebook.digest,
        word=rulebook.words.word[verdict.word],
        headline=headline(facts, missing),
        reasons=(*(finding.prescriber for finding in findings), *notes.values()),
        verdict=verdict,
        readings=facts.readings,
        context=facts.context,
        timing=timing,
        series=facts.series,
        bone=facts.bone,
        derived=facts.derived,
        context_lines=lines,
        risk=facts.risk,
        findings=findings,
        due=facts.due,
        missing=missing,
        rules=tuple(sorted(dict.fromkeys(used))),
        for_man=for_man(facts, missing),
        inputs=tuple(sorted(dict.fromkeys(inputs))),
        input_digest=history.digest,
        outcome_digest=digest(_outcome(facts, findings, missing, lines, timing)),
        next_change_at=next_change_at(facts),
    )


def gather(history: History, rulebook: RuleBook, as_of: datetime) -> Facts:
    """Everything that findings are made from, worked out once."""
    timeline = read_timeline(history, rulebook, as_of)
    draws = timeline.draws.get(ANALYTE, ())
    questions = unit_questions(draws, timeline, rulebook)
    biotin = biotin_of(history, rulebook)
    read = {
        draw.lab.key: read_result(draw.lab, rulebook, history.floors, timeline.today, questions.get(draw.lab.key))
        for draw in draws
    }
    timings = {draw.lab.key: timing_of(draw, timeline, rulebook) for draw in draws}
    readings = {
        draw.lab.key: with_circumstances(read[draw.lab.key], draw, timeline, timings[draw.lab.key], rulebook, biotin=biotin)
        for draw in draws
    }
    bone = bone_of(timeline, rulebook)
    series = Series(timeline, readings, timings, rulebook)
    draw = deciding_draw(timeline, readings, series, rulebook)
    risk = risk_of(timeline, bone, history.risk_factors, rulebook)
    injected = bone_injections(timeline, history.regimens, rulebook)
    return Facts(
        timeline=timeline,
        rulebook=rulebook,
        history=history,
        readings=readings,
        timings=timings,
        series=series,
        verdict=verdict_of(draw, timeline, readings, series, rulebook),
        context=context_of(timeline, draw, rulebook),
        bone=bone,
        risk=risk,
        injected=injected,
        due=plan_items(timeline, readings, bone, risk, injected, history=history, rulebook=rulebook),
        draw=draw,
        testosterone=paired(draw, timeline, rulebook) if draw is not None else None,
        derived=derive(timeline, readings, rulebook),
    )


def headline(facts: Facts, missing: Iterable[Missing]) -> str:
    """The word, the value as reported, and why; then what the series adds to it."""
    return " ".join((_of_verdict(facts, missing), *headline_notes(facts)))


def _of_verdict(facts: Facts, missing: Iterable[Missing]) -> str:
    """One sentence about the result that decides."""
    verdict, reading, rulebook = facts.verdict, facts.reading, facts.rulebook
    sentences, today = rulebook.words.headline, facts.timeline.today
    if reading is None:
        return sentences[NO_DATA]
    limits = reading.thresholds
    needed = next((item.words for item in missing), rulebook.words.missing["estradiol_readable"])
    said = {
        "value": str(reading.value),
        "on": on_day(verdict.drawn_on, today),
        "assay": str(reading.lab.reported.assay),
        "floor": f"{limits.floor} {limits.unit}",
        "bounds": bounds_text(reading, facts),
        "needed": needed,
        "changed": on_day(verdict.changed_by.on, today) if verdict.changed_by else "",
    }
    if verdict.word == CANNOT_SAY and reading.tier is not Tier.INDETERMINATE:
        return fill(sentences["cannot_say_unconfirmed"], said)
    if verdict.word != NO_CURRENT_DATA:
        doubt = doubts(reading, rulebook) if verdict.word == NOT_BELOW else ""
        return fill(sentences["not_reassuring" if doubt else verdict.word], said | {"doubt": doubt})
    low = reading.tier in LOW
    if verdict.why_stale == "date_unknown":
        return fill(sentences["date_unknown_low" if low else "date_unknown"], said)
    if verdict.state == SUPERSEDED:
        return fill(sentences["superseded_low" if low else "superseded_by_change"], said)
    return fill(sentences["stale_low" if low else "stale"], said)


def _outcome(
    facts: Facts,
    findings: Iterable[Finding],
    missing: Iterable[Missing],
    lines: Iterable[ContextLine],
    timing: DrawTiming | None,
) -> dict[str, Any]:
    """What makes two evaluations the same to a reader: no instant, no age, no count of days, no sentence."""
    today = facts.timeline.today
    now = facts.context.now
    return {
        "rulebook": facts.rulebook.digest,
        "verdict": facts.verdict,
        "low": facts.series.low,
        "readings": {
            key: (
                *(r.tier, r.worst_tier, r.best_tier, r.notes, r.question, r.overstated_by),
                *(r.floor.pg_ml, r.floor.kind, r.floor.whose, r.floor.expires_on),
            )
            for key, r in facts.readings.items()
        },
        "findings": [(f.code, f.priority, f.params, f.note_codes, f.inputs) for f in findings],
        "due": [(i.kind, i.anchor, i.opens_on, i.due_on, i.overdue_on, i.answered_by, i.phase(today)) for i in facts.due],
        "missing": [item.code for item in missing],
        "timing": timing and (timing.ai, timing.testosterone),
        "in_force": sorted(f"{drug.text}" for drug in (*now.ai, *now.testosterone)),
        "bone": facts.bone,
        "derived": [(value.code, value.value, value.assumed, value.inputs) for value in facts.derived],
        "context_lines": [(line.code, line.inputs) for line in lines],
        "risk": facts.risk,
    }
