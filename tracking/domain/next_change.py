"""When time alone would change an outcome. Between now and then the outcome is the same, whatever the clock says."""

from __future__ import annotations

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
from tracking.domain.spans import so_many_days
from tracking.domain.verdict import too_old_on

_DAY = timedelta(days=1)


def next_change_at(facts: Facts) -> datetime | None:
    """The next instant at which the outcome can change without new data; None where it never will."""
    today = facts.timeline.today
    ahead = [day for day in _days(facts) if day is not None and day > today]
    instants = [facts.timeline.start_of(min(ahead))] if ahead else []
    instants += [instant for instant in facts.timeline.later if instant > facts.timeline.as_of]
    return min(instants, default=None)


def _days(facts: Facts) -> list[date | None]:
    """Local days at whose start something changes; None for what never comes."""
    days = [facts.verdict.stale_on, facts.verdict.disputed_until, blind_from(facts)]
    for window in facts.series.days_below:
        days += window.changes_on
    for item in facts.plan.open:
        days += (item.opens_on, item.due_on, item.overdue_on)
    days += [_after(new_until(fracture, facts)) for fracture in facts.timeline.fractures]
    testosterone = latest(facts, TESTOSTERONE_TOTAL)
    if testosterone is not None:
        days.append(too_old_on(testosterone, facts.timeline, facts.rulebook))
    return [*days, *_of_courses(facts), *safety_days(facts), *symptom_days(facts), *_of_person(facts), *_of_bone(facts)]


def _of_bone(facts: Facts) -> list[date | None]:
    """Bone drugs that become late; back pain that is no longer new."""
    days: list[date | None] = [day for found in facts.injected if found.given for day in late_days(found, facts)]
    pain = back_pain_since(facts)
    if pain is not None:
        days.append(_after(pain[1] + so_many_days(facts.rulebook.bone.back_pain.days)))
    return days


def _of_courses(facts: Facts) -> list[date | None]:
    """The starts and ends that are still to come, planned ones included; of regimens the next one."""
    # Statements that agree are one course; where one of them begins or ends, they may come to disagree.
    days = [facts.history.regimen_log.first_edge_after(facts.timeline.today)]
    exposure = facts.timeline.exposure
    for drug_class in exposure.spans:
        for course in exposure.of(drug_class):
            if course.basis in (LOGGED, USED):
                days += (course.starts_on, course.ends_on)
    for use in facts.history.uses:
        days += (use.since, use.until)
    return days


def _of_person(facts: Facts) -> list[date | None]:
    history, person = facts.history, facts.history.person
    days: list[date | None] = [_after(own.expires_on) for own in history.floors]
    days += [_after(own.expires_on) for own in history.intervals]
    for factor in history.risk_factors:
        days += (factor.since, factor.until)
    if facts.timeline.scans and person.birth_date is not None:
        days.append(months_after(person.birth_date, facts.rulebook.bone.score.t_from_age * 12))
    days += [of_age_on(person, plan.least_age) for plan in facts.rulebook.monitoring.plan.values() if plan.least_age]
    return days


def _after(last: date | None) -> date | None:
    """The day after the last one on which something holds."""
    return None if last is None else last + _DAY
