"""The numbers that phones keep, and when they are void.

A phone keeps one number, his revision as it last pulled it. A restore from backup gives numbers out a second time, for other
things; so each life of the numbers begins with a leap, and a number from before it is told apart by its size alone.
"""

from __future__ import annotations

from datetime import datetime

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.models import Patient, SyncLife
from tracking.services.access import acting_as, lock_patient
from tracking.services.kept import Kept

__all__ = ["FIRST_LIFE", "LEAP", "check_cursor", "rotate", "token_of"]

# More than any account writes in a life, and 2**21 lives stay within the whole numbers that JavaScript holds exactly.
LEAP = 2**32
FIRST_LIFE = "first"


def token_of(man: Patient) -> str:
    """Names the life that his numbers are of now."""
    life = _life(man)
    return FIRST_LIFE if life is None else str(life.token)


def check_cursor(man: Patient, *, cursor: int, token: str | None = None) -> str:
    """The token of this life. ``cursor``: 0, or a revision that was handed out; ``token``: the one that came with it, if kept.

    Raises Problem (resync-required) for a number of another life, or one that nobody has been given yet.
    """
    life = _life(man)
    of_now = FIRST_LIFE if life is None else str(life.token)
    began = 0 if life is None else life.began_at_revision
    if cursor and (cursor > man.revision or cursor < began or token not in (None, of_now)):
        raise problem(
            "?last_pulled_at",
            "resync-required",
            "What this phone last pulled is of a record that was restored from a backup since. Pull everything again, from 0.",
            kind="resync-required",
        )
    return of_now


def rotate(*, patient: Patient | int, by: Actor, now: datetime) -> str:
    """Begin a new life of his numbers, after a restore; the new token. Phones that knew the old one pull everything again."""
    with acting_as(by):
        man = lock_patient(patient)
        began = (man.revision // LEAP + 1) * LEAP
        Patient.objects.filter(pk=man.pk).update(revision=began)
        return str(SyncLife.objects.create(patient=man, began_at_revision=began, at=now, by=str(by)).token)


_LIVES = Kept(lambda patient_id: SyncLife.objects.filter(patient=patient_id).order_by("-began_at_revision")[:1])


def _life(man: Patient) -> SyncLife | None:
    return next(iter(_LIVES.of(man.pk)), None)
