"""A regimen in labelled words, for whoever is about to change it."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.admin import phrases
from tracking.domain.rulebook import RuleBook
from tracking.domain.schedule import parse_schedule
from tracking.models import Regimen
from tracking.services.plans import pauses_of

__all__ = ["dose_of", "regimen_lines"]


def dose_of(row: Regimen) -> str:
    return f"{row.dose_digits} {row.dose_unit}"


def regimen_lines(row: Regimen, rulebook: RuleBook) -> Iterator[tuple[str, str]]:
    """Everything that the next write could change. One query."""
    yield "Drug", phrases.drug(row.drug, rulebook)
    yield "Dose", dose_of(row)
    yield "How often", str(parse_schedule(row.schedule))
    yield "Strength of a tablet", f"{row.strength_digits} {row.dose_unit}" if row.strength_digits else ""
    yield "From", phrases.day(row.starts_on)
    yield "Until before", phrases.day(row.ends_on)
    yield "Reason", row.reason
    yield "Reason of the end", row.end_reason
    yield "Planned review", phrases.day(row.review_on)
    for pause in pauses_of(row):
        until = f"until before {phrases.day(pause.ends_on)}" if pause.ends_on else "until resumed"
        yield f"Without it from {phrases.day(pause.starts_on)}", until
    yield "Taken back", row.withdrawn_reason
