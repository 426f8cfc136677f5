"""Who may set a floor or a monitoring interval, for whom, until when.

For one man: an active prescriber of a clinic that he lets in, never the man himself. For a clinic's men: a member of the
clinic, until clinics have administrators of their own. Nothing here touches a dose.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from tracking.domain.actor import Actor
from tracking.domain.entry import check_floor, check_interval, read_floor
from tracking.domain.problems import Collector, problem
from tracking.evidence import load_rulebook
from tracking.models import Clinic, ClinicFloor, FloorSetting, IntervalSetting, Patient, Prescriber
from tracking.services import clinics, evaluations, prescribers
from tracking.services.access import acting_as, lock_patient, not_found
from tracking.services.lived import local_today

__all__ = [
    "clinic_of", "clinics_for", "end_clinic_floor", "end_floor", "end_interval", "set_clinic_floor", "set_floor",
    "set_interval",
]  # fmt: skip

S = TypeVar("S", FloorSetting, IntervalSetting, ClinicFloor)
OfMan = TypeVar("OfMan", FloorSetting, IntervalSetting)


def set_floor(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    floor: object,
    reason: str,
    expires_on: date,
    clinic_uid: UUID | None = None,
) -> FloorSetting:
    """His own floor, in pg/mL as text, in place of the one this clinic set for him before.

    ``clinic_uid`` is needed only where the prescriber works in several clinics that he lets in. The same again changes nothing.
    """
    with acting_as(by):
        man = lock_patient(patient)
        author = prescribers.author(man, by, clinic_uid)
        content = _floor(floor, reason, expires_on, today=local_today(man, now))
        standing = FloorSetting.objects.filter(patient=man, clinic=author.clinic)
        row = _replace(standing, FloorSetting(patient=man, clinic=author.clinic, set_by=author, set_at=now, **content), by=by)
        evaluations.refresh(man, now=now)
        return row


def end_floor(*, patient: Patient, uid: UUID, by: Actor, now: datetime) -> FloorSetting:
    """End a floor of his before it expires. Ending what has ended changes nothing."""
    return _end_of_man(FloorSetting.objects.all(), patient=patient, uid=uid, by=by, now=now)


def set_interval(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    kind: str,
    every_months: int,
    reason: str,
    expires_on: date,
    clinic_uid: UUID | None = None,
) -> IntervalSetting:
    """How often one kind of monitoring is wanted for him, in place of what this clinic set for that kind before."""
    with acting_as(by):
        man = lock_patient(patient)
        author = prescribers.author(man, by, clinic_uid)
        found = Collector()
        stated = found.run(_stated, reason)
        check = check_interval(kind, every_months, expires_on, local_today(man, now), load_rulebook())
        found.run(check.enforce, confirmed=False, staff=True)
        found.raise_found()
        content = {"kind": kind, "every_months": every_months, "reason": stated, "expires_on": expires_on}
        standing = IntervalSetting.objects.filter(patient=man, clinic=author.clinic, kind=kind)
        row = _replace(
            standing, IntervalSetting(patient=man, clinic=author.clinic, set_by=author, set_at=now, **content), by=by
        )
        evaluations.refresh(man, now=now)
        return row


def end_interval(*, patient: Patient, uid: UUID, by: Actor, now: datetime) -> IntervalSetting:
    """End an interval of his before it expires. Ending what has ended changes nothing."""
    return _end_of_man(IntervalSetting.objects.all(), patient=patient, uid=uid, by=by, now=now)


def set_clinic_floor(
    *, clinic_uid: UUID, by: Actor, now: datetime, floor: object, reason: str, expires_on: date | None = None
) -> ClinicFloor:
    """The floor of a clinic's men, in place of the one before. Whoever calls it has the men evaluated again after the commit.

    A clinic has no time zone: that the last day is not past is judged in UTC, and each man's own day decides when it ends.
    """
    with acting_as(by):
        author = _member(clinic_uid, by, lock=True)
        content = _floor(floor, reason, expires_on, today=now.date())
        standing = ClinicFloor.objects.filter(clinic=author.clinic)
        return _replace(standing, ClinicFloor(clinic=author.clinic, set_by=author, set_at=now, **content), by=by)


def end_clinic_floor(*, clinic_uid: UUID, by: Actor, now: datetime) -> ClinicFloor:
    """End the floor of a clinic's men; 404 where none stands. They are to be evaluated again, as above."""
    with acting_as(by):
        author = _member(clinic_uid, by, lock=True)
        standing = ClinicFloor.objects.filter(clinic=author.clinic, ended_at=None).first()
        if standing is None:
            raise not_found("floor of this clinic")
        return _end(standing, by=by, now=now)


def clinics_for(man: Patient, by: Actor) -> list[Clinic]:
    """For which clinics this account may decide about this man. Raises where it may for none."""
    return [author.clinic for author in prescribers.authors(man, by)]


def clinic_of(by: Actor, uid: UUID) -> Clinic:
    """A clinic of which this account is an active member; any other is not found."""
    return _member(uid, by).clinic


def _member(clinic_uid: UUID, by: Actor, *, lock: bool = False) -> Prescriber:
    """Who acts for the clinic. ``lock``: two who change its floor at once queue at the clinic's row."""
    member = clinics.member(by, clinic_uid)
    if lock:
        Clinic.objects.select_for_update(no_key=True).get(pk=member.clinic_id)
    return member


def _floor(floor: object, reason: str, expires_on: date | None, *, today: date) -> dict[str, Any]:
    rulebook = load_rulebook()
    found = Collector()
    stated = found.run(_stated, reason)
    value = found.run(read_floor, floor, rulebook)
    if value is not None:
        check = check_floor(value.number, expires_on, today, rulebook)
        found.run(check.enforce, confirmed=False, staff=True)
    found.raise_found()
    assert value is not None  # else something was raised
    return {"digits": value.digits, "reason": stated, "expires_on": expires_on}


def _stated(reason: str) -> str:
    if not reason.strip():
        raise problem("/reason", "reason-missing", "Say why, in a few words.")
    return reason.strip()


def _replace(versions: QuerySet[S], new: S, *, by: Actor) -> S:
    """Store the next version and end the one before; the same again by the same author leaves that one standing."""
    standing = versions.filter(ended_at=None).first()
    if standing is not None:
        if _says_the_same(standing, new):
            return standing
        _end(standing, by=by, now=new.set_at)
    new.save(force_insert=True)
    return new


def _says_the_same(one: S, other: S) -> bool:
    names = {field.attname for field in one._meta.concrete_fields} - {"id", "uid", "revision", "set_at"}
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _end_of_man(rows: QuerySet[OfMan], *, patient: Patient, uid: UUID, by: Actor, now: datetime) -> OfMan:
    with acting_as(by):
        man = lock_patient(patient)
        row = rows.filter(patient=man, uid=uid).first()
        if row is None:
            raise not_found()
        if row.clinic_id not in {author.clinic_id for author in prescribers.authors(man, by)}:
            raise problem("", "other-clinic", "Another clinic set this. Ask them to end it.", kind="forbidden")
        if row.ended_at is None:
            _end(row, by=by, now=now)
            evaluations.refresh(man, now=now)
        return row


def _end(row: S, *, by: Actor, now: datetime) -> S:
    # No sooner than it began, should a clock have been ahead then.
    row.ended_at, row.ended_by = max(now, row.set_at), str(by)
    row.save(update_fields=["ended_at", "ended_by"])
    return row
