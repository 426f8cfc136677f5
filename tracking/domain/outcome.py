"""What makes two evaluations the same to a reader: no instant, no age, no count of days, no sentence.

What is said of today stands in the digest as it is said. What belongs to old draws (how each was read, what answered which
item) is a function of the rules, of the record, and of which parts of the record count today. So the digest holds these, and
an old draw is not read only to be compared. Doses after the last estradiol bear on no old draw: they count by what is made of
them, the injections of a bone drug one by one, since each answers what the one before it made due.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from msgspec.json import Encoder

from tracking.domain.context_lines import ContextLine
from tracking.domain.estradiol import ANALYTE
from tracking.domain.facts import Facts
from tracking.domain.findings import Finding
from tracking.domain.history import Person
from tracking.domain.in_order import digest_of
from tracking.domain.missing import Missing
from tracking.domain.panel_plan import of_age_on
from tracking.domain.timeline import NO_DRAWS

# One text for one content: codes and figures as they are, dates in ISO 8601, names in order.
_text = Encoder(order="deterministic").encode


def outcome_digest(facts: Facts, findings: Iterable[Finding], missing: Iterable[Missing], lines: Iterable[ContextLine]) -> str:
    """A digest of everything said, of the record that it is said of, and of the doses before the last estradiol."""
    content = facts.history.digest_without_doses
    said = (*_of_today(facts), *_found(findings), *(item.code for item in missing), *_beside(lines))
    text = _text((said, _counting(facts))).decode()
    return digest_of(facts.rulebook.digest, content, _doses_before_the_last_draw(facts), text)


def _of_today(facts: Facts) -> Iterator[object]:
    today, exposure = facts.timeline.today, facts.timeline.exposure
    verdict, reading, low = facts.verdict, facts.reading, facts.series.low
    yield verdict.word, verdict.state, verdict.why_stale, verdict.reading, verdict.stale_on
    change = verdict.changed_by
    if change is not None:
        yield change.on, change.kind, change.anchor, change.before, change.after
    yield verdict.confirmation, verdict.disagreements, verdict.disputed_until, verdict.higher, verdict.change
    if reading is not None:
        yield reading.tier, reading.best_tier, reading.worst_tier, reading.notes, reading.overstated_by
    yield low
    for item in facts.plan.open:
        yield item.asked.kind, item.anchor, item.opens_on, item.due_on, item.overdue_on, item.phase(today)
    held = [course for drug_class in exposure.spans for course in exposure.on(drug_class, today)]
    yield [(course.drug, course.basis, course.dose_mg, course.schedule) for course in held]
    yield facts.risk.level, [(factor.code, factor.key) for factor in facts.risk.factors]


def _found(findings: Iterable[Finding]) -> Iterator[object]:
    for one in findings:
        yield one.code, one.priority, one.severity, one.params, one.note_codes, one.inputs, one.margin


def _beside(lines: Iterable[ContextLine]) -> Iterator[object]:
    return ((line.code, line.inputs) for line in lines)


def _counting(facts: Facts) -> tuple[object, ...]:
    """Which parts of the record count today: what has been drawn, has begun, has ended or holds."""
    timeline, history, today = facts.timeline, facts.history, facts.timeline.today
    return (
        [(analyte, len(draws)) for analyte, draws in sorted(timeline.draws.items())],
        len(timeline.scans),
        len(timeline.fractures),
        [(change.on, change.kind, change.anchor) for change in timeline.exposure.changes_until(today)],
        [[span.starts_on for span in spans if span.starts_on <= today] for spans in timeline.exposure.spans.values()],
        [
            sum(span.ends_on is not None and span.ends_on <= today for span in spans)
            for spans in timeline.exposure.spans.values()
        ],
        sorted([repr(own) for own in history.floors if own.expires_on is None or today <= own.expires_on]),
        sorted([own.key for own in history.intervals if today <= own.expires_on]),
        [[injection.key for injection in drug.given] for drug in facts.injected],
        _kinds_of_age(facts, history.person),
    )


def _kinds_of_age(facts: Facts, person: Person) -> list[str]:
    """The kinds of monitoring for whose age he has come."""
    planned = [
        (rule.code, of_age_on(person, rule.least_age)) for rule in facts.rulebook.monitoring.plan.values() if rule.least_age
    ]
    return [code for code, on in planned if on is None or on <= facts.timeline.today]


def _doses_before_the_last_draw(facts: Facts) -> str:
    log, last = facts.history.dose_log, facts.timeline.draws.get(ANALYTE, NO_DRAWS).last_at
    return log.digest(bisect_right(log.times, min(last, facts.timeline.as_of)))
