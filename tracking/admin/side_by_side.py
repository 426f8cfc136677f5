"""Two results of one man that do not agree, beside one another (CLINICAL 9.2). Which counts is what the evaluation says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracking.admin.rows import LabLine, lab_line
from tracking.domain.rulebook import RuleBook
from tracking.models import LabResult, Patient

__all__ = ["Pair", "pairs_of"]

# Of pairs by different assays the newest; the older ones stand in the table of results.
MOST_NOT_COMPARABLE = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """``sides``: the worse first. ``counts``: whether the worse counts, or neither shows the other wrong."""

    sides: tuple[LabLine, LabLine]
    counts: bool

    @property
    def rows(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """By what is told of each, both."""
        told: tuple[tuple[str, Callable[[LabLine], str]], ...] = (
            ("Reported", lambda line: str(line.value)),
            ("Drawn", lambda line: line.collected),
            ("Assay", lambda line: f"{line.assay}{f', {line.evidence}' if line.evidence else ''}"),
            ("Laboratory", lambda line: line.laboratory or "not stated"),
            ("Its range", lambda line: f"{line.range} {line.value.unit}" if line.range else "not stated"),
            ("Tier", lambda line: line.tier_words),
        )
        return tuple((label, tuple(say(line) for line in self.sides)) for label, say in told)


def pairs_of(man: Patient, basis: Mapping[str, Any], rulebook: RuleBook) -> list[Pair]:
    """What disagrees and nothing has settled, then what cannot be compared, the newest first. One query, or none."""
    standing = list(basis.get("verdict", {}).get("disagreements", ()))
    across = list(basis.get("series", {}).get("not_comparable", ()))[-MOST_NOT_COMPARABLE:]
    found = [(pair, True) for pair in standing] + [(pair, False) for pair in reversed(across)]
    if not found:
        return []
    lines = _lines(man, (key for pair, _ in found for key in (pair["older"], pair["newer"])), basis, rulebook)
    return [
        Pair((lines[pair["worse"]], lines[_other(pair)]), counts)
        for pair, counts in found
        if pair["worse"] in lines and _other(pair) in lines
    ]


def _other(pair: Mapping[str, str]) -> str:
    return pair["newer"] if pair["worse"] == pair["older"] else pair["older"]


def _lines(man: Patient, keys: Iterable[str], basis: Mapping[str, Any], rulebook: RuleBook) -> dict[str, LabLine]:
    rows = LabResult.objects.live().filter(patient=man, uid__in=list(keys))
    return {str(row.uid): lab_line(row, basis.get("results", {}), rulebook, str, man.zone) for row in rows}
