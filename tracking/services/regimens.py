"""What a man is to take, by version. A change of dose ends one version and begins the next; a mistake is corrected in place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import problem
from tracking.models import Patient, Regimen, RegimenPause
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.regimen_content import content_of, in_order, kept_from

__all__ = ["change", "correct", "end", "of_origin", "start", "withdraw"]

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

    ``sent``: drug, dose (text with its unit) or dose_mg (text), schedule, starts_on, ends_on, strength, zone, reason,
    review_on, confirmed_reason. Of an AI the reason is required, and of a prescriber the review, unless
    another system's record is taken in (``source``), which says what it says.
    """
    with acting_as(by):
        man = lock_patient(patient)
        content = content_of(man=man, now=now, origin=origin, typed=not source.system, **sent)
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
    """End the version under ``key`` on ``from_date`` and begin the next there. What is not sent stays as it was, the end too.

    Whoever asks for it decided it: nothing here computes a dose.
    """
    with acting_as(by):
        man = lock_patient(patient)
        row = of_origin(records.find(Regimen, man, key), origin)
        end = _end_that_stays(row, from_date, client_id)
        if row.ends_on != from_date:  # one that was ended there keeps the reason that was given for it
            _end(row, from_date, reason=str(sent.get("reason", "")))
        kept = kept_from(row, sent, from_date) | {"ends_on": end}
        content = content_of(man=man, now=now, origin=origin, **(kept | sent | {"starts_on": from_date}))
        if content["drug"] != row.drug:
            raise problem("/drug", "drug-fixed", "A change keeps the drug. End this regimen and start one of the other drug.")
        next_version = _insert(man, by, now, content | {"previous": row}, client_id=client_id)
        evaluations.refresh(man, now=now)
        return next_version


def end(*, patient: Patient, key: str, by: Actor, now: datetime, origin: Origin, ends_on: date, reason: str = "") -> Regimen:
    """End a regimen. ``ends_on`` is the first day on which it no longer holds; its dose events stay."""
    with acting_as(by):
        man = lock_patient(patient)
        row = of_origin(records.find(Regimen, man, key), origin)
        _end(row, ends_on, reason=reason)
        evaluations.refresh(man, now=now)
        row.refresh_from_db()
        return row


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, origin: Origin, **sent: Any) -> Regimen:
    """Replace what was entered wrongly, for the whole time that this version covers."""
    with acting_as(by):
        man = lock_patient(patient)
        row = of_origin(records.find(Regimen, man, key), origin)
        content = content_of(man=man, now=now, origin=origin, **sent) | {"previous": row.previous}
        if content["ends_on"] == row.ends_on:  # why it was ended is no part of the mistake
            content["end_reason"] = row.end_reason
        with _overlap_named():
            corrected, _ = records.supersede(row, man=man, by=by, now=now, content=content)
        # A pause is of the regimen, not of one wording of it.
        RegimenPause.objects.filter(regimen=row).update(regimen=corrected)
        evaluations.refresh(man, now=now)
        return corrected


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, origin: Origin, reason: str) -> None:
    """Take back a regimen that never was."""
    with acting_as(by):
        man = lock_patient(patient)
        records.withdraw(of_origin(records.find(Regimen, man, key), origin), man=man, now=now, reason=reason)
        evaluations.refresh(man, now=now)


def _end(row: Regimen, ends_on: date, *, reason: str) -> None:
    in_order(row.starts_on, ends_on)
    if row.ends_on is not None and row.ends_on < ends_on:
        raise problem(
            "/ends_on",
            "already-ended",
            "This regimen already ended on {ended}. Accepted: that day or an earlier one.",
            ended=row.ends_on.isoformat(),
        )
    row.ends_on, row.end_reason = ends_on, reason
    row.save(update_fields=["ends_on", "end_reason"])


def _end_that_stays(row: Regimen, from_date: date, client_id: str | None) -> date | None:
    """The end that a change takes over. Where another version goes on from it, it is no end of his taking it: then none.

    The change sent again after a lost answer takes over what it took over then.
    """
    versions = Regimen.objects.live().filter(patient=row.patient_id, drug=row.drug, origin=row.origin)
    if row.ends_on == from_date:
        again = versions.filter(client_id=client_id, starts_on=from_date).first() if client_id is not None else None
        return None if again is None else again.ends_on
    if row.ends_on is None or versions.filter(starts_on=row.ends_on).exclude(ends_on=row.ends_on).exists():
        return None
    return row.ends_on


def of_origin(row: Regimen, origin: Origin) -> Regimen:
    """The row, if it is this side's to write; nobody changes what the other side stated."""
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
