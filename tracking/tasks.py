"""Celery: read the clock, call one service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import structlog
from celery import shared_task
from django.db import transaction

from tracking import clock
from tracking.domain.actor import Actor
from tracking.services import break_glass, evaluations, imports, requests, seals, titration
from tracking.services.access import acting_as

__all__ = [
    "Page",
    "close_broken_glass",
    "commit_import",
    "commit_import_after_commit",
    "expire_proposals",
    "forget_requests",
    "looked_at_again",
    "reevaluate_clinic",
    "reevaluate_clinic_after_commit",
    "reevaluate_due",
    "reevaluate_rulebook",
    "seal_days",
]

log = structlog.get_logger(__name__)

# The next ids above one, ascending, as many as ``limit`` at most.
Page = Callable[..., list[int]]

_PAGE = 500
_TIME_PASSES = Actor.system("time-passes")
_RULES_CHANGED = Actor.system("rulebook-changed")


@shared_task
def reevaluate_due() -> int:
    """Evaluate again whoever's outcome changes by now: one transaction per man, safe to run twice or late."""
    now = clock.now()
    return _all_of(partial(evaluations.changing_by, now), by=_TIME_PASSES)


@shared_task
def reevaluate_clinic(clinic_id: int) -> int:
    """Evaluate again the men in a clinic's care, after its floor changed; safe to run twice or late."""
    return _all_of(partial(evaluations.in_care_of, clinic_id), by=_TIME_PASSES)


def reevaluate_clinic_after_commit(clinic_id: int) -> None:
    """Ask for it once this transaction has committed. Where the broker is away, the next ``reevaluate_due`` finds the men."""
    ask = partial(reevaluate_clinic.apply_async, (clinic_id,), retry=False)
    transaction.on_commit(ask, robust=True)


@shared_task
def forget_requests() -> int:
    """Forget the answers to requests that nobody sends again any more; safe to run twice or late."""
    return requests.forget(now=clock.now())


@shared_task
def reevaluate_rulebook() -> int:
    """Evaluate again whoever was last looked at by other rules: after a deployment that brought new ones.

    Their old evaluations stay. It goes on where it was interrupted, and two workers at once do no harm.
    """
    return _all_of(evaluations.by_another_rulebook, by=_RULES_CHANGED)


@shared_task
def close_broken_glass() -> int:
    """Close what superusers opened without consent and whose time is over; how many. Safe to run twice."""
    return break_glass.close_expired(now=clock.now())


@shared_task
def expire_proposals() -> int:
    """Close the requests and proposals that nobody decided on in time; safe to run twice or late. How many men had one."""
    page = partial(titration.expiring, clock.now())
    return _counted(_each(page, titration.expire, by=_TIME_PASSES), "rid of what has expired")


@shared_task
def seal_days() -> int:
    """Seal the closed days of what is kept about who did what, and forget what was kept long enough. How many days."""
    now = clock.now()
    sealed = len(seals.seal(now=now))
    seals.forget(now=now)
    return sealed


@shared_task
def commit_import(patient_id: int, uid: str, user_id: int, *, staff: bool) -> None:
    """Store what is ready of an import, as the person who asked for it; its percent can be read meanwhile.

    Safe to run twice: a row is stored once. Where a worker dies, nothing is stored and the next run begins anew.
    """
    by = Actor.user(user_id)
    with acting_as(by):
        batch_id = imports.id_of(UUID(uid))
    progress = partial(imports.tell_percent, batch_id)
    imports.commit(patient=patient_id, uid=UUID(uid), by=by, now=clock.now(), staff=staff, progress=progress)


def commit_import_after_commit(patient_id: int, uid: UUID, user_id: int, *, staff: bool) -> None:
    """Ask for it once this transaction has committed. Where the broker is away, the person asks again: nothing is lost."""
    ask = partial(commit_import.apply_async, (patient_id, str(uid), user_id), {"staff": staff}, retry=False)
    transaction.on_commit(ask, robust=True)


def looked_at_again(page: Page, *, by: Actor) -> Iterator[bool]:
    """Evaluate page after page of men, each in a transaction of his own, and say of each whether it went well.

    One who cannot be evaluated is logged and holds nobody else up. The clock is read for each: a long run never concludes as of
    an instant before something that was written while it ran.
    """
    return _each(page, evaluations.reevaluate, by=by)


def _each(page: Page, do: Callable[..., object], *, by: Actor) -> Iterator[bool]:
    last = 0
    while True:
        with acting_as(by):
            ids = page(limit=_PAGE, above_id=last)
        if not ids:
            return
        for patient_id in ids:
            try:
                do(patient_id, by=by, now=clock.now())
            except Exception:
                log.exception("one man failed", what=do.__name__, patient_id=patient_id)
                yield False
            else:
                yield True
        last = ids[-1]


def _all_of(page: Page, *, by: Actor) -> int:
    return _counted(looked_at_again(page, by=by), "evaluated")


def _counted(done: Iterator[bool], what: str) -> int:
    """With how many it went well; raises RuntimeError in the end where it did not with one."""
    outcomes = list(done)
    failed = outcomes.count(False)
    log.info(what, men=len(outcomes) - failed, failed=failed)
    if failed:
        raise RuntimeError(f"{failed} of {len(outcomes)} men could not be {what}; the log names them")
    return len(outcomes)
