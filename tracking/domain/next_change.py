"""When time alone would change an outcome. Between now and then the outcome is the same, whatever the clock says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tracking.domain.exposure import LOGGED, USED
from tracking.domain.facts import Facts
from tracking.domain.findings.bone import back_pain_since, new_until
from tracking.domain.findings.bone_therapy import late_days
from tracking.domain.findings.estradiol import blind_from
from tracking.domain.findings.results import latest
from tracking.domain.findings.safety import safety_days
from tracking.domain.findings.symptoms import symptom_days
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL
from tracking.domain.months import months_after
from tracking.domain.panel_plan import of_age_on
from tracking.domain.verdict import too_old_on

_DAY = timedelta(days=1)


def next_change_at(facts: Facts) -> datetime | None:
    """The next instant at which the outcome can change without new data; None where it never will."""
    today = facts.timeline.today
    ahead = [day for day in _days(facts) if day > today]
    instants = [facts.timeline.start_of(min(ahead))] if ahead else []
    instants += [instant for instant in facts.timeline.later if instant > facts.timeline.as_of]
    return min(instants, default=None)


def _days(facts: Facts) -> Iterator[date]:
    """Local days at whose start something changes."""
    yield from _known(facts.verdict.stale_on, facts.verdict.disputed_until, blind_from(facts))
    yield from _of_courses(facts)
    for days in facts.series.days_below:
        yield from days.changes_on
    for item in facts.plan.open:
        yield from (item.opens_on, item.due_on, item.overdue_on)
    for fracture in facts.timeline.fractures:
        yield from _after(new_until(fracture, facts))
    testosterone = latest(facts, TESTOSTERONE_TOTAL)
    if testosterone is not None:
        yield from _known(too_old_on(testosterone, facts.timeline, facts.rulebook))
    yield from safety_days(facts)
    yield from symptom_days(facts)
    yield from _of_person(facts)
    yield from _of_bone(facts)


def _of_bone(facts: Facts) -> Iterator[date]:
    """Bone drugs that become late; back pain that is no longer new."""
    for found in facts.injected:
        if found.given:
            yield from late_days(found, facts)
    pain = back_pain_since(facts)
    if pain is not None:
        yield from _after(pain[1] + timedelta(days=facts.rulebook.bone.back_pain.days))


def _of_courses(facts: Facts) -> Iterator[date]:
    """The starts and ends that are still to come, planned ones included; of regimens the next one."""
    # Statements that agree are one course; where one of them begins or ends, they may come to disagree.
    yield from _known(facts.history.regimen_log.first_edge_after(facts.timeline.today))
    for course in facts.timeline.exposure.courses:
        if course.basis in (LOGGED, USED):
            yield from _known(course.starts_on, course.ends_on)
    for use in facts.history.uses:
        yield from _known(use.since, use.until)


def _of_person(facts: Facts) -> Iterator[date]:
    history = facts.history
    for expires_on in (*(own.expires_on for own in history.floors), *(own.expires_on for own in history.intervals)):
        yield from _after(expires_on)
    for factor in history.risk_factors:
        yield from _known(factor.since, factor.until)
    if facts.timeline.scans and history.person.birth_date is not None:
        yield months_after(history.person.birth_date, facts.rulebook.bone.score.t_from_age * 12)
    for plan in facts.rulebook.monitoring.plan.values():
        if plan.least_age:
            yield from _known(of_age_on(history.person, plan.least_age))


def _known(*days: date | None) -> Iterator[date]:
    return (day for day in days if day is not None)


def _after(last: date | None) -> Iterator[date]:
    """The day after the last one on which something holds."""
    return _known(last + _DAY if last is not None else None)
