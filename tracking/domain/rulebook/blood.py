"""Rules on estradiol, testosterone and the rest of the blood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tracking.domain.reported import Method, MethodEvidence
from tracking.domain.rulebook.base import (
    AnalyteLimitRule,
    AnalyteThresholdRule,
    DaysRule,
    Limits,
    PercentRule,
    Rule,
    ThresholdRule,
    Tier,
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingRule(Rule):
    """How a steroid divides between SHBG, albumin and the free form: association constants in L/mol, masses in g/mol and g/L.

    ``assumed_albumin`` is taken, and said to be, where none was drawn on that day. The decimals are those of what is shown.
    """

    shbg_affinity: Decimal
    albumin_affinity: Decimal
    albumin_mass: Decimal
    assumed_albumin: Decimal
    decimals_free: int
    decimals_bioavailable: int


@dataclass(frozen=True, slots=True)
class TestosteroneRules:
    low: AnalyteThresholdRule
    very_low: AnalyteThresholdRule
    high: AnalyteThresholdRule
    pairing: DaysRule
    binding: BindingRule
    binding_estradiol: BindingRule
    shbg_high: AnalyteLimitRule


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumCorrectionRule(Rule):
    """``per_gram`` mg/dL of calcium for each g/dL of albumin below ``normal_albumin`` g/dL."""

    normal_albumin: Decimal
    per_gram: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PsaRiseRule(AnalyteLimitRule):
    """A rise above ``value`` in the first ``within_months`` of testosterone, over the last of ``baseline_months`` before it."""

    within_months: int
    baseline_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationRule(Rule):
    """A second result confirms the first if drawn so many days after it, both ends included."""

    least_days: int
    most_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerRiseRule(Rule):
    """A bone marker that has risen by ``percent`` or more over his own baseline."""

    analyte: str
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MorningRule(Rule):
    """Drawn in the morning: local hours, from ``from_hour`` until before ``until_hour``."""

    from_hour: int
    until_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomRule(Rule):
    """Which items of a check-in count, by code with their names, from which score (0 to 10), and for how many days."""

    symptoms: Mapping[str, str]
    least_score: int
    days: int


@dataclass(frozen=True, slots=True)
class SafetyRules:
    hematocrit_high: AnalyteThresholdRule
    hematocrit_very_high: AnalyteThresholdRule
    aging: DaysRule
    calcium_correction: CalciumCorrectionRule
    calcium_very_low: AnalyteThresholdRule
    calcium_low: AnalyteThresholdRule
    calcium_high: AnalyteThresholdRule
    calcium_very_high: AnalyteThresholdRule
    pth_high: AnalyteLimitRule
    systolic_high: AnalyteThresholdRule
    systolic_very_high: AnalyteThresholdRule
    diastolic_high: AnalyteThresholdRule
    diastolic_very_high: AnalyteThresholdRule
    psa_high: AnalyteLimitRule
    psa_rise: PsaRiseRule
    psa_confirmation: ConfirmationRule
    ctx_rise: MarkerRiseRule
    p1np_rise: MarkerRiseRule
    fasting_morning: MorningRule
    vitamin_d_insufficient: AnalyteLimitRule
    breast_symptoms: SymptomRule
    low_symptoms: SymptomRule
    high_with_symptoms: AnalyteLimitRule
    ai_start: DaysRule
