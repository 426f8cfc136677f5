"""Celery: what belongs to the wiring itself, and what joins both apps and sign-in."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import structlog
from celery import shared_task
from django.db import transaction

from backend import heartbeat
from backend.accounts import closing, leftovers
from tracking import clock
from tracking.domain.actor import Actor
from tracking.models import User
from tracking.services import account_export, erasure
from tracking.services.access import acting_as

__all__ = ["build_export", "build_export_after_commit", "clear_leftovers", "erase_due", "tend_exports", "tick"]

log = structlog.get_logger(__name__)

_PAGE = 100


@shared_task
def tick() -> None:
    """Note that beat, the broker and a worker did this together."""
    heartbeat.note(now=clock.now())


@shared_task
def clear_leftovers() -> dict[str, int]:
    """Remove sessions that ran out, accounts that were never verified, and old letters to colleagues."""
    return leftovers.clear(now=clock.now())


@shared_task
def build_export(uid: str, user_id: int) -> None:
    """Build the archive that a man asked for; its percent can be read meanwhile. Safe to run twice."""
    by = Actor.user(user_id)
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return  # erased meanwhile, and the export with him
    progress = partial(account_export.tell_percent, UUID(uid), by)
    beside = {"sign-in.json": closing.held(user)}
    account_export.build(uid=UUID(uid), by=by, now=clock.now(), beside=beside, progress=progress)


def build_export_after_commit(uid: UUID, user_id: int) -> None:
    """Ask for it once this transaction has committed. Where the broker is away, ``tend_exports`` finds it."""
    # No partial: Django logs what goes wrong by the name of the function, and a partial has none.
    transaction.on_commit(lambda: build_export.apply_async((str(uid), user_id), retry=False), robust=True)


@shared_task
def tend_exports() -> dict[str, int]:
    """Build what was asked for and got lost, and remove archives whose time is over."""
    now = clock.now()
    lost = account_export.waiting(now=now)
    for uid, user_id in lost:
        try:
            build_export(str(uid), user_id)
        except Exception:
            log.exception("an export failed", export=str(uid))
    return {"built": len(lost), "removed": account_export.clear(now=now)}


@shared_task
def erase_due() -> int:
    """Erase whose time to think is over, each in a transaction of his own: it goes on where it was interrupted.

    One who cannot be erased is logged, holds nobody else up, and is tried again with the next run.
    """
    now, last, done, failed = clock.now(), 0, 0, 0
    while True:
        with acting_as(erasure.ERASING):
            ids = erasure.due(now=now, limit=_PAGE, above_id=last)
        if not ids:
            break
        for patient_id in ids:
            try:
                erasure.erase(patient_id, now=now, leave=closing.end_sign_ins)
            except Exception:
                log.exception("one man could not be erased", patient_id=patient_id)
                failed += 1
            else:
                done += 1
        last = ids[-1]
    if failed:
        raise RuntimeError(f"{failed} of {failed + done} men could not be erased; the log names them")
    return done
