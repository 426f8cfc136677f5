"""Rules on bone density."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tracking.domain.rulebook.base import DaysRule, Limits, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRule(Rule):
    """One DXA region. BMD limits in g/cm2. ``classifies``: its score counts towards the class. No default: no limit."""

    name: str
    hard: Limits
    confirm: Limits
    classifies: bool
    substitute: bool
    default_lsc_percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule(Rule):
    """Which score by age at the scan, and the limits for entering one."""

    t_from_age: int
    hard: Limits
    confirm: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class BoneClassRule(Rule):
    """T at or below ``osteoporosis_t``; below ``normal_t``; Z at or below ``low_z``."""

    osteoporosis_t: Decimal
    normal_t: Decimal
    low_z: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BoneChangeRule(Rule):
    """An annual rate is shown only over at least so many months."""

    annualise_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineAloneRule(Rule):
    """From this age on a spine without a hip is read with care."""

    age: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFactorsRule(Rule):
    """The checklist: what counts as a risk factor, by code, with its name. A count of them is no probability.

    ``recorded``: conditions kept beside it, and not counted. ``why``: what each condition is asked for, in words.
    """

    factors: Mapping[str, str]
    recorded: Mapping[str, str]
    why: Mapping[str, str]

    @property
    def names(self) -> Mapping[str, str]:
        """Everything that may be recorded, by code."""
        return {**self.factors, **self.recorded}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightLossRule(Rule):
    """So many centimetres below the tallest on record."""

    cm: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BackPainRule(Rule):
    """Back pain of at least this score (0 to 10) that began within so many days."""

    code: str
    least_score: int
    days: int


@dataclass(frozen=True, slots=True)
class BoneRules:
    regions: Mapping[str, RegionRule]
    score: ScoreRule
    classes: BoneClassRule
    change: BoneChangeRule
    spine_alone: SpineAloneRule
    new_fracture: DaysRule
    risk_factors: RiskFactorsRule
    height_loss: HeightLossRule
    back_pain: BackPainRule
