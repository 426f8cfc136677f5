"""Rules on estradiol, testosterone and the rest of the blood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tracking.domain.reported import Method, MethodEvidence
from tracking.domain.rulebook.base import AnalyteThresholdRule, DaysRule, Limits, PercentRule, Rule, ThresholdRule, Tier


@dataclass(frozen=True, slots=True)
class Band:
    """[start, end) in pg/mL; the last in-range end is closed, the last band is open above (``end`` None)."""

    tier: Tier
    start: Decimal
    end: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BandsRule(Rule):
    """The tiers of one class of assay. ``critical_operator`` is ``<`` or ``<=``."""

    name: str
    unit: str
    critical_operator: str
    bands: tuple[Band, ...]

    def start_of(self, tier: Tier) -> Decimal:
        return next(band.start for band in self.bands if band.tier is tier)

    @property
    def critical(self) -> Decimal:
        return self.start_of(Tier.BELOW_FLOOR)

    @property
    def floor(self) -> Decimal:
        return self.start_of(Tier.BORDERLINE)

    @property
    def borderline_width(self) -> Decimal:
        return self.start_of(Tier.IN_RANGE) - self.floor

    @property
    def upper(self) -> Decimal:
        return self.start_of(Tier.ABOVE_RANGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssayRule(Rule):
    """Which methods are mass spectrometry, and which evidence proves a method."""

    mass_spectrometry: tuple[Method, ...]
    proving: tuple[MethodEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRule(Rule):
    """Between which limits a prescriber may set a floor of his own. Both ends are allowed."""

    unit: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StalenessRule(Rule):
    """How old a result may be. On an AI: the interval plus ``grace_days`` and never beyond ``cap_months``."""

    grace_days: int
    cap_months: int
    off_ai_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitQuestionRule(Rule):
    """What makes the unit of a typed result doubtful. Every limit belongs to what is doubtful.

    ``mistaken_for``: per unit the one it is confused with. ``upper_limits``: per entered unit, upper limits for men that are
    usual in the other one. ``ratios``: to his result before, both in one unit. ``on_ai_from``: per entered unit, from where on
    a result on an AI needs the laboratory's range beside it.
    """

    mistaken_for: Mapping[str, str]
    upper_limits: Mapping[str, Limits]
    ratios: tuple[Limits, ...]
    on_ai_from: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class BiotinRule(Rule):
    """From how many mg a day of ``drug`` on, taken in so many hours before the draw, a competitive assay is disturbed."""

    drug: str
    mg_a_day: Decimal
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverstatesRule(Rule):
    """When a result may be higher than usual: drawn beyond so much of the AI's interval, or so soon after a skipped dose."""

    beyond_percent: int
    skipped_days: int


@dataclass(frozen=True, slots=True)
class EstradiolRules:
    mass_spectrometry: BandsRule
    other: BandsRule
    assay: AssayRule
    high_review: ThresholdRule
    coarse: PercentRule
    override: OverrideRule
    staleness: StalenessRule
    near_floor_immunoassay: PercentRule
    inflammation: AnalyteThresholdRule
    unit_question: UnitQuestionRule
    biotin: BiotinRule
    overstates: OverstatesRule


@dataclass(frozen=True, slots=True)
class TestosteroneRules:
    low: AnalyteThresholdRule
    very_low: AnalyteThresholdRule
    high: AnalyteThresholdRule
    pairing: DaysRule


@dataclass(frozen=True, slots=True)
class SafetyRules:
    hematocrit_high: AnalyteThresholdRule
    hematocrit_very_high: AnalyteThresholdRule
