"""Which reminders are to come. Planned from due items whenever they have news, and again when his hours or ways change.

Everything here writes to men's reminders and holds their locks while it does. A batch of men costs a constant number of
queries.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.domain.doses import REFILL
from notifications.domain.stages import is_reminded
from notifications.models import Answer, Reminder
from notifications.services import expecting, fitting
from notifications.services.people import circumstances_of
from notifications.services.subjects import of_item
from tracking.services import due
from tracking.services.access import Actor, acting_as, lock_patients

log = logging.getLogger(__name__)

PLANNER = Actor.system("planner")
# Men planned for in one transaction: their locks are held for as long.
BATCH = 100
# One sweep plans for so many men; the next goes on.
MOST_MEN = 20_000

_State = Reminder.State


@dataclass(slots=True)
class Planned:
    """What one sweep did. ``busy`` men were being written to and are looked at again next time."""

    men: int = 0
    busy: int = 0
    failed: int = 0

    def add(self, other: Planned) -> None:
        self.men, self.busy, self.failed = self.men + other.men, self.busy + other.busy, self.failed + other.failed


def plan(*, now: datetime, limit: int = MOST_MEN) -> Planned:
    """Take notice of every due item that changed, a batch of men in a transaction.

    Safe to run late, twice, and in two places at once: a man is planned for by whoever holds his lock, and once.
    """
    done = Planned()
    above = 0
    for _ in range(0, limit, BATCH):
        with acting_as(PLANNER):
            batch = due.patients_with_news(limit=min(BATCH, limit), above_id=above)
        if batch:
            _plan_batch(batch, now, done)
        if len(batch) < BATCH:
            break
        above = batch[-1]
    return done


def _plan_batch(batch: Sequence[int], now: datetime, done: Planned) -> None:
    try:
        done.add(_plan_men(batch, now))
    except Exception:
        # One man's trouble must not stop the reminders of all the others: whoever it is, is found out one by one.
        if len(batch) > 1:
            for patient_id in batch:
                _plan_batch([patient_id], now, done)
            return
        log.exception("reminders could not be planned", extra={"patient_id": batch[0]})
        done.failed += 1


def _plan_men(batch: Sequence[int], now: datetime) -> Planned:
    with acting_as(PLANNER):
        men = lock_patients(batch, skip_locked=True)
        notices = due.unannounced(men)
        unreadable = _plan_for(notices, now)
        due.mark_announced({notice.id: notice.version for notice in notices if notice.patient_id not in unreadable})
    for patient_id in sorted(unreadable):
        log.error("reminders could not be planned: his time zone is unreadable", extra={"patient_id": patient_id})
    return Planned(men=len(men) - len(unreadable), busy=len(batch) - len(men), failed=len(unreadable))


def replan(*, patient_id: int, now: datetime) -> None:
    """Move what is planned for this man to his present zone, hours and ways. Call it holding his lock."""
    planned = list(Reminder.objects.filter(patient_id=patient_id, state=_State.PLANNED))
    items = due.notices({row.due_item_id for row in planned if row.due_item_id is not None})
    _plan_for([items[item_id] for item_id in sorted(items)], now)
    expecting.doses_of([patient_id], now)
    if any(row.kind == REFILL for row in planned):
        expecting.refills_of([patient_id], now)


def _plan_for(notices: Sequence[due.DueNotice], now: datetime) -> set[int]:
    """Returns the men for whom nothing could be planned, because their zone is unreadable."""
    people = circumstances_of({notice.patient_id for notice in notices})
    ids = [notice.id for notice in notices]
    history = fitting.history_of(Reminder.objects.filter(due_item_id__in=ids).order_by("round", "id"))
    done = fitting.done_rounds(Answer.objects.filter(due_item_id__in=ids, what=Answer.What.DONE))
    changes = fitting.Changes()
    unreadable = set()
    for notice in notices:
        man, subject = people.get(notice.patient_id), of_item(notice)
        past = history[subject.key]
        if man is None:
            continue
        if man.zone is None:
            unreadable.add(notice.patient_id)
            continue
        if not (notice.is_open and is_reminded(notice.kind, notice.audience)):
            fitting.stop((row for row in past if row.state == _State.PLANNED), _State.SILENCED, changes)
            continue
        fitting.fit_round(man, subject, past, done, changes, now=now)
    changes.store()
    return unreadable
