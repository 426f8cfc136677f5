"""What every rule states about itself, and the words that rules share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

AROMATASE_INHIBITOR = "aromatase_inhibitor"
TESTOSTERONE = "testosterone"
CO_MEDICATION = "co_medication"
BONE_THERAPY = "bone_therapy"


class Tier(StrEnum):
    """Where an estradiol stands."""

    CRITICAL = "critical"
    BELOW_FLOOR = "below_floor"
    BORDERLINE = "borderline"
    IN_RANGE = "in_range"
    ABOVE_RANGE = "above_range"
    INDETERMINATE = "indeterminate"


class Priority(StrEnum):
    """P0 is to be answered first."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"

    @property
    def rank(self) -> int:
        return int(self.value[1:])


class Lane(StrEnum):
    """What kind of concern it is; the order is that of the work queue."""

    LOW_E2 = "low_e2"
    BONE_AND_THERAPY = "bone_and_therapy"
    BLIND_ON_AI = "blind_on_ai"
    SAFETY = "safety"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Source:
    """One publication, label or code table. ``verified``: the figures taken from it were read in it; ``checked`` says which."""

    id: str
    authors: str
    title: str
    published: str
    year: int
    verified: bool
    checked: str
    doi: str = ""
    pmid: str = ""

    @property
    def citation(self) -> str:
        parts = [f"{self.authors}. {self.title}. {self.published}, {self.year}."]
        parts += [f"doi:{self.doi}."] if self.doi else []
        parts += [f"PMID {self.pmid}."] if self.pmid else []
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Example:
    """A boundary example of a rule: ``check`` names what is run on ``given``, and ``expect`` is what must come out."""

    check: str
    given: Mapping[str, str]
    expect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule states about itself. ``verified`` False: widely known or our own choice, not read in a source."""

    id: str
    reason: str
    sources: tuple[str, ...]
    verified: bool
    checked_by: str
    next_review: date
    examples: tuple[Example, ...]
    contrary: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The name within its file: that of the analyte, drug, region or finding."""
        return self.id.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Limits:
    """Both ends belong to what is accepted."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRule(Rule):
    """For whom the rules are: men of at least so many years."""

    least_age: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRule(Rule):
    """One value in one unit."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyteLimitRule(Rule):
    """One value of one analyte."""

    analyte: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyteThresholdRule(AnalyteLimitRule):
    """``priority`` is that of the finding it makes."""

    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentRule(Rule):
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysRule(Rule):
    days: int
