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
    """One analyte of one draw. The laboratory's range and its LLOQ are in the unit of the value, digits as reported."""

    key: str
    analyte: str
    reported: Reported
    recorded_at: datetime
    laboratory: str = ""
    range_low: Value | None = None
    range_high: Value | None = None
    lloq: Value | None = None


@dataclass(frozen=True, slots=True)
class RegimenRecord:
    """One version of what he is to take (or says he takes), in force from ``starts_on`` until before ``ends_on``.

    ``dose_mg`` is one dose in milligrams of the product as written (the ester, not the hormone). ``ends_on`` None: open.
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
    """One dose event as logged. ``amount_mg`` is None for a skipped one."""

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
    """One DXA visit. ``device`` identifies the scanner; ``reference`` the reference database behind its scores, if stored."""

    key: str
    scanned_on: date
    facility: str
    device: str
    reference: str
    sites: tuple[SiteRecord, ...]


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
class FloorOverride:
    """A floor that someone answers for, in pg/mL, in place of the rulebook's."""

    pg_ml: Decimal
    whose: str
    reason: str
    expires_on: date | None


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
    floor: FloorOverride | None = None
