"""A write about treatment together with what it does to what is known already; or only that, with nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from tracking.domain.actor import Actor
from tracking.domain.consequences import Consequences, consequences, seen
from tracking.evidence import load_rulebook
from tracking.models import Patient
from tracking.services.access import acting_as, lock_patient
from tracking.services.history import history_of

__all__ = ["told"]

T = TypeVar("T")


def told(
    write: Callable[[], T], *, patient: Patient, by: Actor, now: datetime, dry_run: bool = False
) -> tuple[T, Consequences]:
    """What ``write`` answered, and what it changed about his results, findings and dates.

    With ``dry_run`` everything that it wrote is rolled back: it refuses what it would refuse, and stores nothing.
    """
    rulebook = load_rulebook()
    with acting_as(by):
        man = lock_patient(patient)
        before = seen(history_of(man), rulebook, now)
        with transaction.atomic():
            answer = write()
            # The write may have been about the man himself.
            after = seen(history_of(Patient.objects.get(pk=man.pk)), rulebook, now)
            if dry_run:
                transaction.set_rollback(True)
        return answer, consequences(before, after)
