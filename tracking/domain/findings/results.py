"""Which result of an analyte speaks, and what its age or date takes away from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

from tracking.domain.findings.finding import Facts, limit_text
from tracking.domain.reported import Value
from tracking.domain.rulebook import AnalyteLimitRule
from tracking.domain.spans import so_many_days
from tracking.domain.thresholds import is_above, is_below, over, under
from tracking.domain.timeline import Draw

Says = Callable[[Draw], bool | None]


def latest(facts: Facts, analyte: str) -> Draw | None:
    """The latest result of an analyte; one of unknown date only where there is no other."""
    draws = facts.timeline.draws.get(analyte, ())
    return draws[-1] if draws else None


def last_that_says(facts: Facts, analyte: str, says: Says) -> Draw | None:
    """The latest result that says so, unless one that was surely drawn later says the contrary.

    A result that says neither (``>53`` against 54) changes nothing, and one of unknown date takes nothing back.
    """
    denied: datetime | None = None
    denied_on: date | None = None
    for draw in reversed(facts.timeline.draws.get(analyte, ())):
        if denied_on is not None and draw.on is not None and draw.dated and draw.on < denied_on:
            continue
        collected = draw.lab.reported.collected
        if denied is not None and collected.latest < denied:
            continue
        answer = says(draw)
        if answer:
            return draw
        if answer is False and collected.earliest is not None and (denied is None or collected.earliest > denied):
            denied, denied_on = collected.earliest, draw.on
    return None


def either(*answers: bool | None) -> bool | None:
    """True where one is, False where all are."""
    if any(answers):
        return True
    return None if None in answers else False


def above_upper(value: Value, upper: Value | None, rule: AnalyteLimitRule, facts: Facts) -> bool | None:
    """Above the laboratory's own limit, or the rule's where it gave none in this unit."""
    limit = _own(value, upper)
    return is_above(value, rule, facts.rulebook) if limit is None else over(value, limit)


def below_lower(value: Value, lower: Value | None, rule: AnalyteLimitRule, facts: Facts) -> bool | None:
    """Below the laboratory's own limit, or the rule's where it gave none in this unit."""
    limit = _own(value, lower)
    return is_below(value, rule, facts.rulebook) if limit is None else under(value, limit)


def limit_words(value: Value, own: Value | None, rule: AnalyteLimitRule, facts: Facts) -> dict[str, str]:
    """The limit that a value was held against, and whose it is."""
    if own is not None and _own(value, own) is not None:
        return {"limit": str(own), "limit_from": "the laboratory's limit"}
    return {"limit": limit_text(value, rule, facts.rulebook), "limit_from": "no laboratory limit recorded"}


def age_note(draw: Draw, facts: Facts) -> dict[str, str]:
    """That a result is old, or of unknown date. It takes nothing from its urgency."""
    words = facts.rulebook.words.note
    if draw.on is None:
        return {"result_undated": words["result_undated"]}
    return {"result_old": words["result_old"]} if facts.timeline.today >= old_on(draw.on, facts) else {}


def old_on(on: date, facts: Facts) -> date:
    """The first day on which a result is called old."""
    return on + so_many_days(facts.rulebook.safety.aging.days)


def aging_days(facts: Facts, *analytes: str) -> Iterator[date]:
    """The days still to come on which a result of these grows old."""
    for analyte in analytes:
        for draw in reversed(facts.timeline.draws.get(analyte, ())):
            if draw.on is None or old_on(draw.on, facts) <= facts.timeline.today:
                break
            yield old_on(draw.on, facts)


def _own(value: Value, limit: Value | None) -> Decimal | None:
    return limit.number if limit is not None and limit.unit == value.unit else None
