"""A rise of a bone marker over his own baseline (CLINICAL 9.4). A normal one clears nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.findings.results import age_note, latest
from tracking.domain.rulebook import AROMATASE_INHIBITOR, MarkerRiseRule
from tracking.domain.timeline import Draw
from tracking.domain.units import convert, rounded
from tracking.domain.words import listed, on_day


@dataclass(frozen=True, slots=True)
class MarkerChange:
    """The latest comparable result of a marker against his baseline, in percent of it."""

    rule: MarkerRiseRule
    before: Draw
    after: Draw
    percent: Fraction

    @property
    def is_rise(self) -> bool:
        return self.percent >= self.rule.percent


def find_marker_rise(facts: Facts) -> Iterator[Finding]:
    """One finding for both markers."""
    risen = [change for change in marker_changes(facts) if change.is_rise]
    if not risen:
        return
    today, names = facts.timeline.today, facts.rulebook.analytes
    params: dict[str, str] = {}
    notes: dict[str, str] = {}
    said = []
    for change in risen:
        before, after = change.before.lab.reported.value, change.after.lab.reported.value
        percent = f"{rounded(change.percent, 0):+}"
        params[change.rule.analyte] = f"{before} {change.before.on} {after} {change.after.on} {percent}"
        said.append(
            f"{names[change.rule.analyte].name} {after} on {on_day(change.after.on, today)}, {percent} % from {before} on "
            f"{on_day(change.before.on, today)}"
        )
        notes |= age_note(change.after, facts)
    yield make(
        facts,
        "bone_marker_rise",
        params,
        inputs=[draw.lab.key for change in risen for draw in (change.after, change.before)],
        rules=[*(change.rule.id for change in risen), facts.rulebook.safety.fasting_morning.id],
        notes=notes,
        said={"markers": listed(said)},
    )


def marker_changes(facts: Facts) -> Iterator[MarkerChange]:
    """The latest against the baseline: the last before the AI began, else the first of that laboratory and assay."""
    span = facts.timeline.exposure.span(AROMATASE_INHIBITOR, facts.timeline.today)
    for rule in _rules(facts):
        draws = [draw for draw in facts.timeline.draws.get(rule.analyte, ()) if is_comparable(draw, facts)]
        if not draws:
            continue
        after = draws[-1]
        same = [draw for draw in draws[:-1] if _source(draw) == _source(after)]
        before_ai = [draw for draw in same if span is not None and draw.on is not None and draw.on <= span.starts_on]
        before = before_ai[-1] if before_ai else next(iter(same), None)
        if before is None:
            continue
        analyte = facts.rulebook.analytes[rule.analyte]
        one, other = (
            convert(d.lab.reported.value.number, analyte, d.lab.reported.value.unit, analyte.unit) for d in (before, after)
        )
        if one > 0:
            yield MarkerChange(rule, before, after, (other - one) * 100 / one)


def not_compared(facts: Facts) -> Iterator[Draw]:
    """The latest result of each marker, where it cannot be compared with any other."""
    for rule in _rules(facts):
        draw = latest(facts, rule.analyte)
        if draw is not None and not is_comparable(draw, facts):
            yield draw


def is_comparable(draw: Draw, facts: Facts) -> bool:
    """Known to be drawn fasting, in the morning of a known day, by a named laboratory, and not censored."""
    rule, lab = facts.rulebook.safety.fasting_morning, draw.lab
    collected = lab.reported.collected
    return bool(
        lab.fasting
        and lab.laboratory
        and not lab.reported.value.comparator.censors
        and collected.has_time
        and rule.from_hour <= collected.local.hour < rule.until_hour
    )


def _rules(facts: Facts) -> tuple[MarkerRiseRule, ...]:
    return facts.rulebook.safety.ctx_rise, facts.rulebook.safety.p1np_rise


def _source(draw: Draw) -> tuple[str, str]:
    return draw.lab.laboratory, draw.lab.reported.assay.method
