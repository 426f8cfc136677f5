"""Findings on bone: fracture, class, change, and a baseline that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tracking.domain.bone import LOSS, LOW_FOR_AGE, OSTEOPOROSIS, UNDETERMINED, SiteChange
from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.history import FractureRecord
from tracking.domain.reported import Precision
from tracking.domain.rulebook import AROMATASE_INHIBITOR
from tracking.domain.words import on_day


def find_bone(facts: Facts) -> Iterator[Finding]:
    if facts.on_ai:
        yield from _fractures(facts)
        yield from _class(facts)
        yield from _baseline_overdue(facts)
    yield from _changes(facts)


def fracture_days(fracture: FractureRecord, facts: Facts) -> tuple[date, date] | None:
    """The first and the last local day it can have happened on; None where that is not known."""
    occurred = fracture.occurred
    if occurred.precision is Precision.UNKNOWN:
        return None
    return occurred.local.date(), occurred.latest.astimezone(facts.timeline.zone).date()


def new_until(fracture: FractureRecord, facts: Facts) -> date | None:
    """The last day on which it counts as new."""
    days = fracture_days(fracture, facts)
    return days[1] + timedelta(days=facts.rulebook.bone.new_fracture.days) if days else None


def _fractures(facts: Facts) -> Iterator[Finding]:
    """A fracture known to the month or year counts where it can have happened on the AI: wrong is worse than missing."""
    rule, today = facts.rulebook.bone.new_fracture, facts.timeline.today
    for fracture in facts.timeline.fractures:
        days, until = fracture_days(fracture, facts), new_until(fracture, facts)
        if days is None or until is None or today > until:
            continue
        spans = facts.timeline.exposure.spans[AROMATASE_INHIBITOR]
        if not any(s.starts_on <= days[1] and (s.ends_on is None or days[0] < s.ends_on) for s in spans):
            continue
        fragility = {None: "not stated", True: "yes", False: "no"}[fracture.fragility]
        params = {"site": fracture.site, "on": str(fracture.occurred), "ai": facts.ai_names, "fragility": fragility}
        yield make(facts, "fracture_on_ai", params, inputs=(fracture.key, *facts.ai_keys), rules=(rule.id,))


def _class(facts: Facts) -> Iterator[Finding]:
    scan = facts.bone.classified
    codes = {OSTEOPOROSIS: "osteoporosis_on_ai", LOW_FOR_AGE: "low_for_age_on_ai"}
    if scan is None or scan.bone_class not in codes:
        return
    rules, today = facts.rulebook.bone, facts.timeline.today
    notes = {}
    baseline = next((item for item in facts.due if item.reason == "dexa_baseline" and item.answered_by == scan.key), None)
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
    region = rules.regions.get(change.region)
    params = {
        "region": region.name if region else change.region,
        "before": str(change.before),
        "after": str(change.after),
        "from_on": str(change.from_on),
        "on": str(change.to_on),
        "percent": f"{change.percent:+}",
        "percent_a_year": "" if change.percent_a_year is None else f"{change.percent_a_year:+}",
        "lsc": change.lsc,
        "lsc_from": "facility's error" if change.lsc_from == "facility" else "default error",
        "ai": facts.ai_names,
    }
    notes = {}
    if facts.bone.scale_changed:
        notes["scale_changed"] = facts.rulebook.words.note["scale_changed"].format(percent=params["percent"])
    return make(
        facts,
        code,
        params,
        inputs=[key for one in all_of_them for key in (one.from_key, one.to_key)],
        rules=(rules.change.id, *((region.id,) if region else ())),
        notes=notes,
        said={"on": on_day(change.to_on, today), "from_on": on_day(change.from_on, today)},
    )


def _baseline_overdue(facts: Facts) -> Iterator[Finding]:
    today = facts.timeline.today
    span = facts.timeline.exposure.span(AROMATASE_INHIBITOR, today)
    item = next((i for i in facts.due if i.reason == "dexa_baseline" and span and i.anchor == f"{span.anchor}:baseline"), None)
    if item is None or span is None or not item.is_overdue(today):
        return
    params = {"ai": facts.ai_names, "since": str(span.starts_on), "overdue": str(item.overdue_on)}
    said = {"since": on_day(span.starts_on, today), "overdue": on_day(item.overdue_on, today)}
    yield make(facts, "dexa_baseline_overdue", params, inputs=facts.ai_keys, rules=(item.rule,), said=said)
