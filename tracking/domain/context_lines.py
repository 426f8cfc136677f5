"""What a prescriber may want to know beside the verdict, and that is no work: it stays out of the queue (CLINICAL 9.6)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tracking.domain.facts import Facts
from tracking.domain.findings.finding import limit_text
from tracking.domain.findings.markers import not_compared
from tracking.domain.findings.results import last_that_says
from tracking.domain.findings.symptoms import felt_now
from tracking.domain.rulebook import Tier
from tracking.domain.thresholds import is_above, is_below
from tracking.domain.timeline import Draw
from tracking.domain.verdict import CURRENT
from tracking.domain.words import fill, on_day


class ContextLine(Struct, frozen=True):
    """One sentence with what it is made of. ``rule`` is empty where no figure stands behind it."""

    code: str
    words: str
    inputs: tuple[str, ...]
    rule: str


def context_lines(facts: Facts) -> tuple[ContextLine, ...]:
    return tuple(_lines(facts))


def _lines(facts: Facts) -> Iterator[ContextLine]:
    book = facts.rulebook
    rule = book.testosterone.shbg_high
    draw = last_that_says(facts, rule.analyte, lambda d: is_above(d.lab.reported.value, rule, book))
    if draw is not None:
        yield _line(facts, "shbg_high", draw, limit_text(draw.lab.reported.value, rule, book), rule.id)
    vitamin_d = book.safety.vitamin_d_insufficient
    draw = last_that_says(facts, vitamin_d.analyte, lambda d: is_below(d.lab.reported.value, vitamin_d, book))
    if draw is not None:
        yield _line(facts, "vitamin_d_low", draw, limit_text(draw.lab.reported.value, vitamin_d, book), vitamin_d.id)
    yield from _above_range(facts)
    for draw in not_compared(facts):
        name = {"name": book.analytes[draw.lab.analyte].name}
        yield _line(facts, "marker_not_compared", draw, "", book.safety.fasting_morning.id, **name)


def _above_range(facts: Facts) -> Iterator[ContextLine]:
    """High without breast symptoms on record is a line here and no finding."""
    reading = facts.reading
    if reading is None or facts.draw is None or facts.verdict.state != CURRENT or reading.tier is not Tier.ABOVE_RANGE:
        return
    if not felt_now(facts.rulebook.safety.breast_symptoms, facts):
        limits = reading.thresholds
        yield _line(facts, "e2_above_range", facts.draw, f"{limits.upper} {limits.unit}", reading.rules[0])


def _line(facts: Facts, code: str, draw: Draw, limit: str, rule: str, **more: str) -> ContextLine:
    said = {"value": str(draw.lab.reported.value), "on": on_day(draw.on, facts.timeline.today), "limit": limit, **more}
    return ContextLine(code, fill(facts.rulebook.words.context[code], said), (draw.lab.key,), rule)
