"""Findings on bone: fracture, class, change, and a baseline that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from tracking.domain.bone import LOSS, LOW_FOR_AGE, OSTEOPOROSIS, SCANNER_CHANGED, UNDETERMINED, SiteChange
from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.history import FractureRecord, SymptomRecord
from tracking.domain.reported import Precision
from tracking.domain.rulebook import AROMATASE_INHIBITOR, Priority
from tracking.domain.spans import so_many_days
from tracking.domain.timeline import Draw
from tracking.domain.units import convert, rounded, trimmed
from tracking.domain.words import listed, on_day

HEIGHT = "body_height"


def find_bone(facts: Facts) -> Iterator[Finding]:
    yield from _fractures(facts)
    if facts.on_ai:
        yield from _class(facts)
        yield from _baseline_overdue(facts)
    yield from _changes(facts)
    yield from _scale(facts)
    yield from _vertebral(facts)


def fracture_days(fracture: FractureRecord, facts: Facts) -> tuple[date, date] | None:
    """The first and the last local day it can have happened on; None where that is not known."""
    occurred = fracture.occurred
    if occurred.precision is Precision.UNKNOWN:
        return None
    return occurred.local.date(), occurred.latest.astimezone(facts.timeline.zone).date()


def new_until(fracture: FractureRecord, facts: Facts) -> date | None:
    """The last day on which it counts as new."""
    days = fracture_days(fracture, facts)
    return days[1] + so_many_days(facts.rulebook.bone.new_fracture.days) if days else None


def _fractures(facts: Facts) -> Iterator[Finding]:
    """A fracture known to the month or year counts where it can have happened on the AI: wrong is worse than missing.

    It stands when the AI is stopped: that answers it only if a prescriber says so.
    """
    rule, today = facts.rulebook.bone.new_fracture, facts.timeline.today
    for fracture in facts.timeline.fractures:
        days, until = fracture_days(fracture, facts), new_until(fracture, facts)
        if days is None or until is None or today > until:
            continue
        spans = facts.timeline.exposure.spans[AROMATASE_INHIBITOR]
        if not any(s.starts_on <= days[1] and (s.ends_on is None or days[0] < s.ends_on) for s in spans):
            continue
        names, keys = (facts.ai_names, facts.ai_keys) if facts.on_ai else _ai_until(days[1], facts)
        fragility = {None: "not stated", True: "yes", False: "no"}[fracture.fragility]
        params = {"site": fracture.site, "on": str(fracture.occurred), "ai": names, "fragility": fragility}
        yield make(facts, "fracture_on_ai", params, inputs=(fracture.key, *keys), rules=(rule.id,))


def _ai_until(day: date, facts: Facts) -> tuple[str, tuple[str, ...]]:
    """The AI that he had begun last by a day: its name and its record."""
    begun = [c for c in facts.timeline.exposure.courses if c.drug_class == AROMATASE_INHIBITOR and c.starts_on <= day]
    last = max(begun, key=lambda c: (c.starts_on, c.key))
    return facts.rulebook.drugs[last.drug].name.lower(), (last.key,)


def _class(facts: Facts) -> Iterator[Finding]:
    scan = facts.bone.classified
    codes = {OSTEOPOROSIS: "osteoporosis_on_ai", LOW_FOR_AGE: "low_for_age_on_ai"}
    if scan is None or scan.bone_class not in codes:
        return
    rules, today = facts.rulebook.bone, facts.timeline.today
    notes = {}
    baseline = next(
        (item for item in facts.plan.items if item.reason == "dexa_baseline" and item.answered_by == scan.key), None
    )
    if baseline is not None and scan.bone_class == OSTEOPOROSIS:
        notes["also_osteoporosis"] = facts.rulebook.words.note["also_osteoporosis"]
    notes |= {code: facts.rulebook.words.note[code] for code in scan.notes}
    params = {
        "region": rules.regions[scan.region].name,
        "score": str(scan.score),
        "on": str(scan.on),
        "reference": scan.reference,
        "ai": facts.ai_names,
    }
    yield make(
        facts,
        codes[scan.bone_class],
        params,
        inputs=(scan.key, *facts.ai_keys),
        rules=(rules.score.id, rules.classes.id),
        notes=notes,
        said={"on": on_day(scan.on, today)},
    )


def _changes(facts: Facts) -> Iterator[Finding]:
    """The largest loss stands for all; where there is none, one line says what is not determined."""
    losses = sorted((c for c in facts.bone.changes if c.verdict == LOSS), key=lambda c: (c.percent, c.region, c.from_key))
    if losses and facts.on_ai:
        yield _change(facts, "bone_loss_on_ai", losses[0], [c for c in facts.bone.changes if c.verdict == LOSS])
    open_ones = sorted(
        (c for c in facts.bone.changes if c.verdict == UNDETERMINED), key=lambda c: (c.percent, c.region, c.from_key)
    )
    if open_ones and not losses:
        yield _change(facts, "bone_change_undetermined", open_ones[0], open_ones)


def _change(facts: Facts, code: str, change: SiteChange, all_of_them: list[SiteChange]) -> Finding:
    rules, today = facts.rulebook.bone, facts.timeline.today
    region, percent = rules.regions.get(change.region), f"{change.percent:+}"
    params = {
        "region": region.name if region else change.region,
        "before": str(change.before),
        "after": str(change.after),
        "from_on": str(change.from_on),
        "on": str(change.to_on),
        "percent": percent,
        "percent_a_year": "" if change.percent_a_year is None else f"{change.percent_a_year:+}",
        "lsc": change.lsc,
        "lsc_from": "facility's error" if change.lsc_from == "facility" else "default error",
        "ai": facts.ai_names,
    }
    said = {"on": on_day(change.to_on, today), "from_on": on_day(change.from_on, today)}
    if code == "bone_change_undetermined":
        params["why"] = change.why
        sentence = "undetermined_scanner" if change.why == SCANNER_CHANGED else "undetermined"
        said["why"] = facts.rulebook.words.bone[sentence].format(percent=percent)
    notes = {}
    if change.scale_changed:
        notes["scale_changed"] = facts.rulebook.words.note["scale_changed"].format(percent=percent)
    return make(
        facts,
        code,
        params,
        inputs=[key for one in all_of_them for key in (one.from_key, one.to_key)],
        rules=(rules.change.id, *((region.id,) if region else ())),
        notes=notes,
        said=said,
    )


def _scale(facts: Facts) -> Iterator[Finding]:
    """Said once: where a loss or an undetermined change is found, it stands there as a note."""
    changes = [change for change in facts.bone.changes if change.scale_changed]
    spoken = {UNDETERMINED, LOSS} if facts.on_ai else {UNDETERMINED}
    if not changes or any(change.verdict in spoken for change in changes):
        return
    change = min(changes, key=lambda c: (c.percent, c.region, c.from_key))
    yield _change(facts, "bone_scale_changed", change, changes)


def _vertebral(facts: Facts) -> Iterator[Finding]:
    """What asks for a look at the vertebrae; sooner on an AI. Nothing on record can say that it was done."""
    reasons = [*_new_fractures(facts), *_height(facts), *_new_back_pain(facts)]
    if not reasons:
        return
    codes, words, inputs, rules = zip(*reasons, strict=True)
    yield make(
        facts,
        "vertebral_assessment",
        {"because": ", ".join(codes)},
        inputs=inputs,
        rules=rules,
        said={"because": listed(words)},
        priority=Priority.P2 if facts.on_ai else None,
    )


def _new_fractures(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    today = facts.timeline.today
    for fracture in facts.timeline.fractures:
        until = new_until(fracture, facts)
        if until is not None and today <= until:
            words = f"a new fracture ({fracture.site}, {fracture.occurred})"
            yield "fracture", words, fracture.key, facts.rulebook.bone.new_fracture.id


def _height(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    """The latest height that is known to the day, against the tallest on record."""
    rule = facts.rulebook.bone.height_loss
    draws = facts.timeline.draws.get(HEIGHT, ())
    last = next((draw for draw in reversed(draws) if draw.dated), None)
    if last is None:
        return
    heights = [cm for draw in draws if (cm := _cm(draw, facts)) is not None]
    now = _cm(last, facts)
    if now is not None and max(heights) - now >= rule.cm:
        yield (
            "height",
            f"a height of {last.lab.reported.value} after {trimmed(rounded(max(heights), 1))} cm",
            last.lab.key,
            rule.id,
        )


def _cm(draw: Draw, facts: Facts) -> Fraction | None:
    """A height in centimetres; None where it is censored or in a unit that is not known."""
    value, rule = draw.lab.reported.value, facts.rulebook.analytes.get(HEIGHT)
    if value.comparator.censors:
        return None
    if value.unit == "cm":
        return Fraction(value.number)
    return convert(value.number, rule, value.unit, "cm") if rule and {value.unit, "cm"} <= set(rule.units) else None


def back_pain_since(facts: Facts) -> tuple[SymptomRecord, date] | None:
    """The check-in with which the back pain that he now has began, and its last possible local day; None without such pain."""
    rule, zone = facts.rulebook.bone.back_pain, facts.timeline.zone
    felt = sorted(
        (s for s in facts.history.symptoms if s.code == rule.code and s.felt.at <= facts.timeline.as_of),
        key=lambda s: (s.felt.at, s.key),
    )
    began = None
    for symptom in felt:
        if symptom.score < rule.least_score:
            began = None
        elif began is None:
            began = symptom
    return (began, began.felt.latest.astimezone(zone).date()) if began is not None else None


def _new_back_pain(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    rule, found = facts.rulebook.bone.back_pain, back_pain_since(facts)
    if found is None:
        return
    began, on = found
    if facts.timeline.today <= on + so_many_days(rule.days):
        yield "back_pain", f"new back pain ({began.felt})", began.key, rule.id


def _baseline_overdue(facts: Facts) -> Iterator[Finding]:
    today = facts.timeline.today
    span = facts.timeline.exposure.span(AROMATASE_INHIBITOR, today)
    item = next(
        (i for i in facts.plan.open if i.reason == "dexa_baseline" and span and i.anchor == f"{span.anchor}:baseline"), None
    )
    if item is None or span is None or not item.is_overdue(today):
        return
    params = {"ai": facts.ai_names, "since": str(span.starts_on), "overdue": str(item.overdue_on)}
    said = {"since": on_day(span.starts_on, today), "overdue": on_day(item.overdue_on, today)}
    yield make(facts, "dexa_baseline_overdue", params, inputs=facts.ai_keys, rules=(item.rule,), said=said)
