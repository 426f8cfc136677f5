"""What people set in place of the rulebook's numbers: for everybody here, for a clinic's men, or for one man.

A clinic's word counts while the man lets that clinic in. Expiry is not read here: the evaluation knows his local day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tracking.domain.history import FloorOverride, IntervalOverride, Level
from tracking.models import CareRelationship, ClinicFloor, FloorSetting, IntervalSetting, Patient

__all__ = ["InForce", "deployment_floor", "in_force"]


@dataclass(frozen=True, slots=True)
class InForce:
    """What counts for one man, expired settings included."""

    floors: tuple[FloorOverride, ...] = ()
    intervals: tuple[IntervalOverride, ...] = ()


def deployment_floor() -> str:
    """The floor that whoever runs this deployment set for everybody, in pg/mL; empty: none."""
    floor: str = settings.ESTRADIOL_FLOOR
    return floor


def in_force(men: Sequence[Patient]) -> dict[int, InForce]:
    """What counts for each of these men. Four queries, however many men.

    Nothing counts for a statistical record: it stands for a row of a survey, and nobody answers for it.
    """
    real = [man for man in men if not man.is_statistical]
    doors = set(CareRelationship.objects.covering().filter(patient__in=real).values_list("patient_id", "clinic_id"))
    floors = {man.pk: [*_of_deployment()] for man in real}
    intervals: dict[int, list[IntervalOverride]] = {man.pk: [] for man in real}
    of_clinics = {row.clinic_id: _of_clinic(row) for row in _standing_of_clinics({clinic for _, clinic in doors})}
    for man_id, clinic_id in doors:
        if clinic_id in of_clinics:
            floors[man_id].append(of_clinics[clinic_id])
    for floor in _standing(FloorSetting.objects.all(), real, doors):
        floors[floor.patient_id].append(_floor(floor))
    for interval in _standing(IntervalSetting.objects.all(), real, doors):
        intervals[interval.patient_id].append(_interval(interval))
    return {man.pk: InForce(tuple(floors.get(man.pk, ())), tuple(intervals.get(man.pk, ()))) for man in men}


def _standing_of_clinics(clinics: Collection[int]) -> QuerySet[ClinicFloor]:
    return ClinicFloor.objects.filter(clinic__in=clinics, ended_at=None).select_related("clinic")


def _standing(rows: QuerySet[Any], men: Sequence[Patient], doors: Collection[tuple[int, int]]) -> Iterator[Any]:
    """The settings that nobody ended, of clinics that are let in."""
    for row in rows.filter(patient__in=men, ended_at=None).select_related("set_by__user", "set_by__clinic"):
        if (row.patient_id, row.clinic_id) in doors:
            yield row


def _of_deployment() -> Iterator[FloorOverride]:
    if floor := deployment_floor():
        yield FloorOverride(Decimal(floor), "this deployment", "its default for every man", None, Level.DEPLOYMENT)


def _of_clinic(row: ClinicFloor) -> FloorOverride:
    return FloorOverride(Decimal(row.digits), row.clinic.name, row.reason, row.expires_on, Level.CLINIC)


def _floor(row: FloorSetting) -> FloorOverride:
    return FloorOverride(Decimal(row.digits), row.whose, row.reason, row.expires_on, Level.PATIENT)


def _interval(row: IntervalSetting) -> IntervalOverride:
    return IntervalOverride(str(row.uid), row.kind, row.every_months, row.whose, row.reason, row.expires_on)
