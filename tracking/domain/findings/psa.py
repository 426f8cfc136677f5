"""PSA above its limit, or risen in the first year of testosterone; confirmed, or asking for a second (CLINICAL 9.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tracking.domain.findings.finding import Facts, Finding, limit_text, make
from tracking.domain.findings.results import Says, age_note, last_that_says
from tracking.domain.months import months_after
from tracking.domain.rulebook import TESTOSTERONE
from tracking.domain.thresholds import is_above, over
from tracking.domain.timeline import Draw
from tracking.domain.units import convert, rounded
from tracking.domain.words import fill, listed, on_day

PSA = "psa"


@dataclass(frozen=True, slots=True)
class _Baseline:
    """The last PSA before testosterone, and the day it began."""

    draw: Draw
    start: date


@dataclass(frozen=True, slots=True)
class _Found:
    """The latest result that says ``why`` (above or rise), and the earlier one that confirms it, if any."""

    why: str
    draw: Draw
    first: Draw | None
    rule: str


def find_psa(facts: Facts) -> Iterator[Finding]:
    """A confirmed one first, and of two the limit before the rise."""
    if PSA not in facts.timeline.draws:
        return
    baseline = _baseline(facts)
    found = _above(facts) + (_risen(facts, baseline) if baseline else [])
    if not found:
        return
    one = min(found, key=lambda of: of.first is None)
    today, first = facts.timeline.today, one.first
    value = one.draw.lab.reported.value
    params = {"value": str(value), "on": str(one.draw.on or ""), "why": one.why}
    of_rise = (baseline.draw.lab.key,) if baseline and one.why == "rise" else ()
    yield make(
        facts,
        "psa_confirmed" if first else "psa_unconfirmed",
        params,
        inputs=(one.draw.lab.key, *((first.lab.key,) if first else ()), *of_rise),
        rules=(one.rule, facts.rulebook.safety.psa_confirmation.id),
        notes=_five_ari(one.draw, facts) | age_note(one.draw, facts),
        said={
            "on": on_day(one.draw.on, today),
            "why": _why(one, baseline, facts),
            "first": f"{first.lab.reported.value} on {on_day(first.on, today)}" if first else "",
        },
    )


def _above(facts: Facts) -> list[_Found]:
    rule = facts.rulebook.safety.psa_high
    return _search(facts, "above", lambda draw: is_above(draw.lab.reported.value, rule, facts.rulebook), rule.id)


def _risen(facts: Facts, baseline: _Baseline) -> list[_Found]:
    """Within the first months a rise counts; a later value without it still says that it has gone."""
    rule, analyte = facts.rulebook.safety.psa_rise, facts.rulebook.analytes[PSA]
    before = baseline.draw.lab.reported.value
    until = months_after(baseline.start, rule.within_months)

    def says(draw: Draw) -> bool | None:
        if draw.on is None or draw.on <= baseline.start:
            return None
        value = draw.lab.reported.value
        exact = convert(before.number, analyte, before.unit, value.unit) + convert(rule.value, analyte, rule.unit, value.unit)
        risen = over(value, rounded(exact, value.decimals))
        return risen if draw.on < until or risen is False else None

    return _search(facts, "rise", says, rule.id)


def _search(facts: Facts, why: str, says: Says, rule: str) -> list[_Found]:
    draw = last_that_says(facts, PSA, says)
    return [] if draw is None else [_Found(why, draw, _confirming(draw, says, facts), rule)]


def _confirming(draw: Draw, says: Says, facts: Facts) -> Draw | None:
    """An earlier result that says the same, far enough apart and not too far, with none between that denies it."""
    rule = facts.rulebook.safety.psa_confirmation
    if draw.on is None or not draw.dated:
        return None
    for other in reversed(facts.timeline.draws[PSA]):
        if other.on is None or not other.dated or other.on > draw.on:
            continue
        apart, answer = (draw.on - other.on).days, says(other)
        if apart > rule.most_days or answer is False:
            return None
        if answer and apart >= rule.least_days:
            return other
    return None


def _baseline(facts: Facts) -> _Baseline | None:
    """The last uncensored PSA before the last start of testosterone; on the day of the start it counts as before."""
    starts = [span.starts_on for span in facts.timeline.exposure.spans[TESTOSTERONE] if span.starts_on <= facts.timeline.today]
    if not starts:
        return None
    start = starts[-1]
    first = months_after(start, -facts.rulebook.safety.psa_rise.baseline_months)
    before = [
        draw
        for draw in facts.timeline.draws.get(PSA, ())
        if draw.on is not None and draw.dated and first <= draw.on <= start
        if not draw.lab.reported.value.comparator.censors
    ]
    return _Baseline(before[-1], start) if before else None


def _why(one: _Found, baseline: _Baseline | None, facts: Facts) -> str:
    rules, words = facts.rulebook.safety, facts.rulebook.words.context
    if one.why == "above" or baseline is None:
        return fill(words["psa_above"], {"limit": limit_text(one.draw.lab.reported.value, rules.psa_high, facts.rulebook)})
    before = f"{baseline.draw.lab.reported.value} on {on_day(baseline.draw.on, facts.timeline.today)}"
    return fill(words["psa_rise"], {"before": before, "rise": f"{rules.psa_rise.value} {rules.psa_rise.unit}"})


def _five_ari(draw: Draw, facts: Facts) -> dict[str, str]:
    """A drug in force at the draw that changes what a PSA means."""
    day, drugs = draw.on or facts.timeline.today, facts.rulebook.drugs
    held = (course.drug for course in facts.timeline.exposure.courses if course.held_before(day))
    names = sorted({drugs[drug].name.lower() for drug in held if "psa" in drugs[drug].bears_on})
    return {"psa_five_ari": fill(facts.rulebook.words.note["psa_five_ari"], {"drug": listed(names)})} if names else {}
