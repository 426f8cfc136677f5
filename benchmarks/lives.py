"""Invented lives of any length, for measuring. The same length gives the same life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tracking.domain.history import (
    DoseKind,
    DoseRecord,
    History,
    LabRecord,
    Origin,
    Person,
    RegimenRecord,
    ScanRecord,
    SiteRecord,
)
from tracking.domain.reported import Assay, Comparator, Method, MethodEvidence, Moment, Precision, Reported, Value
from tracking.domain.schedule import Schedule

ZONE = "America/New_York"
NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DRAWS_A_YEAR, DOSES_A_YEAR = 6, 150
_DAYS_A_YEAR = 365
_SCANS_IN_TEN_YEARS = 6
_SHOWN = Assay(Method.LCMSMS, MethodEvidence.LAB_MESSAGE)
_TWICE_WEEKLY = Schedule("every", days=Decimal("3.5"))
_E2 = ("24.1", "18.2", "12.4", "31.0", "22.6", "15.1", "28.3", "<5", "19.4", "26.0")
_T = ("612", "540", "702", "488", "655")


def life(years: int) -> History:
    """So many years on testosterone and anastrozole. A year holds 6 draws of both hormones and 150 dose events.

    Ten years: 60 draws (120 results), 1,500 dose events, 6 scans, a new dose of anastrozole every year.
    """
    start = NOW - timedelta(days=years * _DAYS_A_YEAR)
    return History(
        person=Person(ZONE, date(1970, 5, 4)),
        labs=tuple(_labs(start, years)),
        regimens=tuple(_regimens(start.date(), years)),
        doses=tuple(_doses(start, years)),
        scans=tuple(_scans(start.date(), years)),
    )


def unchanged(years: int) -> History:
    """The same life without an AI: nothing changes for years, so that all results are of one segment."""
    whole = life(years)
    return replace(
        whole,
        regimens=tuple(regimen for regimen in whole.regimens if regimen.drug != "anastrozole"),
        doses=tuple(dose for dose in whole.doses if dose.drug != "anastrozole"),
    )


def _labs(start: datetime, years: int) -> Iterator[LabRecord]:
    number = years * DRAWS_A_YEAR
    for draw in range(number):
        at = start + timedelta(days=(draw + 1) * years * _DAYS_A_YEAR // (number + 1), hours=draw % 5)
        collected = Moment(at, Precision.MINUTE, ZONE)
        for analyte, unit, texts in (("estradiol", "pg/mL", _E2), ("testosterone_total", "ng/dL", _T)):
            text = texts[draw % len(texts)]
            sign = Comparator.LESS if text.startswith("<") else Comparator.EQUAL
            value = Value(sign, text.lstrip("<"), unit)
            yield LabRecord(f"{analyte}-{draw:05}", analyte, Reported(value, _SHOWN, collected), at)


def _regimens(start: date, years: int) -> Iterator[RegimenRecord]:
    yield RegimenRecord("t", "testosterone_cypionate", Decimal(80), _TWICE_WEEKLY, Origin.PRESCRIBED, start, None, ZONE)
    for year in range(years):
        begins = start + timedelta(days=year * _DAYS_A_YEAR)
        ends = begins + timedelta(days=_DAYS_A_YEAR) if year + 1 < years else None
        dose = Decimal("0.5") if year % 2 else Decimal("0.25")
        yield RegimenRecord(f"ai-{year:03}", "anastrozole", dose, _TWICE_WEEKLY, Origin.PRESCRIBED, begins, ends, ZONE)


def _doses(start: datetime, years: int) -> Iterator[DoseRecord]:
    number = years * DOSES_A_YEAR
    for dose in range(number):
        at = start + timedelta(minutes=dose * years * _DAYS_A_YEAR * 24 * 60 // number)
        drug, amount = ("anastrozole", Decimal("0.5")) if dose % 2 else ("testosterone_cypionate", Decimal(80))
        yield DoseRecord(f"dose-{dose:06}", drug, DoseKind.TAKEN, amount, Moment(at, Precision.MINUTE, ZONE))


def _scans(start: date, years: int) -> Iterator[ScanRecord]:
    for number in range(max(1, years * _SCANS_IN_TEN_YEARS // 10)):
        sites = tuple(
            SiteRecord(
                region, side, "", Value(Comparator.EQUAL, f"{0.95 - number * 0.004:.3f}", "g/cm2"),
                t_score=Decimal("-0.8"), lsc=Decimal("0.030"),
            )
            for region, side in (("lumbar_spine", ""), ("total_hip", "left"), ("femoral_neck", "left"))
        )  # fmt: skip
        on = start + timedelta(days=number * _DAYS_A_YEAR * 5 // 3)
        yield ScanRecord(f"scan-{number:02}", on, "Imaging", "Horizon 1", "NHANES III", sites)
