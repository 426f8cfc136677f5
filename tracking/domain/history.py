"""What the evaluation reads: one man's history as frozen records.

Every record has a ``key``, its stable public id, which evaluations cite as their inputs. Withdrawn and superseded rows are not
part of a history. Instants are aware and in UTC; dates are local to ``zone``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tracking.domain.reported import Moment, Reported, Value
from tracking.domain.schedule import Schedule


class Origin(StrEnum):
    """Whose statement a regimen is."""

    PRESCRIBED = "prescribed"
    SELF = "self"


class DoseKind(StrEnum):
    TAKEN = "taken"
    SKIPPED = "skipped"
    LATE = "late"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Person:
    """The man himself. ``birth_date`` is None where only the year is known (or nothing: then both are None)."""

    zone: str
    birth_date: date | None = None
    birth_year: int | None = None


@dataclass(frozen=True, slots=True)
class LabRecord:
    """One analyte of one draw. The laboratory's range and its LLOQ are in the unit of the value, digits as reported.

    ``typed``: a person chose the unit (by hand, or by mapping a column), no laboratory's message carried it.
    ``unit_confirmed``: somebody has looked at the report and says that the unit is right. ``biotin``: 5 mg a day or more in
    the 72 hours before; ``biotin`` and ``fasting`` are None where nobody asked.
    """

    key: str
    analyte: str
    reported: Reported
    recorded_at: datetime
    laboratory: str = ""
    range_low: Value | None = None
    range_high: Value | None = None
    lloq: Value | None = None
    typed: bool = False
    unit_confirmed: bool = False
    biotin: bool | None = None
    fasting: bool | None = None


@dataclass(frozen=True, slots=True)
class RegimenRecord:
    """One version of what he is to take (or says he takes), in force from ``starts_on`` until before ``ends_on``.

    ``dose_mg`` is one dose in milligrams of the product as written (the ester, not the hormone), in the rulebook's unit of the
    drug where that is another (IU of hCG), as are the amounts of its schedule. ``ends_on`` None: open. A regimen that was
    paused comes as several, one for each stretch in force; those after the first have the key of the pause that they follow.
    """

    key: str
    drug: str
    dose_mg: Decimal
    schedule: Schedule
    origin: Origin
    starts_on: date
    ends_on: date | None
    zone: str
    reason: str = ""
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class DoseRecord:
    """One dose event as logged. ``amount_mg`` is in the rulebook's unit of the drug, and None for a skipped one."""

    key: str
    drug: str
    kind: DoseKind
    amount_mg: Decimal | None
    taken: Moment


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """One measured region, BMD with digits as reported. ``lsc`` is the facility's least significant change in g/cm2."""

    region: str
    side: str
    vertebrae: str
    bmd: Value
    t_score: Decimal | None = None
    z_score: Decimal | None = None
    lsc: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """One DXA visit. ``device`` identifies the scanner; ``reference`` the reference database behind its scores, if stored.

    ``scanner_changed``: the facility moved or replaced the scanner since the visit before.
    """

    key: str
    scanned_on: date
    facility: str
    device: str
    reference: str
    sites: tuple[SiteRecord, ...]
    scanner_changed: bool = False


@dataclass(frozen=True, slots=True)
class FractureRecord:
    key: str
    site: str
    occurred: Moment
    fragility: bool | None


@dataclass(frozen=True, slots=True)
class RiskFactorRecord:
    key: str
    code: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class SymptomRecord:
    """One item of a check-in: ``score`` 0 (none) to 10."""

    key: str
    code: str
    score: int
    felt: Moment


class Level(StrEnum):
    """Whose setting it is. The nearest to the man counts."""

    DEPLOYMENT = "deployment"
    CLINIC = "clinic"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class FloorOverride:
    """A floor that someone answers for, in pg/mL, in place of the rulebook's. It counts through ``expires_on``."""

    pg_ml: Decimal
    whose: str
    reason: str
    expires_on: date | None
    level: Level = Level.PATIENT


@dataclass(frozen=True, slots=True)
class IntervalOverride:
    """How often a prescriber wants one kind of monitoring for this man, in months, in place of the rulebook's interval.

    It counts through ``expires_on``. A kind that the rulebook plans only where a clinician follows it is planned from it.
    """

    key: str
    kind: str
    every_months: int
    whose: str
    reason: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class History:
    """Everything the evaluation may know about one man. The order inside each tuple carries no meaning."""

    person: Person
    labs: tuple[LabRecord, ...] = ()
    regimens: tuple[RegimenRecord, ...] = ()
    doses: tuple[DoseRecord, ...] = ()
    scans: tuple[ScanRecord, ...] = ()
    fractures: tuple[FractureRecord, ...] = ()
    risk_factors: tuple[RiskFactorRecord, ...] = ()
    floors: tuple[FloorOverride, ...] = ()
    intervals: tuple[IntervalOverride, ...] = ()
    symptoms: tuple[SymptomRecord, ...] = ()
