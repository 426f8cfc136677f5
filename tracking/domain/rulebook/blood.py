"""Rules on estradiol, testosterone and the rest of the blood."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tracking.domain.reported import Method, MethodEvidence
from tracking.domain.rulebook.base import AnalyteThresholdRule, DaysRule, PercentRule, Rule, ThresholdRule, Tier


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
    """Between which limits a prescriber may set a floor of his own, both ends allowed, and for how many months at most."""

    unit: str
    low: Decimal
    high: Decimal
    most_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StalenessRule(Rule):
    """How old a result may be. On an AI: the interval plus ``grace_days`` and never beyond ``cap_months``."""

    grace_days: int
    cap_months: int
    off_ai_months: int


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
