"""What a column of a stored row holds, as a person reads it: codes by their names, accounts by theirs, and no key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracking.admin import phrases
from tracking.admin.rows import EVIDENCE, KINDS
from tracking.domain.problems import Problem
from tracking.domain.reported import Assay, Method, MethodEvidence
from tracking.domain.rulebook import RuleBook
from tracking.domain.schedule import parse_schedule
from tracking.models import Lifestyle, Patient, RiskFactor, Symptom

__all__ = ["StoredWords", "is_told", "label_of"]

# What a version says about the row rather than about the man, and what stands in columns of its own.
_LEFT_OUT = {
    "id", "uid", "client_id", "recorded_at", "recorded_by", "acknowledged_by", "snoozed_by", "patient_id", "is_statistical",
    "family", "before_revision",
}  # fmt: skip
_LABELS = {
    "at": "when",
    "code": "what",
    "digits": "value",
    "detail": "in words",
    "method": "assay",
    "method evidence": "assay shown by",
}
# Columns of which every value is a code: other words with a line below in them may be somebody's own.
_CODES = frozenset(
    {"tier", "severity", "outcome", "resolution", "origin", "state", "kind", "raised_while", "precision", "side"}
    | {"site", "form", "language"}
)
_ACTOR = re.compile(r"(?:user|system|token):\S+")


def is_told(field: Any) -> bool:
    """Whether a column says something to a reader. References to other rows are bigint keys, which are never shown."""
    return not field.is_relation and field.name not in _LEFT_OUT


def label_of(field: Any) -> str:
    label = str(field.verbose_name)
    return _LABELS.get(label, label)


@dataclass(frozen=True, slots=True)
class StoredWords:
    """``names``: of the accounts behind actors, by number; ``table``: whose columns these are."""

    man: Patient
    rulebook: RuleBook
    names: Mapping[int, str]
    table: type[Any] = Patient

    def of(self, column: str, value: Any) -> str:
        """One value of a column; what is no code and no date stands as it was stored."""
        named = self._named().get(column)
        if named is not None:
            return named(value)
        if isinstance(value, str) and column in _CODES:
            return phrases.spaced(value)
        return self._plain(value)

    def _named(self) -> Mapping[str, Callable[[Any], str]]:
        book = self.rulebook
        return {
            "analyte": lambda code: book.analytes[code].name if code in book.analytes else code,
            "code": self._code,
            "drug": lambda code: phrases.drug(code, book),
            "detail": lambda detail: str(detail.get("prescriber", "")),
            "lane": phrases.title,
            "kind": lambda code: KINDS.get(code, phrases.spaced(code)),
            "margin": phrases.share_of_floor,
            "method": lambda code: str(Assay(Method(code), MethodEvidence.STAFF_VERIFIED)),
            "method_evidence": lambda code: EVIDENCE[MethodEvidence(code)] or "nothing",
            "priority": lambda rank: f"P{rank}",
            "worst_priority": lambda rank: f"P{rank}",
            "region": lambda code: book.bone.regions[code].name if code in book.bone.regions else code,
            "schedule": _schedule,
        }

    def _code(self, code: str) -> str:
        """Of a symptom, a habit, a risk or a finding: each table has codes of its own."""
        book = self.rulebook
        if self.table is Lifestyle:
            return book.checkin.lifestyle[code].name if code in book.checkin.lifestyle else phrases.spaced(code)
        if self.table is RiskFactor:
            return book.bone.risk_factors.names.get(code, phrases.spaced(code))
        if self.table is Symptom:
            return book.checkin.form.items.get(code, phrases.spaced(code))
        return phrases.finding(code, book)

    def _plain(self, value: Any) -> str:  # noqa: PLR0911  one return a kind
        match value:
            case bool():
                return "yes" if value else "no"
            case datetime():
                return phrases.instant(value, self.man.zone)
            case date():
                return phrases.day(value)
            case str() if _ACTOR.fullmatch(value):
                return phrases.who(value, self.names, self.man)
            case Mapping():
                return "; ".join(f"{phrases.spaced(str(name))} {self.of(str(name), inner)}" for name, inner in value.items())
            case list() | tuple():
                return ", ".join(phrases.spaced(self._plain(inner)) for inner in value)
            case _:
                return str(value)


def _schedule(stored: Any) -> str:
    try:
        return str(parse_schedule(stored))
    except Problem:  # of an earlier shape
        return "; ".join(f"{name} {value}" for name, value in stored.items())
