"""Celery: read the clock, call one service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import UUID

import structlog
from celery import shared_task
from django.db import transaction

from tracking import clock
from tracking.domain.actor import Actor
from tracking.services import break_glass, evaluations, import_storing, imported, imports, requests, seals, titration
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
# So many men are evaluated in one transaction, which holds their locks for about half a second.
TOGETHER = 25
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
    # No partial: Django logs what goes wrong by the name of the function, and a partial has none.
    transaction.on_commit(lambda: reevaluate_clinic.apply_async((clinic_id,), retry=False), robust=True)


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
        batch_id = imported.id_of(UUID(uid))
    progress = partial(import_storing.tell_percent, batch_id)
    imports.commit(patient=patient_id, uid=UUID(uid), by=by, now=clock.now(), staff=staff, progress=progress)


def commit_import_after_commit(patient_id: int, uid: UUID, user_id: int, *, staff: bool) -> None:
    """Ask for it once this transaction has committed. Where the broker is away, the person asks again: nothing is lost."""
    sent = (patient_id, str(uid), user_id)
    transaction.on_commit(lambda: commit_import.apply_async(sent, {"staff": staff}, retry=False), robust=True)


def looked_at_again(page: Page, *, by: Actor) -> Iterator[bool]:
    """Evaluate page after page of men, some in a transaction together, and say of each whether it went well.

    One who cannot be evaluated is logged and holds nobody else up. Who is being written to is passed over and looked at in the
    end, unless the page no longer has him: so two workers share the men. The clock is read for each transaction: a long run
    never concludes as of an instant before something that was written while it ran.
    """
    busy: set[int] = set()
    for ids in _pages(page, by=by):
        for begin in range(0, len(ids), TOGETHER):
            yield from _looked_at_together(ids[begin : begin + TOGETHER], busy, by=by)
    for ids in _pages(page, by=by) if busy else ():
        yield from (_alone(evaluations.reevaluate, patient_id, by=by) for patient_id in ids if patient_id in busy)


def _looked_at_together(ids: Sequence[int], busy: set[int], *, by: Actor) -> Iterator[bool]:
    try:
        done = evaluations.reevaluate_many(ids, by=by, now=clock.now())
    except Exception:  # noqa: BLE001  one of them failed, and each alone tells which
        yield from (_alone(evaluations.reevaluate, patient_id, by=by) for patient_id in ids)
    else:
        busy.update(set(ids) - set(done))
        yield from (True for _ in done)


def _each(page: Page, do: Callable[..., object], *, by: Actor) -> Iterator[bool]:
    for ids in _pages(page, by=by):
        yield from (_alone(do, patient_id, by=by) for patient_id in ids)


def _alone(do: Callable[..., object], patient_id: int, *, by: Actor) -> bool:
    """One man in a transaction of his own; whether it went well."""
    try:
        do(patient_id, by=by, now=clock.now())
    except Exception:
        log.exception("one man failed", what=do.__name__, patient_id=patient_id)
        return False
    return True


def _pages(page: Page, *, by: Actor) -> Iterator[list[int]]:
    last = 0
    while True:
        with acting_as(by):
            ids = page(limit=_PAGE, above_id=last)
        if not ids:
            return
        yield ids
        last = ids[-1]


def _all_of(page: Page, *, by: Actor) -> int:
    return _counted(looked_at_again(page, by=by), "evaluated")


def _counted(done: Iterator[bool], what: str) -> int:
    """With how many it went well; raises RuntimeError in the end where it did not with one."""
    outcomes = list(done)
    failed = outcomes.count(False)
    log.info("a round over men is done", what=what, men=len(outcomes) - failed, failed=failed)
    if failed:
        raise RuntimeError(f"{failed} of {len(outcomes)} men could not be {what}; the log names them")
    return len(outcomes)
