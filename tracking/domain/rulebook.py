"""The clinical rules as types. The numbers stand in ``tracking/evidence/*.toml`` and nowhere else.

Every class here that ends in ``Rule`` mirrors one table of those files, field for field: the loader fills it by name and by type,
and refuses a table with a field too many or too few. A rule says why it exists, who stands behind it and when to look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from tracking.domain.reported import Method, MethodEvidence

AROMATASE_INHIBITOR = "aromatase_inhibitor"
TESTOSTERONE = "testosterone"


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
    """What every clinical rule states about itself. ``verified`` False: widely known or our own choice, not read in a source."""

    id: str
    reason: str
    sources: tuple[str, ...]
    verified: bool
    checked_by: str
    next_review: date
    examples: tuple[Example, ...]
    contrary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Both ends belong to what is accepted."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Loinc:
    """A LOINC code of an analyte, the unit dimension it stands for, and how sure the mapping is (high, medium, low)."""

    code: str
    unit: str
    sure: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyteRule(Rule):
    """One analyte. ``units`` holds, per accepted UCUM code, what one canonical unit is in it, as an exact ratio.

    ``hard`` (refuse outside) and ``confirm`` (ask outside) are in the canonical ``unit``, as is the reference range.
    ``spellings`` maps other ways to write a unit, in lower case and without blanks, to its UCUM code.
    """

    name: str
    unit: str
    units: Mapping[str, Fraction]
    spellings: Mapping[str, str]
    hard: Limits
    confirm: Limits
    reference: str
    loinc: tuple[Loinc, ...] = ()

    @property
    def code(self) -> str:
        return self.id.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class DoseLimits:
    """Upper limits in mg, single and per week; None: no such limit. Above ``confirm`` ask, above ``staff`` staff only."""

    confirm_single: Decimal | None = None
    confirm_weekly: Decimal | None = None
    staff_single: Decimal | None = None
    staff_weekly: Decimal | None = None
    reject_single: Decimal | None = None
    reject_weekly: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Recheck:
    """When to draw after a start, change or stop, in days from it.

    ``name`` tells several of one drug apart. ``interval_end``: due when the dosing interval ends, ``due_days`` if that is unknown.
    ``needs`` are the analytes without which a draw does not answer.
    """

    name: str
    opens_days: int
    due_days: int
    overdue_days: int
    earliest_draw_days: int
    needs: tuple[str, ...]
    interval_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugRule(Rule):
    """One drug or product. The first of ``rechecks`` is the one that decides; the others are looks of their own.

    ``logged_days``: how long one logged dose stands for being on the drug where no regimen is recorded.
    """

    name: str
    drug_class: str
    dose: DoseLimits
    steady_state_days: int
    logged_days: int
    rechecks: tuple[Recheck, ...]
    rxnorm: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.id.rpartition(".")[2]


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
class ThresholdRule(Rule):
    """One value in one unit."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyteThresholdRule(Rule):
    """One value of one analyte; ``priority`` is that of the finding it makes."""

    analyte: str
    value: Decimal
    unit: str
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentRule(Rule):
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysRule(Rule):
    days: int


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
    pairing: DaysRule


@dataclass(frozen=True, slots=True)
class SafetyRules:
    hematocrit_high: AnalyteThresholdRule
    hematocrit_very_high: AnalyteThresholdRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutineRule(Rule):
    """How often without a change, in months: on an AI in its first ``first_months``, later, and without an AI."""

    first_months: int
    interval_first: int
    interval_later: int
    interval_off_ai: int
    opens_before_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRule(Rule):
    """How many days after the due date something is overdue."""

    overdue_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRule(Rule):
    """A result that could not be used is repeated within so many days."""

    due_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindRule(Rule):
    """How long on an AI without a current evaluable estradiol is too long."""

    days_after_change: int
    months_first_year: int
    months_later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InForceRule(Rule):
    """How regimens and logged doses are read.

    ``gap_days``: a shorter pause does not begin a new exposure. ``weekly_window_days``: over which a logged weekly dose is averaged.
    """

    gap_days: int
    weekly_window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DexaBaselineRule(Rule):
    """Which scan is a baseline, relative to the start of the AI, and from when it is overdue."""

    months_before: int
    months_after: int
    overdue_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DexaFollowUpRule(Rule):
    """The first follow-up after AI start, the later interval, and that at high risk, all in months."""

    first_months: int
    interval: int
    interval_high_risk: int
    opens_before_days: int
    risk_factors_for_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DexaAfterStopRule(Rule):
    """One scan between these months after an AI was stopped, where he was ever below the floor."""

    from_months: int
    until_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendRule(Rule):
    """A due date of this kind that moves by more than ``days`` is announced again."""

    days: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MonitoringRules:
    routine: RoutineRule
    late: LateRule
    repeat: RepeatRule
    blind: BlindRule
    in_force: InForceRule
    dexa_baseline: DexaBaselineRule
    dexa_follow_up: DexaFollowUpRule
    dexa_after_stop: DexaAfterStopRule
    resend: ResendRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRule(Rule):
    """One DXA region. BMD limits in g/cm2. ``classifies``: its score counts towards the class. None: no default change limit."""

    name: str
    hard: Limits
    confirm: Limits
    classifies: bool
    substitute: bool
    default_lsc_percent: Decimal | None = None

    @property
    def code(self) -> str:
        return self.id.rpartition(".")[2]


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


@dataclass(frozen=True, slots=True)
class BoneRules:
    regions: Mapping[str, RegionRule]
    score: ScoreRule
    classes: BoneClassRule
    change: BoneChangeRule
    spine_alone: SpineAloneRule
    new_fracture: DaysRule


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule(Rule):
    """What one finding is called, how urgent it is, and its words. ``family``: findings that continue one another."""

    priority: Priority
    severity: str
    lane: Lane
    family: str
    prescriber: str
    man: str
    clears: str

    @property
    def code(self) -> str:
        return self.id.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences by code. Placeholders in braces are filled from the parameters of what they speak of."""

    word: Mapping[str, str]
    headline: Mapping[str, str]
    bounds: Mapping[str, str]
    note: Mapping[str, str]
    missing: Mapping[str, str]
    due: Mapping[str, str]
    change: Mapping[str, str]
    bone: Mapping[str, str]
    man: Mapping[str, str]
    standing: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """All rules of one version. ``version`` is a human label and a short hash of the content.

    It is compared and hashed by identity: it is loaded once, and what is derived from it is cached by it.
    """

    version: str
    digest: str
    sources: Mapping[str, Source]
    analytes: Mapping[str, AnalyteRule]
    drugs: Mapping[str, DrugRule]
    estradiol: EstradiolRules
    testosterone: TestosteroneRules
    safety: SafetyRules
    monitoring: MonitoringRules
    bone: BoneRules
    findings: Mapping[str, FindingRule]
    words: Words
    rules: Mapping[str, Rule]

    def drug_class(self, drug: str) -> str:
        """The class of a drug; a drug that the book does not know belongs to none."""
        known = self.drugs.get(drug)
        return known.drug_class if known else ""

    def citations(self, rule_id: str) -> tuple[str, ...]:
        return tuple(self.sources[source].citation for source in self.rules[rule_id].sources)
