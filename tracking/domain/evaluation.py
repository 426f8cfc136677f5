"""One conclusion with its whole basis, as it is stored and read back years later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracking.domain.bone import BoneStanding
from tracking.domain.context import Context
from tracking.domain.context_lines import ContextLine
from tracking.domain.derived import Derived
from tracking.domain.due import DueItem
from tracking.domain.estradiol import Reading
from tracking.domain.findings import Finding
from tracking.domain.for_man import ForMan
from tracking.domain.missing import Missing
from tracking.domain.plain import plain
from tracking.domain.risk import Risk
from tracking.domain.rulebook import Priority
from tracking.domain.series import Series
from tracking.domain.timing import DrawTiming
from tracking.domain.verdict import Verdict

# What a rule says about itself is kept once per rulebook (tracking.domain.citing), not in every evaluation made by it.
_CITED = ("sources", "contrary")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One conclusion with its whole basis. ``rules``: the ids of those that had a part in it."""

    as_of: datetime
    zone: str
    today: date
    rulebook_version: str
    rulebook_digest: str
    word: str
    headline: str
    reasons: tuple[str, ...]
    verdict: Verdict
    readings: Mapping[str, Reading]
    context: Context
    timing: DrawTiming | None
    series: Series
    bone: BoneStanding
    derived: tuple[Derived, ...]
    context_lines: tuple[ContextLine, ...]
    risk: Risk
    findings: tuple[Finding, ...]
    due: tuple[DueItem, ...]
    missing: tuple[Missing, ...]
    rules: tuple[str, ...]
    for_man: ForMan
    inputs: tuple[str, ...]
    input_digest: str
    outcome_digest: str
    next_change_at: datetime | None

    @property
    def priority(self) -> Priority | None:
        """That of the most urgent finding."""
        return min((finding.priority for finding in self.findings), default=None)

    @property
    def reading(self) -> Reading | None:
        """The estradiol that the verdict rests on."""
        return self.readings.get(self.verdict.reading)

    @property
    def open_items(self) -> tuple[DueItem, ...]:
        return tuple(item for item in self.due if item.is_open)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, as it is stored: values as reported, thresholds as converted, floor and whose, rules by id, sentences.

        The result that the verdict rests on is given whole, the others by tier; of what is due the open items. The texts of the
        rules are joined to it by :func:`tracking.domain.citing.with_rules`.
        """
        return {
            "as_of": plain(self.as_of),
            "zone": self.zone,
            "rulebook": {"version": self.rulebook_version, "digest": self.rulebook_digest},
            "word": self.word,
            "headline": self.headline,
            "reasons": list(self.reasons),
            "priority": plain(self.priority),
            "verdict": plain(self.verdict),
            "result": plain(self.reading),
            "results": {key: _brief(reading) for key, reading in sorted(self.readings.items())},
            "context": plain(self.context),
            "timing": plain(self.timing),
            "series": plain(self.series),
            "bone": plain(self.bone),
            "derived": plain(self.derived),
            "context_lines": plain(self.context_lines),
            "risk": {**plain(self.risk), "count": self.risk.count},
            "findings": [_without_citations(finding) for finding in self.findings],
            "due": plain(self.open_items),
            "missing": plain(self.missing),
            "rules": list(self.rules),
            "for_man": plain(self.for_man),
            "inputs": list(self.inputs),
            "input_digest": self.input_digest,
            "outcome_digest": self.outcome_digest,
            "next_change_at": plain(self.next_change_at),
        }


def _without_citations(finding: Finding) -> dict[str, Any]:
    return {name: said for name, said in plain(finding).items() if name not in _CITED}


def _brief(reading: Reading) -> dict[str, Any]:
    return {
        "text": reading.text,
        "at": plain(reading.lab.reported.collected.at),
        "tier": reading.tier.value,
        "best_tier": reading.best_tier.value,
        "worst_tier": reading.worst_tier.value,
        "at_boundary": reading.at_boundary,
        "floor": f"{reading.thresholds.floor} {reading.thresholds.unit}",
        "notes": list(reading.notes),
    }
