"""What the evaluation reads: one man's history as frozen records.

Every record has a ``key``, its stable public id, which evaluations cite as their inputs. Withdrawn and superseded rows are not
part of a history. Instants are aware and in UTC; dates are local to ``zone``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tracking.domain.in_order import DoseLog, LabLog, ScanLog, contents_of, digest_of, keys_of
from tracking.domain.reported import Moment, Reported, Value
from tracking.domain.schedule import Schedule
from tracking.domain.stated import RegimenLog


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


@dataclass(frozen=True, slots=True)
class DrugUseRecord:
    """That he uses a drug, and nothing of how much.

    ``since`` None: not known. ``until`` is the first day without it, None: he still uses it.
    """

    key: str
    drug: str
    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


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
    """Everything the evaluation may know about one man. The order inside each tuple carries no meaning.

    Labs, regimens, doses and scans are put in order when a history is made, and its content is named: ``digest`` and
    ``digest_without_doses`` are the same for the same content, whatever the order of its rows. Nothing that an evaluation works
    out is kept on it.
    """

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
    uses: tuple[DrugUseRecord, ...] = ()

    digest: str = field(init=False, repr=False, compare=False)
    digest_without_doses: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labs", LabLog(self.labs))
        object.__setattr__(self, "regimens", RegimenLog(self.regimens))
        object.__setattr__(self, "doses", DoseLog(self.doses))
        object.__setattr__(self, "scans", ScanLog(self.scans))
        object.__setattr__(self, "digest_without_doses", self._named())
        object.__setattr__(self, "digest", digest_of(self.digest_without_doses, self.dose_log.digest()))

    @property
    def lab_log(self) -> LabLog:
        """The labs, in order."""
        assert isinstance(self.labs, LabLog)
        return self.labs

    @property
    def regimen_log(self) -> RegimenLog:
        """The regimens, in order."""
        assert isinstance(self.regimens, RegimenLog)
        return self.regimens

    @property
    def dose_log(self) -> DoseLog:
        """The doses, in order."""
        assert isinstance(self.doses, DoseLog)
        return self.doses

    @property
    def scan_log(self) -> ScanLog:
        """The scans, in order."""
        assert isinstance(self.scans, ScanLog)
        return self.scans

    def _named(self) -> str:
        """A digest of everything but the doses.

        Records that are stated once stand in it by their keys, for their content cannot change under them (the database refuses
        it). What goes on under its key stands with its content: a regimen ends, a setting expires.
        """
        scans, fractures, symptoms = keys_of(self.scans), keys_of(self.fractures), keys_of(self.symptoms)
        stated_once = (scans, fractures, keys_of(self.risk_factors), symptoms, keys_of(self.uses))
        going_on = (self.regimens, self.floors, self.intervals)
        return digest_of(contents_of((self.person,)), self.lab_log.digest, *stated_once, *map(contents_of, going_on))
