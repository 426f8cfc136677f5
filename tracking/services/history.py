"""One man's rows as the frozen records that the evaluation reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from tracking.domain.amounts import canonical
from tracking.domain.history import (
    DoseKind,
    DoseRecord,
    DrugUseRecord,
    FractureRecord,
    History,
    LabRecord,
    Person,
    RiskFactorRecord,
    ScanRecord,
    SiteRecord,
    SymptomRecord,
)
from tracking.domain.reported import Comparator, Moment, Precision, Reported, Value, assay_of
from tracking.evidence import load_rulebook
from tracking.models import DexaScan, DoseEvent, DrugUse, Fracture, LabResult, Patient, RiskFactor, Symptom
from tracking.services import plans, records
from tracking.services.in_force import in_force

__all__ = ["histories_of", "history_of", "lab_record"]

T = TypeVar("T")

# What the evaluation reads of a dose, and of a result.
_DOSE = ("patient_id", "uid", "drug", "kind", "amount_digits", "amount_unit", "at", "precision", "zone")
_LAB = (
    "uid", "recorded_at", "source_system", "at", "precision", "zone", "analyte", "comparator", "digits", "unit", "method",
    "method_evidence", "laboratory", "range_low", "range_high", "lloq", "unit_confirmed", "biotin", "fasting",
)  # fmt: skip


def history_of(man: Patient) -> History:
    """Everything that stands about him: neither superseded nor withdrawn."""
    return histories_of([man])[man.pk]


def histories_of(men: Sequence[Patient]) -> dict[int, History]:
    """The histories of several men by their key. Fourteen queries, however many men and however long their lives."""
    labs = _labs(men)
    regimens = _by_man(plans.standing(), men, plans.records_of)
    # Doses are many, and nothing else of their rows is asked for: no objects are made of them.
    doses = _by_man(DoseEvent.objects.live().values_list(*_DOSE, named=True), men, _dose)
    scans = _by_man(DexaScan.objects.live().prefetch_related("sites"), men, _scan)
    fractures = _by_man(Fracture.objects.live(), men, _fracture)
    risk_factors = _by_man(RiskFactor.objects.live(), men, _risk_factor)
    symptoms = _by_man(Symptom.objects.live(), men, _symptom)
    uses = _by_man(DrugUse.objects.live(), men, _use)
    set_by_people = in_force(men)
    return {
        man.pk: History(
            person=Person(zone=man.zone, birth_date=man.birth_date, birth_year=man.birth_year),
            labs=tuple(labs[man.pk]),
            regimens=tuple(chain.from_iterable(regimens[man.pk])),
            doses=tuple(doses[man.pk]),
            scans=tuple(scans[man.pk]),
            fractures=tuple(fractures[man.pk]),
            risk_factors=tuple(risk_factors[man.pk]),
            floors=set_by_people[man.pk].floors,
            intervals=set_by_people[man.pk].intervals,
            symptoms=tuple(symptoms[man.pk]),
            uses=tuple(uses[man.pk]),
        )
        for man in men
    }


def _by_man(rows: QuerySet[Any], men: Sequence[Patient], read: Callable[[Any], T]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in rows.filter(patient__in=men):
        found[row.patient_id].append(read(row))
    return found


def _labs(men: Sequence[Patient]) -> dict[int, list[LabRecord]]:
    """The same of results, of which there are most by far: without an object of Django's for each."""
    found: dict[int, list[LabRecord]] = defaultdict(list)
    for pk, *said in LabResult.objects.live().filter(patient__in=men).values_list("patient_id", *_LAB):
        found[pk].append(lab_record(*said))
    return found


def lab_record(  # noqa: PLR0917  the columns in their order, as they come
    uid: UUID,
    recorded_at: datetime,
    source_system: str,
    at: datetime,
    precision: str,
    zone: str,
    analyte: str,
    comparator: str,
    digits: str,
    unit: str,
    method: str,
    method_evidence: str,
    laboratory: str,
    range_low: str,
    range_high: str,
    lloq: str,
    unit_confirmed: bool,  # noqa: FBT001  a column among others
    biotin: bool | None,  # noqa: FBT001  likewise
    fasting: bool | None,  # noqa: FBT001  likewise
) -> LabRecord:
    """One result as the evaluation reads it, by its columns."""
    return LabRecord(
        key=str(uid),
        analyte=analyte,
        reported=Reported(
            Value(Comparator(comparator), digits, unit),
            assay_of(method, method_evidence),
            Moment(at, Precision(precision), zone),
        ),
        recorded_at=recorded_at,
        laboratory=laboratory,
        range_low=_end(range_low, unit) if range_low else None,
        range_high=_end(range_high, unit) if range_high else None,
        lloq=_end(lloq, unit) if lloq else None,
        typed=records.is_typed(source_system),
        unit_confirmed=unit_confirmed,
        biotin=biotin,
        fasting=fasting,
    )


def _end(digits: str, unit: str) -> Value:
    return Value(Comparator.EQUAL, digits, unit)


def _dose(row: Any) -> DoseRecord:
    return DoseRecord(
        key=str(row.uid),
        drug=row.drug,
        kind=DoseKind(row.kind),
        amount_mg=_amount(row) if row.amount_digits else None,
        taken=Moment(row.at, Precision(row.precision), row.zone),
    )


def _amount(row: Any) -> Decimal:
    """In the drug's own unit; as written where the rules no longer know drug or unit."""
    rule = load_rulebook().drugs.get(row.drug)
    number = Decimal(row.amount_digits)
    return canonical(number, row.amount_unit, rule) if rule is not None and row.amount_unit in rule.units else number


def _scan(row: DexaScan) -> ScanRecord:
    return ScanRecord(
        key=str(row.uid),
        scanned_on=row.scanned_on,
        facility=row.facility,
        device=row.device,
        reference=row.reference,
        sites=tuple(
            SiteRecord(
                region=site.region,
                side=site.side,
                vertebrae=site.vertebrae,
                bmd=Value(Comparator.EQUAL, site.bmd_digits, site.bmd_unit),
                t_score=Decimal(site.t_score) if site.t_score else None,
                z_score=Decimal(site.z_score) if site.z_score else None,
                lsc=Decimal(site.lsc_digits) if site.lsc_digits else None,
            )
            for site in sorted(row.sites.all(), key=lambda site: site.pk)
        ),
        scanner_changed=row.scanner_changed,
    )


def _fracture(row: Fracture) -> FractureRecord:
    return FractureRecord(
        key=str(row.uid),
        site=row.site,
        occurred=Moment(row.at, Precision(row.precision), row.zone),
        fragility=row.fragility,
    )


def _risk_factor(row: RiskFactor) -> RiskFactorRecord:
    return RiskFactorRecord(key=str(row.uid), code=row.code, since=row.since, until=row.until)


def _symptom(row: Symptom) -> SymptomRecord:
    felt = Moment(row.at, Precision(row.precision), row.zone)
    return SymptomRecord(key=str(row.uid), code=row.code, score=row.score, felt=felt)


def _use(row: DrugUse) -> DrugUseRecord:
    return DrugUseRecord(key=str(row.uid), drug=row.drug, since=row.since, until=row.until)
