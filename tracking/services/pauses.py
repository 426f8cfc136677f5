"""A regimen is paused and resumed. Meanwhile it is not in force: nothing is expected of it, and nothing is assumed taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import problem
from tracking.models import Patient, Regimen, RegimenPause
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.regimens import of_origin

__all__ = ["pause", "resume", "withdraw"]

_OVERLAP = "regimenpause_no_overlap"


def pause(
    *,
    patient: Patient,
    key: str,
    by: Actor,
    now: datetime,
    origin: Origin,
    from_date: date,
    until: date | None = None,
    reason: str = "",
    client_id: str | None = None,
) -> Regimen:
    """Pause the regimen under ``key`` from a day of it until before another (None: until he resumes), also ahead of time."""
    with acting_as(by):
        man = lock_patient(patient)
        row = of_origin(records.find(Regimen, man, key), origin)
        _within(row, from_date, until)
        content = {"regimen": row, "starts_on": from_date, "ends_on": until, "reason": reason}
        with _overlap_named():
            records.add(RegimenPause, man=man, by=by, now=now, content=content, client_id=client_id)
        return _noted(row, man, now)


def resume(*, patient: Patient, key: str, by: Actor, now: datetime, origin: Origin, on: date) -> Regimen:
    """End the pause that holds before ``on``, the first day on which the regimen is in force again.

    Resumed on its first day a pause is none: that is how one entered by mistake is taken back.
    """
    with acting_as(by):
        man = lock_patient(patient)
        row = of_origin(records.find(Regimen, man, key), origin)
        pauses = RegimenPause.objects.live().filter(regimen=row, starts_on__lte=on).exclude(ends_on=F("starts_on"))
        last = pauses.order_by("-starts_on", "-pk").first()
        if last is None or (last.ends_on is not None and last.ends_on < on):
            raise problem(
                "/on",
                "not-paused",
                "This regimen is not paused before {on}. Accepted: a day of a pause, or the first after it.",
                on=on.isoformat(),
            )
        last.ends_on = on
        last.save(update_fields=["ends_on"])
        return _noted(row, man, now)


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, origin: Origin, reason: str) -> Regimen:
    """Take back the pause under ``key`` that never was, with the reason; the regimen that it was of."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find(RegimenPause, man, key)
        regimen = of_origin(row.regimen, origin)
        records.withdraw(row, man=man, now=now, reason=reason)
        return _noted(regimen, man, now)


def _within(row: Regimen, from_date: date, until: date | None) -> None:
    if from_date < row.starts_on or (row.ends_on is not None and from_date >= row.ends_on):
        raise problem(
            "/from_date",
            "pause-outside",
            "{received} is no day of this regimen. Accepted: from {first}{last}.",
            received=from_date.isoformat(),
            first=row.starts_on.isoformat(),
            last=f" until before {row.ends_on}" if row.ends_on else "",
        )
    if until is not None and until <= from_date:
        raise problem(
            "/until",
            "ends-before-start",
            "{until} is not after the first day of the pause, {from_date}. Accepted: the first day after the pause.",
            until=until.isoformat(),
            from_date=from_date.isoformat(),
        )


def _noted(row: Regimen, man: Patient, now: datetime) -> Regimen:
    """The regimen reads differently now, so it is a new revision of it."""
    Regimen.objects.filter(pk=row.pk).update(revision=F("revision"))
    evaluations.refresh(man, now=now)
    row.refresh_from_db()
    return row


@contextmanager
def _overlap_named() -> Iterator[None]:
    """A savepoint in which the database's refusal of an overlap becomes a Problem that names the field."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _OVERLAP not in str(error):
            raise
        raise problem(
            "/from_date",
            "pause-overlap",
            "Another pause of this regimen covers part of this time. Resume that one first, or choose days outside it.",
        ) from error
