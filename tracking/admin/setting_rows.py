"""Lines of the page about what people set in place of the rulebook's numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from tracking.admin import phrases
from tracking.domain.history import History, Level
from tracking.models import FloorSetting, IntervalSetting, Patient
from tracking.models.overrides import SettingOfMan

__all__ = ["SettingLine", "setting_lines"]

S = TypeVar("S", FloorSetting, IntervalSetting)


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting that counts today. ``end``: the address that ends it; empty where that is not done here."""

    what: str
    whose: str
    reason: str
    expires_on: date | None
    uid: UUID | None = None
    end: str = ""


def setting_lines(man: Patient, history: History, clinics: Collection[int], today: date) -> list[SettingLine]:
    """What counts today: his own, then his clinics' and the deployment's. ``clinics``: keys of those that he lets in."""
    return [*_his_own(man, clinics, today), *_of_all(history, today)]


def _his_own(man: Patient, clinics: Collection[int], today: date) -> Iterator[SettingLine]:
    for floor in _standing(FloorSetting.objects.all(), man, clinics, today):
        yield _line(floor, f"floor {floor}", "end_floor")
    for interval in _standing(IntervalSetting.objects.all(), man, clinics, today):
        yield _line(interval, phrases.spaced(str(interval)), "end_interval")


def _standing(rows: QuerySet[S], man: Patient, clinics: Collection[int], today: date) -> list[S]:
    standing = rows.filter(patient=man, clinic__in=clinics, ended_at=None).select_related("set_by__user", "set_by__clinic")
    return [row for row in standing.order_by("pk") if row.counts_on(today)]


def _line(row: SettingOfMan, what: str, end: str) -> SettingLine:
    return SettingLine(what, row.whose, row.reason, row.expires_on, row.uid, f"admin:tracking_patient_{end}")


def _of_all(history: History, today: date) -> Iterator[SettingLine]:
    for floor in sorted(history.floors, key=lambda own: (own.level, own.whose)):
        if floor.level is not Level.PATIENT and (floor.expires_on is None or today <= floor.expires_on):
            yield SettingLine(f"floor {floor.pg_ml} pg/mL", floor.whose, floor.reason, floor.expires_on)
