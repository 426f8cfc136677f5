"""One conclusion with its whole basis, as it is stored and read back years later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from tracking.domain.bone import BoneStanding
from tracking.domain.context import Context
from tracking.domain.context_lines import ContextLine
from tracking.domain.derived import Derived
from tracking.domain.draw_curve import in_full
from tracking.domain.due import DueItem
from tracking.domain.estradiol import Reading
from tracking.domain.facts import Facts
from tracking.domain.findings import Finding
from tracking.domain.for_man import ForMan, for_man
from tracking.domain.headline import headline
from tracking.domain.missing import Missing
from tracking.domain.monitoring import Plan
from tracking.domain.plain import plain
from tracking.domain.reading_notes import note_sentences
from tracking.domain.risk import Risk
from tracking.domain.rulebook import Priority
from tracking.domain.series import Series
from tracking.domain.timing import DrawTiming
from tracking.domain.verdict import Verdict
from tracking.domain.when_asked import kept

# What a rule says about itself is kept once per rulebook (tracking.domain.citing), not in every evaluation made by it.
_CITED = ("sources", "contrary")


class Evaluation(Struct, frozen=True, eq=False, dict=True):
    """One conclusion with its whole basis. What is said of today is concluded when it is made; the rest when it is opened."""

    facts: Facts
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    context_lines: tuple[ContextLine, ...]
    input_digest: str
    outcome_digest: str
    next_change_at: datetime | None

    @property
    def as_of(self) -> datetime:
        return self.facts.timeline.as_of

    @property
    def zone(self) -> str:
        return self.facts.history.person.zone

    @property
    def today(self) -> date:
        return self.facts.timeline.today

    @property
    def rulebook_version(self) -> str:
        return self.facts.rulebook.version

    @property
    def rulebook_digest(self) -> str:
        return self.facts.rulebook.digest

    @property
    def verdict(self) -> Verdict:
        return self.facts.verdict

    @property
    def word(self) -> str:
        return self.facts.rulebook.words.word[self.verdict.word]

    @kept
    def headline(self) -> str:
        return headline(self.facts, self.missing)

    @kept
    def reasons(self) -> tuple[str, ...]:
        """Sentences: what was found, and the notes of the result."""
        notes = note_sentences(self.reading, self.facts.rulebook) if self.reading else {}
        return (*(finding.prescriber for finding in self.findings), *notes.values())

    @property
    def readings(self) -> Mapping[str, Reading]:
        """Every estradiol, read."""
        return self.facts.readings

    @property
    def reading(self) -> Reading | None:
        """The estradiol that the verdict rests on."""
        return self.facts.reading

    @property
    def context(self) -> Context:
        return self.facts.context

    @kept
    def timing(self) -> DrawTiming | None:
        """That of the draw which decides, in full."""
        facts = self.facts
        return in_full(facts.timings[self.verdict.reading], facts.draw, facts.timeline, facts.rulebook) if facts.draw else None

    @property
    def series(self) -> Series:
        return self.facts.series

    @property
    def bone(self) -> BoneStanding:
        return self.facts.bone

    @property
    def derived(self) -> tuple[Derived, ...]:
        return self.facts.derived

    @property
    def risk(self) -> Risk:
        return self.facts.risk

    @property
    def plan(self) -> Plan:
        return self.facts.plan

    @property
    def due(self) -> tuple[DueItem, ...]:
        """Everything that is due, was answered, or was superseded."""
        return self.facts.plan.items

    @property
    def open_items(self) -> tuple[DueItem, ...]:
        return self.facts.plan.open

    @kept
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that had a part in it."""
        used = [*self.verdict.rules, *self.series.rules, *(self.reading.rules if self.reading else ())]
        used += [*self.bone.rules, *self.risk.rules]
        used += [rule for finding in self.findings for rule in finding.rules]
        used += [item.rule for item in self.open_items]
        used += [*(value.rule for value in self.derived), *(line.rule for line in self.context_lines)]
        used += self.timing.rules if self.timing else ()
        return tuple(sorted(set(used)))

    @kept
    def inputs(self) -> tuple[str, ...]:
        """The keys of the records that it rests on."""
        used = [self.verdict.reading] if self.verdict.reading else []
        used += [key for finding in self.findings for key in finding.inputs]
        used += [key for drug in (*self.context.now.ai, *self.context.now.testosterone) for key in drug.keys[:1]]
        used += [scan.key for scan in self.bone.scans]
        used += [key for value in self.derived for key in value.inputs]
        used += [key for line in self.context_lines for key in line.inputs]
        used += [factor.key for factor in self.risk.factors]
        return tuple(sorted(set(used)))

    @kept
    def for_man(self) -> ForMan:
        return for_man(self.facts, self.missing)

    @property
    def priority(self) -> Priority | None:
        """That of the most urgent finding."""
        return min((finding.priority for finding in self.findings), default=None)

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
