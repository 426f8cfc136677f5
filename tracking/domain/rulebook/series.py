"""Rules on the series of estradiol: what may be joined, how long it was low, and when a low ends (CLINICAL 9.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tracking.domain.rulebook.base import DaysRule, PercentRule, Rule


class AssayClass(StrEnum):
    """How a result was measured, as far as that is shown. NOT_SHOWN: not stated, or mass spectrometry merely stated."""

    MASS_SPECTROMETRY = "mass_spectrometry"
    IMMUNOASSAY = "immunoassay"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificityRule(Rule):
    """The classes of assay from the least to the most specific."""

    order: tuple[AssayClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRule(Rule):
    """From how many uncensored points over how many months a slope is given, and how sure its band is, in percent."""

    least_points: int
    least_months: int
    confidence_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysBelowRule(Rule):
    """Over which windows days below the floor are counted, and the longest interval that two results can speak for.

    In ``ranked_window``, from ``finding_days`` known days on they are a finding, from ``note_days`` on a note.
    """

    windows: tuple[int, ...]
    longest_interval_days: int
    ranked_window: int
    finding_days: int
    note_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreementRule(Rule):
    """Two comparable results within so many days disagree if they differ by more than ``percent`` of the lower."""

    within_days: int
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRule(Rule):
    """``missed_days``: an AI dose recorded as missed in so many days before a draw keeps it from ending a low."""

    missed_days: int


@dataclass(frozen=True, slots=True)
class SeriesRules:
    specificity: SpecificityRule
    trend: TrendRule
    days_below: DaysBelowRule
    disagreement: DisagreementRule
    confirmation: DaysRule
    change: PercentRule
    recovery: RecoveryRule
