"""A man signs up, and says who he is and where he lives."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tracking.domain.actor import Actor
from tracking.domain.moments import parse_zone
from tracking.domain.problems import Issue, Problem, problem
from tracking.models import Patient, User, ZoneMove
from tracking.services import evaluations
from tracking.services.access import acting_as, lock_patient

__all__ = ["edit_profile", "sign_up"]

_SIGN_UP = Actor.system("sign-up")


def sign_up(*, email: str, password: str, name: str, birth_date: date | None, zone: str, now: datetime) -> Patient:
    """A new account with its empty record. The man exists only once this commits, so the system acts."""
    _check_birth(birth_date, now)
    named = parse_zone(zone)
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as refused:
        raise Problem(
            *(Issue("/password", error.code or "password", "{text}", {"text": text}) for error, text in _errors(refused))
        ) from None
    with acting_as(_SIGN_UP):
        try:
            with transaction.atomic():
                user = User.objects.create_user(email, password, name=name)
        except IntegrityError:
            raise problem("/email", "email-taken", "There is an account with this e-mail address. Sign in instead.") from None
        patient = Patient.objects.create(user=user, name=name, birth_date=birth_date, zone=named)
        evaluations.refresh(patient, now=now)
        return patient


def edit_profile(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    name: str | None = None,
    birth_date: date | None = None,
    zone: str | None = None,
) -> Patient:
    """Change what is given. A new zone moves his reminders and the doses expected from now on; what was recorded, and what was
    expected before, keeps the zone it was lived in.
    """
    named = None if zone is None else parse_zone(zone)
    _check_birth(birth_date, now)
    with acting_as(by):
        man = lock_patient(patient)
        man.name = man.name if name is None else name
        if birth_date is not None:
            man.birth_date, man.birth_year = birth_date, None
        if named is not None and named != man.zone:
            ZoneMove.objects.create(patient=man, at=now, zone=named)
            man.zone = named
        man.save(update_fields=["name", "birth_date", "birth_year", "zone"])
        evaluations.refresh(man, now=now)
        man.refresh_from_db()
        return man


def _check_birth(birth_date: date | None, now: datetime) -> None:
    if birth_date is not None and not 1900 <= birth_date.year <= now.year:  # noqa: PLR2004  the range is the message
        raise problem(
            "/birth_date",
            "birth-date-range",
            "{received} cannot be a birth date. Accepted: from 1900 to this year.",
            received=birth_date.isoformat(),
        )


def _errors(refused: ValidationError) -> list[tuple[ValidationError, str]]:
    return [(error, " ".join(error.messages)) for error in refused.error_list]
