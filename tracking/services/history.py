"""One man's rows as the frozen records that the evaluation reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from tracking.domain.amounts import canonical
from tracking.domain.history import (
    DoseKind,
    DoseRecord,
    DrugUseRecord,
    FractureRecord,
    History,
    LabRecord,
    Person,
    RegimenRecord,
    RiskFactorRecord,
    ScanRecord,
    SiteRecord,
    SymptomRecord,
)
from tracking.domain.reported import Comparator, Moment, Precision, Reported, Value, assay_of
from tracking.evidence import load_rulebook
from tracking.models import DexaScan, DexaSite, DoseEvent, DrugUse, Fracture, LabResult, Patient, RiskFactor, Symptom
from tracking.models.base import Record
from tracking.services import plans, records
from tracking.services.in_force import in_force
from tracking.services.kept import Kept

__all__ = ["histories_of", "history_of", "lab_record"]

T = TypeVar("T")

# What the evaluation reads of a result, beside its key; of a dose; of a scan and of its sites.
_LAB = (
    "recorded_at", "source_system", "at", "precision", "zone", "analyte", "comparator", "digits", "unit", "method",
    "method_evidence", "laboratory", "range_low", "range_high", "lloq", "unit_confirmed", "biotin", "fasting",
)  # fmt: skip
_DOSE = ("drug", "kind", "amount_digits", "amount_unit", "at", "precision", "zone")
_SCAN = ("scanned_on", "facility", "device", "reference", "scanner_changed")
_SITE = ("region", "side", "vertebrae", "bmd_digits", "bmd_unit", "t_score", "z_score", "lsc_digits")


def history_of(man: Patient) -> History:
    """Everything that stands about him: neither superseded nor withdrawn."""
    return histories_of([man])[man.pk]


def histories_of(men: Sequence[Patient]) -> dict[int, History]:
    """The histories of several men by their key. So many queries, however many men and however long their lives."""
    ids = [man.pk for man in men]
    labs = _each(_LABS, ids, lab_record)
    regimens: dict[int, list[RegimenRecord]] = defaultdict(list)
    for row in _REGIMENS.of(ids):
        regimens[row.patient_id] += plans.records_of(row)
    # One amount is written many times.
    doses = _each(_DOSES, ids, partial(_dose, cache(_amount)))
    symptoms = _each(_SYMPTOMS, ids, _symptom)
    few = {row.pk: row for row in _FEW.of(ids)}
    set_by_people = in_force(men)
    return {
        man.pk: History(
            person=Person(zone=man.zone, birth_date=man.birth_date, birth_year=man.birth_year),
            labs=tuple(labs[man.pk]),
            regimens=tuple(regimens[man.pk]),
            doses=tuple(doses[man.pk]),
            scans=tuple(map(_scan, few[man.pk].scans)),
            fractures=tuple(map(_fracture, few[man.pk].fractures)),
            risk_factors=tuple(map(_risk_factor, few[man.pk].risk_factors)),
            floors=set_by_people[man.pk].floors,
            intervals=set_by_people[man.pk].intervals,
            symptoms=tuple(symptoms[man.pk]),
            uses=tuple(map(_use, few[man.pk].uses)),
        )
        for man in men
    }


def _each(kept: Kept[Any], men: Sequence[int], read: Callable[..., T]) -> dict[int, list[T]]:
    """By man what is read of each of his rows. There are many, and no objects are made of them."""
    found: dict[int, list[T]] = defaultdict(list)
    for pk, *columns in kept.of(men):
        found[pk].append(read(*columns))
    return found


def _columns(model: type[Record], *names: str) -> Kept[Any]:
    """Whose each row is, its key, and these columns."""
    keyed = model.objects.live().annotate(key=Cast("uid", TextField()))
    return Kept(lambda men: keyed.filter(patient__in=men).values_list("patient_id", "key", *names), [int])


def _few(men: Sequence[int]) -> QuerySet[Any]:
    """Men with all that is stated about them seldom, so that a man of whom nothing of it is costs no statement for each."""
    sites = DexaSite.objects.filter(scan=OuterRef("pk")).order_by("pk").values(row=JSONObject(**{name: name for name in _SITE}))
    seldom: QuerySet[Any] = Patient.objects.annotate(
        scans=_seldom(DexaScan, *_SCAN, sites=ArraySubquery(sites)),
        fractures=_seldom(Fracture, "site", "fragility", "at", "precision", "zone"),
        risk_factors=_seldom(RiskFactor, "code", "since", "until"),
        uses=_seldom(DrugUse, "drug", "since", "until"),
    )
    return seldom.only("pk").filter(pk__in=men)


def _seldom(model: type[Record], *names: str, **beside: Any) -> ArraySubquery:
    rows = model.objects.live().filter(patient=OuterRef("pk")).order_by("pk")
    return ArraySubquery(rows.values(row=JSONObject(key="uid", **{name: name for name in names}, **beside)))


_LABS = _columns(LabResult, *_LAB)
_DOSES = _columns(DoseEvent, *_DOSE)
_SYMPTOMS = _columns(Symptom, "code", "score", "at", "precision", "zone")
_REGIMENS = Kept(lambda men: plans.standing().filter(patient__in=men), [int])
_FEW = Kept(_few, [int])


def lab_record(  # noqa: PLR0917  the columns in their order, as they come
    key: str,
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
        key=key,
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


def _dose(  # noqa: PLR0917  likewise
    amount_mg: Callable[[str, str, str], Decimal],
    key: str,
    drug: str,
    kind: str,
    digits: str,
    unit: str,
    at: datetime,
    precision: str,
    zone: str,
) -> DoseRecord:
    return DoseRecord(
        key=key,
        drug=drug,
        kind=DoseKind(kind),
        amount_mg=amount_mg(drug, digits, unit) if digits else None,
        taken=Moment(at, Precision(precision), zone),
    )


def _amount(drug: str, digits: str, unit: str) -> Decimal:
    """In the drug's own unit; as written where the rules no longer know drug or unit."""
    rule = load_rulebook().drugs.get(drug)
    number = Decimal(digits)
    return canonical(number, unit, rule) if rule is not None and unit in rule.units else number


def _scan(row: Mapping[str, Any]) -> ScanRecord:
    return ScanRecord(
        key=row["key"],
        scanned_on=date.fromisoformat(row["scanned_on"]),
        facility=row["facility"],
        device=row["device"],
        reference=row["reference"],
        sites=tuple(
            SiteRecord(
                region=site["region"],
                side=site["side"],
                vertebrae=site["vertebrae"],
                bmd=Value(Comparator.EQUAL, site["bmd_digits"], site["bmd_unit"]),
                t_score=Decimal(site["t_score"]) if site["t_score"] else None,
                z_score=Decimal(site["z_score"]) if site["z_score"] else None,
                lsc=Decimal(site["lsc_digits"]) if site["lsc_digits"] else None,
            )
            for site in row["sites"]
        ),
        scanner_changed=row["scanner_changed"],
    )


def _fracture(row: Mapping[str, Any]) -> FractureRecord:
    occurred = Moment(datetime.fromisoformat(row["at"]), Precision(row["precision"]), row["zone"])
    return FractureRecord(key=row["key"], site=row["site"], occurred=occurred, fragility=row["fragility"])


def _risk_factor(row: Mapping[str, Any]) -> RiskFactorRecord:
    return RiskFactorRecord(key=row["key"], code=row["code"], since=_day(row["since"]), until=_day(row["until"]))


def _use(row: Mapping[str, Any]) -> DrugUseRecord:
    return DrugUseRecord(key=row["key"], drug=row["drug"], since=_day(row["since"]), until=_day(row["until"]))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _symptom(key: str, code: str, score: int, at: datetime, precision: str, zone: str) -> SymptomRecord:  # noqa: PLR0917  likewise
    return SymptomRecord(key=key, code=code, score=score, felt=Moment(at, Precision(precision), zone))
