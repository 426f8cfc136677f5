"""What people set in place of the rulebook's numbers: for everybody here, for a clinic's men, or for one man.

A clinic's word counts while the man lets that clinic in. Expiry is not read here: the evaluation knows his local day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tracking.domain.history import FloorOverride, IntervalOverride, Level
from tracking.models import CareRelationship, ClinicFloor, FloorSetting, IntervalSetting, Patient
from tracking.services.kept import Kept

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
    """What counts for each of these men. Four queries, however many men; one where none of them lets a clinic in.

    Nothing counts for a statistical record: it stands for a row of a survey, and nobody answers for it.
    """
    real = [man.pk for man in men if not man.is_statistical]
    doors = set(_DOORS.of(real))
    floors = {pk: [*_of_deployment()] for pk in real}
    intervals: dict[int, list[IntervalOverride]] = {pk: [] for pk in real}
    if doors:
        of_clinics = {row.clinic_id: _of_clinic(row) for row in _OF_CLINICS.of([clinic for _, clinic in doors])}
        for man_id, clinic_id in doors:
            if clinic_id in of_clinics:
                floors[man_id].append(of_clinics[clinic_id])
        for floor in _let_in(_FLOORS.of(real), doors):
            floors[floor.patient_id].append(_floor(floor))
        for interval in _let_in(_INTERVALS.of(real), doors):
            intervals[interval.patient_id].append(_interval(interval))
    return {man.pk: InForce(tuple(floors.get(man.pk, ())), tuple(intervals.get(man.pk, ()))) for man in men}


def _kept(settings_of: QuerySet[Any]) -> Kept[Any]:
    """The settings of men that nobody ended."""
    standing = settings_of.filter(ended_at=None).select_related("set_by__user", "set_by__clinic")
    return Kept(lambda men: standing.filter(patient__in=men), [int])


_DOORS = Kept(
    lambda men: CareRelationship.objects.covering().filter(patient__in=men).values_list("patient_id", "clinic_id"), [int]
)
_OF_CLINICS = Kept(
    lambda clinics: ClinicFloor.objects.filter(clinic__in=clinics, ended_at=None).select_related("clinic"), [int]
)
_FLOORS, _INTERVALS = _kept(FloorSetting.objects.all()), _kept(IntervalSetting.objects.all())


def _let_in(rows: Iterable[Any], doors: Collection[tuple[int, int]]) -> Iterator[Any]:
    """The settings of clinics that are let in."""
    return (row for row in rows if (row.patient_id, row.clinic_id) in doors)


def _of_deployment() -> Iterator[FloorOverride]:
    if floor := deployment_floor():
        yield FloorOverride(Decimal(floor), "this deployment", "its default for every man", None, Level.DEPLOYMENT)


def _of_clinic(row: ClinicFloor) -> FloorOverride:
    return FloorOverride(Decimal(row.digits), row.clinic.name, row.reason, row.expires_on, Level.CLINIC)


def _floor(row: FloorSetting) -> FloorOverride:
    return FloorOverride(Decimal(row.digits), row.whose, row.reason, row.expires_on, Level.PATIENT)


def _interval(row: IntervalSetting) -> IntervalOverride:
    return IntervalOverride(str(row.uid), row.kind, row.every_months, row.whose, row.reason, row.expires_on)
