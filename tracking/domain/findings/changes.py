"""Findings on changes of what he takes: made while nobody could see, or two at once (CLINICAL 7.1, 9.6).

A change is judged by the draws up to its day: a draw on that day came before it. Each finding stands until a draw late enough
after the change has answered, or until the change is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from msgspec.structs import replace

from tracking.domain.entry import weekly_mg
from tracking.domain.estradiol import ANALYTE, LOW, Reading
from tracking.domain.exposure import Change, Course
from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, Recheck
from tracking.domain.series import Series
from tracking.domain.spans import so_many_days
from tracking.domain.timeline import Draws
from tracking.domain.verdict import BELOW, NOT_BELOW, Verdict, deciding_draw, verdict_of
from tracking.domain.words import fill, on_day

_DAY = timedelta(days=1)
_LOW, _BLIND = "low", "blind"


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why raising an AI now asks for a typed reason: ``low`` or ``blind``, and in words for the prescriber."""

    code: str
    words: str


class _Step(NamedTuple):
    """One course of a drug after another of the same drug; ``before`` None: the drug is new beside ``beside``."""

    before: Course | None
    after: Course
    beside: Course | None = None


def find_changes(facts: Facts) -> Iterator[Finding]:
    yield from _ai_raised(facts)
    yield from _testosterone_reduced(facts)
    yield from _confounded(facts)


def raising_blockers(facts: Facts) -> tuple[Blocker, ...]:
    """Whether raising an AI today, or adding a second, would happen while low or blind. Empty: neither.

    It never says that raising is right: it only says when a reason is to be typed.
    """
    return _blockers(facts.verdict, facts.series, facts)


def _blockers(verdict: Verdict, series: Series, facts: Facts) -> tuple[Blocker, ...]:
    """A low that nothing has ended is one whatever was drawn since."""
    words, reading = facts.rulebook.words.context, facts.readings.get(verdict.reading)
    found = []
    if series.low is not None and (reading is None or reading.queue_tier not in LOW):
        reading = facts.readings[series.low.stands]
    if reading is not None and reading.queue_tier in LOW:
        found.append(Blocker(_LOW, fill(words["raised_low"], _of_result(reading, facts))))
    if verdict.word not in (BELOW, NOT_BELOW):
        found.append(Blocker(_BLIND, words["raised_blind"]))
    return tuple(found)


def _of_result(reading: Reading, facts: Facts) -> dict[str, str]:
    limits = reading.thresholds
    drawn = on_day(reading.drawn_on, facts.timeline.today)
    return {"value": str(reading.value), "drawn": drawn, "floor": f"{limits.floor} {limits.unit}"}


def _ai_raised(facts: Facts) -> Iterator[Finding]:
    """The last raise that is neither answered nor undone."""
    for step in reversed(list(_steps(facts, AROMATASE_INHIBITOR))):
        if not _is_raise(step) or not _still_raised(step, facts):
            continue
        if _answered(facts, step.after.drug, step.after.starts_on):
            return
        verdict, series = _known_before(step.after.starts_on, facts)
        blockers = _blockers(verdict, series, facts)
        if not blockers:
            continue
        on, former = step.after.starts_on, step.before or step.beside
        words = facts.rulebook.words.context
        params = {
            "on": str(on),
            "how": "raised" if step.before else "second",
            "state": " ".join(blocker.code for blocker in blockers),
            "before": _text(former, facts) if former else "",
            "after": _text(step.after, facts),
        }
        said = {
            "how": fill(words["ai_raised" if step.before else "ai_second"], params | {"on": on_day(on, facts.timeline.today)}),
            "state": " ".join(blocker.words for blocker in blockers),
        }
        keys = (step.after.key, *((former.key,) if former else ()), *((verdict.reading,) if verdict.reading else ()))
        rules = (*verdict.rules, facts.rulebook.drugs[step.after.drug].id)
        yield make(facts, "ai_raised_while_low", params, inputs=keys, rules=rules, said=said)
        return


def _testosterone_reduced(facts: Facts) -> Iterator[Finding]:
    """Less to aromatise, and as much of the AI as before."""
    if not facts.on_ai:
        return
    exposure, today = facts.timeline.exposure, facts.timeline.today
    for step in reversed(list(_steps(facts, TESTOSTERONE))):
        before, after = step.before, step.after
        if before is None or not _is_more(before, after) or not _still_reduced(before, facts):
            continue
        on = after.starts_on
        changed = any(c.drug_class == AROMATASE_INHIBITOR and c.on >= on for c in exposure.changes_until(today))
        if changed or not exposure.at_draw(AROMATASE_INHIBITOR, on) or _answered(facts, after.drug, on):
            return
        params = {"on": str(on), "before": _text(before, facts), "after": _text(after, facts), "ai": facts.ai_names}
        keys = (after.key, before.key, *facts.ai_keys)
        rules = (facts.rulebook.drugs[after.drug].id,)
        said = {"on": on_day(on, today)}
        yield make(facts, "testosterone_reduced_ai_unchanged", params, inputs=keys, rules=rules, said=said)
        return


def _confounded(facts: Facts) -> Iterator[Finding]:
    """Testosterone and an AI changed so close together that one draw answers for both."""
    today = facts.timeline.today
    changes = facts.timeline.exposure.changes_until(today)
    if not changes or not (facts.on_ai or facts.on_testosterone):
        return
    last = changes[-1]
    other = next((change for change in reversed(changes) if change.drug_class != last.drug_class), None)
    if other is None or last.on > other.on + so_many_days(_main(other.drug, facts).overdue_days):
        return
    if _answered(facts, other.drug, other.on):
        return
    by_class = {change.drug_class: change for change in (last, other)}
    ai, testosterone = by_class[AROMATASE_INHIBITOR], by_class[TESTOSTERONE]
    names = facts.rulebook.words.change
    params = {"ai_on": str(ai.on), "testosterone_on": str(testosterone.on), "ai": ai.kind, "testosterone": testosterone.kind}
    said = {
        "ai_on": on_day(ai.on, today),
        "testosterone_on": on_day(testosterone.on, today),
        "ai": names[ai.kind],
        "testosterone": names[testosterone.kind],
    }
    keys = (_key(ai), _key(testosterone))
    rules = (facts.rulebook.drugs[ai.drug].id, facts.rulebook.drugs[testosterone.drug].id)
    yield make(facts, "changes_confounded", params, inputs=keys, rules=rules, said=said)


def _steps(facts: Facts, drug_class: str) -> Iterator[_Step]:
    """Course after course of each drug up to today, a short pause bridged; and each drug that was added beside another."""
    gap = facts.rulebook.monitoring.in_force.gap_days
    today = facts.timeline.today
    courses = [course for course in facts.timeline.exposure.of(drug_class) if course.starts_on <= today]
    last: dict[str, Course] = {}
    stated: dict[str, Course] = {}
    for course in courses:
        former = last.get(course.drug)
        if former is not None and former.ends_on is not None and (course.starts_on - former.ends_on).days <= gap:
            # A log, or a use, bridges as a regimen does, but states no dose: that is known from the regimen before it.
            yield _Step(stated.get(course.drug, former), course)
        else:
            beside = next(
                (c for c in courses if c.drug != course.drug and c.held_before(course.starts_on) and c.holds(course.starts_on)),
                None,
            )
            if beside is not None:
                yield _Step(None, course, beside)
        last[course.drug] = course
        if course.dose_mg is not None:
            stated[course.drug] = course


def _is_raise(step: _Step) -> bool:
    return step.before is None or _is_more(step.after, step.before)


def _is_more(one: Course, other: Course) -> bool:
    """More in a week; where a schedule says no frequency, more at once on the same kind of schedule. Unknown is not more."""
    weekly, former = _weekly(one), _weekly(other)
    if weekly is not None and former is not None:
        return weekly > former
    if one.dose_mg is None or other.dose_mg is None or one.schedule is None or other.schedule is None:
        return False
    return one.schedule.kind == other.schedule.kind and one.dose_mg > other.dose_mg


def _weekly(course: Course) -> Fraction | None:
    if course.dose_mg is None or course.schedule is None:
        return None
    return weekly_mg(course.dose_mg, course.schedule)


def _still_raised(step: _Step, facts: Facts) -> bool:
    now = facts.timeline.exposure.on(AROMATASE_INHIBITOR, facts.timeline.today)
    own = [course for course in now if course.drug == step.after.drug]
    if step.before is None:
        return bool(own) and len({course.drug for course in now}) > 1
    return any(_is_more(course, step.before) for course in own)


def _still_reduced(before: Course, facts: Facts) -> bool:
    now = facts.timeline.exposure.on(TESTOSTERONE, facts.timeline.today)
    return any(course.drug == before.drug and _is_more(before, course) for course in now)


def _known_before(on: date, facts: Facts) -> tuple[Verdict, Series]:
    """What could be said on the eve of a change, from the draws up to its day."""
    draws = Draws(draw for draw in facts.timeline.draws.get(ANALYTE, ()) if draw.on is None or draw.on <= on)
    then = replace(facts.timeline, today=on - _DAY, draws={ANALYTE: draws})
    series = Series(then, facts.placed, facts.readings, facts.timings, facts.rulebook)
    deciding = deciding_draw(then, facts.readings, series, facts.rulebook)
    return verdict_of(deciding, then, facts.readings, series, facts.rulebook), series


def _answered(facts: Facts, drug: str, on: date) -> bool:
    """Whether a draw that answered what was due came late enough after a change of a drug."""
    return facts.plan.has_answer_since(on + so_many_days(_main(drug, facts).earliest_draw_days))


def _main(drug: str, facts: Facts) -> Recheck:
    """The recheck that decides."""
    return facts.rulebook.drugs[drug].rechecks[0]


def _text(course: Course, facts: Facts) -> str:
    """A course under the name of its drug."""
    return f"{facts.rulebook.drugs[course.drug].name}{course.text.removeprefix(course.drug)}"


def _key(change: Change) -> str:
    """The record that a change comes from."""
    return change.anchor.split(":")[1]
