"""A man opens his record, and says who he is and where he lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from tracking.domain.actor import Actor
from tracking.domain.moments import parse_zone
from tracking.domain.problems import problem
from tracking.domain.units import read_display_units
from tracking.evidence import load_rulebook
from tracking.models import Patient, User, ZoneMove
from tracking.services import evaluations
from tracking.services.access import acting_as, lock_patient

__all__ = ["OPENING", "Opened", "edit_profile", "open_record"]

# Acts for a man who is not yet one: the policies let an account into its own record only once there is one.
OPENING = Actor.system("sign-up")


@dataclass(frozen=True, slots=True)
class Opened:
    """A man's record, and whether this call opened it."""

    man: Patient
    is_new: bool


def open_record(*, user: User, name: str, birth_date: date | None, zone: str, now: datetime) -> Opened:
    """The empty record of an account that has signed up. The same once more is answered with what stands.

    Raises Problem where he is not of age, and a conflict where the record was opened with something else.
    """
    named = parse_zone(zone)
    _check_birth(birth_date, now, named)
    with acting_as(OPENING):
        # Two requests at a time queue here, as there is no man to lock yet.
        account = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        standing = Patient.objects.filter(user=account).first()
        if standing is not None:
            if (standing.name, standing.birth_date, standing.zone) != (name, birth_date, named):
                raise problem(
                    "", "record-stands", "The record of this account is open already. Change it with PATCH.", kind="conflict"
                )
            return Opened(standing, is_new=False)
        if not account.name:
            account.name = name
            account.save(update_fields=["name"])
        man = Patient.objects.create(user=account, name=name, birth_date=birth_date, zone=named)
        evaluations.refresh(man, now=now)
        man.refresh_from_db()
        return Opened(man, is_new=True)


def edit_profile(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    name: str | None = None,
    birth_date: date | None = None,
    zone: str | None = None,
    display_units: Mapping[str, str] | None = None,
) -> Patient:
    """Change what is given. A new zone moves his reminders and the doses expected from now on; what was recorded, and what was
    expected before, keeps the zone it was lived in. ``display_units``: all of them anew, by analyte; one that is left out is
    shown as reported alone.
    """
    named = None if zone is None else parse_zone(zone)
    _check_birth(birth_date, now, named or patient.zone)
    units = None if display_units is None else read_display_units(display_units, load_rulebook())
    with acting_as(by):
        man = lock_patient(patient)
        man.name = man.name if name is None else name
        if birth_date is not None:
            man.birth_date, man.birth_year = birth_date, None
        if named is not None and named != man.zone:
            ZoneMove.objects.create(patient=man, at=now, zone=named)
            man.zone = named
        man.display_units = man.display_units if units is None else units
        man.save(update_fields=["name", "birth_date", "birth_year", "zone", "display_units"])
        evaluations.refresh(man, now=now)
        man.refresh_from_db()
        return man


def _check_birth(birth_date: date | None, now: datetime, zone: str) -> None:
    if birth_date is None:
        return
    if not 1900 <= birth_date.year <= now.year:  # noqa: PLR2004  the range is the message
        raise problem(
            "/birth_date",
            "birth-date-range",
            "{received} cannot be a birth date. Accepted: from 1900 to this year.",
            received=birth_date.isoformat(),
        )
    least_age = load_rulebook().scope.least_age
    if birth_date + relativedelta(years=least_age) > now.astimezone(ZoneInfo(zone)).date():
        raise problem(
            "/birth_date",
            "under-age",
            "This is for adult men: from {least_age} years on.",
            least_age=least_age,
        )
