"""Findings, words, and the book of all rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracking.domain.rulebook.base import Lane, Priority, Rule, ScopeRule, Source
from tracking.domain.rulebook.blood import EstradiolRules, SafetyRules, TestosteroneRules
from tracking.domain.rulebook.bone import BoneRules
from tracking.domain.rulebook.checkin import CheckInRules
from tracking.domain.rulebook.dosing import DosingRules
from tracking.domain.rulebook.entries import AnalyteRule, DrugRule
from tracking.domain.rulebook.episodes import EpisodeRules
from tracking.domain.rulebook.monitoring import MonitoringRules
from tracking.domain.rulebook.series import SeriesRules
from tracking.domain.rulebook.timing import TimingRules
from tracking.domain.rulebook.titration import TitrationRules


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule(Rule):
    """What one finding is called, how urgent it is, and its words. ``family``: findings that continue one another."""

    name: str
    priority: Priority
    severity: str
    lane: Lane
    family: str
    prescriber: str
    man: str
    clears: str


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences by code. Placeholders in braces are filled from the parameters of what they speak of."""

    word: Mapping[str, str]
    headline: Mapping[str, str]
    bounds: Mapping[str, str]
    note: Mapping[str, str]
    context: Mapping[str, str]
    missing: Mapping[str, str]
    series: Mapping[str, str]
    due: Mapping[str, str]
    change: Mapping[str, str]
    bone: Mapping[str, str]
    risk: Mapping[str, str]
    man: Mapping[str, str]
    standing: Mapping[str, str]
    timing: Mapping[str, str]
    curve: Mapping[str, str]
    explain_title: Mapping[str, str]
    explain: Mapping[str, str]
    explain_phase: Mapping[str, str]
    explain_man: Mapping[str, str]
    titration: Mapping[str, str]
    titration_man: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """All rules of one version. ``version`` is a human label and a short hash of the content.

    It is compared and hashed by identity: it is loaded once, and what is derived from it is cached by it.
    """

    version: str
    digest: str
    sources: Mapping[str, Source]
    scope: ScopeRule
    analytes: Mapping[str, AnalyteRule]
    drugs: Mapping[str, DrugRule]
    estradiol: EstradiolRules
    testosterone: TestosteroneRules
    safety: SafetyRules
    monitoring: MonitoringRules
    series: SeriesRules
    timing: TimingRules
    dosing: DosingRules
    episodes: EpisodeRules
    titration: TitrationRules
    bone: BoneRules
    checkin: CheckInRules
    findings: Mapping[str, FindingRule]
    words: Words
    rules: Mapping[str, Rule]

    @property
    def label(self) -> str:
        """The part of the version that people gave it."""
        return self.version.partition("+")[0]

    def drug_class(self, drug: str) -> str:
        """The class of a drug; a drug that the book does not know belongs to none."""
        known = self.drugs.get(drug)
        return known.drug_class if known else ""

    def citations(self, rule_id: str) -> tuple[str, ...]:
        return tuple(self.sources[source].citation for source in self.rules[rule_id].sources)
