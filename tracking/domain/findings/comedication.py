"""Findings on other drugs that matter to estradiol and bone (CLINICAL 9.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tracking.domain.exposure import SINCE_UNKNOWN, USED, Course
from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.words import listed, on_day


def find_comedication(facts: Facts) -> Iterator[Finding]:
    """One line for the man: which drugs are in force that change what his results mean, and why each matters."""
    by_drug: dict[str, Course] = {}
    exposure = facts.timeline.exposure
    for drug_class in exposure.spans:
        for course in exposure.on(drug_class, facts.timeline.today):
            if facts.rulebook.drugs[course.drug].bears_on:
                by_drug[course.drug] = course
    if not by_drug:
        return
    drugs = [(facts.rulebook.drugs[name], by_drug[name]) for name in sorted(by_drug)]
    today = facts.timeline.today
    params = {name: f"{_since(course) or 'unknown'} {course.basis}" for name, course in sorted(by_drug.items())}
    said = {
        "drugs": listed(f"{rule.name} since {on_day(_since(course), today)}{_unknown(course)}" for rule, course in drugs),
        "why": " ".join(rule.reason if rule.verified else f"{rule.reason} (Not verified.)" for rule, _ in drugs),
    }
    keys = [course.keys[0] for _, course in drugs if course.keys]
    yield make(facts, "comedication_matters", params, inputs=keys, rules=[rule.id for rule, _ in drugs], said=said)


def _since(course: Course) -> date | None:
    return None if course.starts_on == SINCE_UNKNOWN else course.starts_on


def _unknown(course: Course) -> str:
    return " (dose not known)" if course.basis == USED else ""
