"""What a man is to take, by version. A change of dose ends one version and begins the next; a mistake is corrected in place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from tracking.domain.actor import Actor
from tracking.domain.entry import check_dose
from tracking.domain.history import Origin
from tracking.domain.moments import parse_zone
from tracking.domain.problems import Collector, problem
from tracking.domain.reported import Comparator, parse_value
from tracking.domain.schedule import parse_schedule
from tracking.evidence import load_rulebook
from tracking.models import Patient, Regimen
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.lived import check_day

__all__ = ["change", "correct", "end", "start", "withdraw"]

_OVERLAP = "regimen_no_overlap_per_drug_and_origin"
_ONE_OPEN = "regimen_one_open_per_drug_and_origin"


def start(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    origin: Origin,
    client_id: str | None = None,
    source: records.Source = records.TYPED,
    **sent: Any,
) -> Regimen:
    """Begin a regimen.

    ``sent``: drug, dose_mg (text), schedule, starts_on, ends_on, zone, reason, review_on, confirmed_reason.
    """
    with acting_as(by):
        man = lock_patient(patient)
        content = _content(man=man, now=now, origin=origin, **sent)
        row = _insert(man, by, now, content, client_id=client_id, source=source)
        evaluations.refresh(man, now=now)
        return row


def change(
    *,
    patient: Patient,
    key: str,
    by: Actor,
    now: datetime,
    origin: Origin,
    from_date: date,
    client_id: str | None = None,
    **sent: Any,
) -> Regimen:
    """End the version under ``key`` on ``from_date`` and begin the next there. What is not sent stays as it was.

    Whoever asks for it decided it: nothing here computes a dose.
    """
    with acting_as(by):
        man = lock_patient(patient)
        row = _of_origin(records.find(Regimen, man, key), origin)
        if row.ends_on != from_date:  # one that was ended there keeps the reason that was given for it
            _end(row, from_date, reason=str(sent.get("reason", "")))
        kept = {
            "drug": row.drug,
            "dose_mg": row.dose_digits,
            "schedule": row.schedule,
            "zone": row.zone,
            "review_on": row.review_on,
        }
        content = _content(man=man, now=now, origin=origin, **(kept | sent | {"starts_on": from_date}))
        if content["drug"] != row.drug:
            raise problem("/drug", "drug-fixed", "A change keeps the drug. End this regimen and start one of the other drug.")
        next_version = _insert(man, by, now, content | {"previous": row}, client_id=client_id)
        evaluations.refresh(man, now=now)
        return next_version


def end(*, patient: Patient, key: str, by: Actor, now: datetime, origin: Origin, ends_on: date, reason: str = "") -> Regimen:
    """End a regimen. ``ends_on`` is the first day on which it no longer holds; its dose events stay."""
    with acting_as(by):
        man = lock_patient(patient)
        row = _of_origin(records.find(Regimen, man, key), origin)
        _end(row, ends_on, reason=reason)
        evaluations.refresh(man, now=now)
        row.refresh_from_db()
        return row


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, origin: Origin, **sent: Any) -> Regimen:
    """Replace what was entered wrongly, for the whole time that this version covers."""
    with acting_as(by):
        man = lock_patient(patient)
        row = _of_origin(records.find(Regimen, man, key), origin)
        content = _content(man=man, now=now, origin=origin, **sent) | {"previous": row.previous}
        with _overlap_named():
            corrected, _ = records.supersede(row, man=man, by=by, now=now, content=content)
        evaluations.refresh(man, now=now)
        return corrected


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, origin: Origin, reason: str) -> None:
    """Take back a regimen that never was."""
    with acting_as(by):
        man = lock_patient(patient)
        records.withdraw(_of_origin(records.find(Regimen, man, key), origin), man=man, now=now, reason=reason)
        evaluations.refresh(man, now=now)


def _content(
    *,
    man: Patient,
    now: datetime,
    origin: Origin,
    drug: str,
    dose_mg: object,
    schedule: object,
    starts_on: date,
    ends_on: date | None = None,
    zone: str | None = None,
    reason: str = "",
    review_on: date | None = None,
    confirmed_reason: str = "",
) -> dict[str, Any]:
    rulebook = load_rulebook()
    found = Collector()
    dose = found.run(parse_value, dose_mg, "mg", pointer="/dose_mg")
    plan = found.run(parse_schedule, schedule)
    found.run(_plain, dose, "/dose_mg")
    found.run(parse_zone, zone or man.zone)
    # A regimen may be planned ahead; only a start before his adult life is a mistake.
    if starts_on <= now.date():
        found.run(check_day, starts_on, man=man, now=now, pointer="/starts_on", rulebook=rulebook)
    found.run(_in_order, starts_on, ends_on)
    if dose is not None:
        check = found.run(check_dose, drug, dose.number, rulebook, schedule=plan)
        if check is not None:
            staff = origin is Origin.PRESCRIBED
            found.run(check.enforce, confirmed=bool(confirmed_reason.strip()), staff=staff)
    found.raise_found()
    assert dose is not None and plan is not None  # noqa: PT018  else something was raised
    return {
        "drug": drug,
        "dose_digits": dose.digits,
        "schedule": plan.as_dict(),
        "origin": origin.value,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "zone": zone or man.zone,
        "reason": reason,
        "review_on": review_on,
        "confirmed_reason": confirmed_reason.strip(),
    }


def _plain(dose: Any, pointer: str) -> None:
    if dose is not None and dose.comparator is not Comparator.EQUAL:
        raise problem(
            pointer, "dose-censored", "A dose is a plain number of milligrams, without '{sign}'.", sign=dose.comparator
        )


def _in_order(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise problem(
            "/ends_on",
            "ends-before-start",
            "{ends_on} is before the start, {starts_on}. Accepted: the first day without it, {starts_on} or later.",
            ends_on=ends_on.isoformat(),
            starts_on=starts_on.isoformat(),
        )


def _end(row: Regimen, ends_on: date, *, reason: str) -> None:
    _in_order(row.starts_on, ends_on)
    if row.ends_on is not None and row.ends_on < ends_on:
        raise problem(
            "/ends_on",
            "already-ended",
            "This regimen already ended on {ended}. Accepted: that day or an earlier one.",
            ended=row.ends_on.isoformat(),
        )
    row.ends_on, row.end_reason = ends_on, reason
    row.save(update_fields=["ends_on", "end_reason"])


def _of_origin(row: Regimen, origin: Origin) -> Regimen:
    if row.origin != origin.value:
        raise problem(
            "",
            "other-origin",
            "This regimen was {whose}. Ask them to change it.",
            kind="forbidden",
            whose="prescribed by a clinic" if row.origin == Origin.PRESCRIBED else "entered by the man himself",
        )
    return row


def _insert(
    man: Patient,
    by: Actor,
    now: datetime,
    content: dict[str, Any],
    *,
    client_id: str | None,
    source: records.Source = records.TYPED,
) -> Regimen:
    with _overlap_named():
        row, _ = records.add(Regimen, man=man, by=by, now=now, content=content, client_id=client_id, source=source)
    return row


@contextmanager
def _overlap_named() -> Iterator[None]:
    """A savepoint in which the database's refusal of an overlap becomes a Problem that names the field."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _OVERLAP not in str(error) and _ONE_OPEN not in str(error):
            raise
        raise problem(
            "/starts_on",
            "regimen-overlap",
            "Another regimen of this drug and origin covers part of this time. End or change that one first, "
            "or choose dates outside it.",
        ) from error
