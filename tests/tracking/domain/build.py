"""Adam's history, in few words. All invented; he lives in New York, was born on 4 May 1970, and today is 2 November 2026."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tracking.domain.episodes import Level, Look
from tracking.domain.history import (
    DoseKind,
    DoseRecord,
    DrugUseRecord,
    FractureRecord,
    History,
    LabRecord,
    Origin,
    Person,
    RegimenRecord,
    ScanRecord,
    SiteRecord,
)
from tracking.domain.reported import Assay, Comparator, Method, MethodEvidence, Moment, Precision, Reported, Value, parse_value
from tracking.domain.rulebook import Lane, Priority
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

ZONE = "America/New_York"
TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
BORN = date(1970, 5, 4)
ADAM = Person(ZONE, BORN)
TWICE_WEEKLY = Schedule("every", days=Decimal("3.5"))
WEEKLY = Schedule("every", days=Decimal(7))


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def moment(on: date, at: str = "08:00", *, precision: Precision = Precision.MINUTE, zone: str = ZONE) -> Moment:
    clock = time.fromisoformat(at) if precision is Precision.MINUTE else time()
    return Moment(datetime.combine(on, clock, ZoneInfo(zone)).astimezone(UTC), precision, zone)


def lab(
    text: str,
    on: date,
    *,
    analyte: str = "estradiol",
    unit: str = "pg/mL",
    key: str = "",
    method: str = "lcmsms",
    evidence: str = "lab_message",
    low: str = "",
    high: str = "",
    high_unit: str = "",
    at: str = "08:00",
    precision: Precision = Precision.MINUTE,
    zone: str = ZONE,
    **more: Any,
) -> LabRecord:
    collected = moment(on, at, precision=precision, zone=zone)
    return LabRecord(
        key or f"{analyte}-{on}-{text}",
        analyte,
        Reported(parse_value(text, unit), Assay(Method(method), MethodEvidence(evidence)), collected),
        collected.at,
        range_low=Value(Comparator.EQUAL, low, unit) if low else None,
        range_high=Value(Comparator.EQUAL, high, high_unit or unit) if high else None,
        **more,
    )


def total_testosterone(text: str, on: date, *, unit: str = "ng/dL", **more: Any) -> LabRecord:
    return lab(text, on, analyte="testosterone_total", unit=unit, **more)


def pair(e2: str, on: date, t: str = "600", **more: Any) -> tuple[LabRecord, LabRecord]:
    """Both hormones of one draw."""
    return lab(e2, on, **more), total_testosterone(t, on)


def regimen(
    drug: str,
    starts: date,
    ends: date | None = None,
    *,
    dose: str = "0.5",
    schedule: Schedule = TWICE_WEEKLY,
    origin: Origin = Origin.PRESCRIBED,
    key: str = "",
) -> RegimenRecord:
    return RegimenRecord(key or f"{drug}-{starts}-{origin}", drug, Decimal(dose), schedule, origin, starts, ends, ZONE)


def anastrozole(starts: date, ends: date | None = None, **more: Any) -> RegimenRecord:
    return regimen("anastrozole", starts, ends, **more)


def cypionate(starts: date, ends: date | None = None, *, dose: str = "80", **more: Any) -> RegimenRecord:
    return regimen("testosterone_cypionate", starts, ends, dose=dose, **more)


def use(drug: str, since: date | None, until: date | None = None, *, key: str = "") -> DrugUseRecord:
    """That he uses a drug, and nothing of how much."""
    return DrugUseRecord(key or f"use-{drug}-{since}", drug, since, until)


def dose(
    drug: str, on: date, amount: str | None = "0.5", *, at: str = "07:00", kind: str = "taken", key: str = "", **more: Any
) -> DoseRecord:
    taken = moment(on, at, **more)
    return DoseRecord(key or f"{drug}-{taken.at:%Y%m%d%H%M}", drug, DoseKind(kind), Decimal(amount) if amount else None, taken)


def site(
    region: str = "total_hip",
    bmd: str = "0.950",
    *,
    t: str | None = None,
    z: str | None = None,
    lsc: str | None = None,
    side: str = "left",
    vertebrae: str = "",
    unit: str = "g/cm2",
) -> SiteRecord:
    scores = [None if score is None else Decimal(score) for score in (t, z, lsc)]
    return SiteRecord(region, side, vertebrae, Value(Comparator.EQUAL, bmd, unit), *scores)


def scan(
    on: date,
    *sites: SiteRecord,
    key: str = "",
    device: str = "Horizon 1",
    reference: str = "NHANES III",
    facility: str = "Imaging",
) -> ScanRecord:
    return ScanRecord(key or f"scan-{on}", on, facility, device, reference, sites or (site(),))


def fracture(
    on: date, *, precision: Precision = Precision.DAY, fragility: bool | None = True, key: str = "fracture"
) -> FractureRecord:
    return FractureRecord(key, "wrist", moment(on, precision=precision), fragility)


def man(**rows: Any) -> History:
    return History(**{"person": ADAM, **{name: tuple(of) if isinstance(of, list | tuple) else of for name, of in rows.items()}})


LOOK = Look(now=NOW, zone=ZONE, rulebook=load_rulebook())


def level(priority: Priority = Priority.P1, code: str = "e2_below_floor_on_ai", **changed: Any) -> Level:
    """How bad a family stands: below the floor on an AI, unless said otherwise."""
    stands = {"severity": "high", "tier": "below_floor", "lane": Lane.LOW_E2, "margin": Decimal("0.9"), "censored": False}
    return Level(code=code, priority=priority, **({"count": 1} | stands | changed))
