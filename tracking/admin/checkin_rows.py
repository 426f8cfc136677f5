"""How he feels, how he lives and what he uses as lines on a man's page. Nothing is scored here and nothing advised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracking.admin import phrases
from tracking.admin.rows import Entered, Names, entered
from tracking.domain.rulebook import RuleBook
from tracking.models import DrugUse, Lifestyle, Symptom

__all__ = ["in_force", "measure_line", "symptom_line", "use_line"]


@dataclass(frozen=True, slots=True)
class SymptomLine:
    felt_on: date
    item: str
    score: int
    entered: Entered


@dataclass(frozen=True, slots=True)
class MeasureLine:
    name: str
    amount: str
    since: date
    note: str
    entered: Entered


@dataclass(frozen=True, slots=True)
class UseLine:
    drug: str
    since: date | None
    until: date | None
    is_open: bool
    note: str
    entered: Entered


def symptom_line(row: Symptom, rulebook: RuleBook, names: Names, zone: str) -> SymptomLine:
    item = rulebook.checkin.form.items.get(row.code, row.code)
    return SymptomLine(row.felt_on, item, row.score, entered(row, names, zone, ""))


def in_force(rows: Iterable[Lifestyle], today: date) -> list[Lifestyle]:
    """Of each measure what was stated from the latest day on, by its code."""
    latest: dict[str, Lifestyle] = {}
    for row in sorted(rows, key=lambda row: row.since):
        if row.since <= today:
            latest[row.code] = row
    return [latest[code] for code in sorted(latest)]


def measure_line(row: Lifestyle, rulebook: RuleBook, names: Names, zone: str) -> MeasureLine:
    rule = rulebook.checkin.lifestyle.get(row.code)
    return MeasureLine(
        name=rule.name if rule else row.code,
        amount=f"{row.digits} {row.unit}",
        since=row.since,
        note=row.note,
        entered=entered(row, names, zone, row.confirmed_reason),
    )


def use_line(row: DrugUse, rulebook: RuleBook, names: Names, zone: str, *, today: date) -> UseLine:
    return UseLine(
        drug=phrases.drug(row.drug, rulebook),
        since=row.since,
        until=row.until,
        is_open=row.until is None or today < row.until,
        note=row.note,
        entered=entered(row, names, zone, ""),
    )
