"""Findings on bone drugs that a clinician recorded, and on the planned review of an AI (CLINICAL 9.5, 9.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tracking.domain.bone_therapy import DENOSUMAB, Injected
from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.review_plan import AI_REVIEW
from tracking.domain.spans import so_many_days
from tracking.domain.words import on_day


def find_bone_therapy(facts: Facts) -> Iterator[Finding]:
    for found in facts.injected:
        if found.kind == DENOSUMAB and found.given and not found.followed_by:
            yield from _stopped(found, facts) if found.stopped is not None else _late(found, facts)
    yield from _review_overdue(facts)


def late_days(found: Injected, facts: Facts) -> tuple[date, date, date]:
    """From when the next injection is late, very late, and long delayed."""
    rule, due = facts.rulebook.monitoring.denosumab_delay, found.due_on
    late, very_late, long = (due + so_many_days(days) for days in (rule.late_days, rule.very_late_days, rule.long_days))
    return late, very_late, long


def _late(found: Injected, facts: Facts) -> Iterator[Finding]:
    today = facts.timeline.today
    codes = ("denosumab_late", "denosumab_very_late", "denosumab_long_delay")
    reached = [code for code, day in zip(codes, late_days(found, facts), strict=True) if today >= day]
    if reached:
        yield _of_injection(found, reached[-1], {}, facts)


def _stopped(found: Injected, facts: Facts) -> Iterator[Finding]:
    stop = found.stopped.ends_on if found.stopped is not None else None
    if found.stopped is not None and stop is not None:
        yield _of_injection(found, "denosumab_stopped", {"stopped": stop}, facts, found.stopped.key)


def _of_injection(found: Injected, code: str, days: dict[str, date], facts: Facts, *keys: str) -> Finding:
    last, today = found.given[-1], facts.timeline.today
    days = {"last": last.on, "due": found.due_on, **days}
    said = {name: on_day(day, today) for name, day in days.items()}
    notes = {}
    if last.assumed:
        notes["injection_assumed"] = facts.rulebook.words.note["injection_assumed"].format(on=said["last"])
    rules = (found.rule.id, facts.rulebook.monitoring.denosumab_delay.id)
    params = {name: str(day) for name, day in days.items()}
    return make(facts, code, params, inputs=(last.key, *keys), rules=rules, notes=notes, said=said)


def _review_overdue(facts: Facts) -> Iterator[Finding]:
    """The one that has waited longest stands for all."""
    today = facts.timeline.today
    passed = [item for item in facts.plan.open if item.kind == AI_REVIEW and item.is_overdue(today)]
    if not passed:
        return
    item = min(passed, key=lambda i: (i.due_on, i.anchor))
    params = {"ai": item.params["name"], "on": str(item.due_on)}
    inputs = [i.anchor.partition(":")[2] for i in passed]
    yield make(facts, "ai_review_overdue", params, inputs=inputs, rules=(item.rule,), said={"on": on_day(item.due_on, today)})
