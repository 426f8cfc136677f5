"""Analytes and drugs: units, limits, and when a change of a drug asks for a draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from tracking.domain.rulebook.base import Limits, Rule

_MILLIGRAMS: Mapping[str, Fraction] = MappingProxyType({"mg": Fraction(1)})


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


@dataclass(frozen=True, slots=True)
class DoseLimits:
    """Upper limits in the drug's unit, single and per week; None: no such limit. Above ``confirm`` ask, above ``staff`` staff
    only.
    """

    confirm_single: Decimal | None = None
    confirm_weekly: Decimal | None = None
    staff_single: Decimal | None = None
    staff_weekly: Decimal | None = None
    reject_single: Decimal | None = None
    reject_weekly: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Recheck:
    """When to draw after a start, change or stop, in days from it.

    ``name`` tells several of one drug apart. ``interval_end``: due when the dosing interval ends, ``due_days`` if unknown.
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

    ``logged_days``: how long one logged dose stands for being on the drug where no regimen is recorded. ``bears_on``: what
    else than estradiol by way of the plan it changes (estradiol, testosterone, bone, psa, assay); ``reason`` then says how.
    ``units`` holds, per unit that a dose may be written in, what one canonical ``unit`` is in it, as an exact ratio.
    """

    name: str
    drug_class: str
    dose: DoseLimits
    steady_state_days: int
    logged_days: int
    rechecks: tuple[Recheck, ...]
    rxnorm: Mapping[str, str] = field(default_factory=dict)
    bears_on: tuple[str, ...] = ()
    unit: str = "mg"
    units: Mapping[str, Fraction] = field(default_factory=lambda: _MILLIGRAMS)
