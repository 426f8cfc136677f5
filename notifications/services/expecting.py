"""Reminders of expected doses and of refills, which tracking works out when it is asked (docs/adr/0034, 0066).

Doses are planned for men who asked for it, a day ahead, one message for each; refills for men who count what they have at home.
A batch of men costs a constant number of queries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.catalogue import rule_for
from notifications.domain.doses import DOSE, REFILL, ExpectedDose, dose_sending
from notifications.domain.stages import Round
from notifications.models import Answer, Preference, Reminder
from notifications.services import fitting
from notifications.services.people import Circumstances, circumstances_of
from notifications.services.subjects import of_dose, of_refill
from tracking.services import doses_due
from tracking.services.access import Actor, acting_as, lock_patients

log = logging.getLogger(__name__)

PLANNER = Actor.system("planner")
BATCH = 100
MOST_MEN = 20_000
# A dose of the day, whose only time is the end of that day, may have stood a day ago on the calendar; a clock change is in it.
BACK, AHEAD = timedelta(hours=26), timedelta(hours=24)

_State = Reminder.State


@dataclass(slots=True)
class Expecting:
    """What one run did, in men. ``busy`` ones were being written to and are looked at again next time."""

    men: int = 0
    busy: int = 0
    failed: int = 0


def plan_doses(*, now: datetime, limit: int = MOST_MEN) -> Expecting:
    """Plan the doses of the next day for every man who wants to be reminded of them. Safe to run late, twice and at once."""

    def wanting(most: int, above_id: int) -> list[int]:
        wanted = Preference.objects.filter(channels__has_key=DOSE, patient_id__gt=above_id)
        return list(wanted.order_by("patient_id").values_list("patient_id", flat=True)[:most])

    return _plan_all(wanting, doses_of, now, limit)


def plan_refills(*, now: datetime, limit: int = MOST_MEN) -> Expecting:
    """Plan the refills of every man who counts what he has. Safe to run late, twice and at once."""
    return _plan_all(lambda most, above_id: doses_due.men_with_stock(limit=most, above_id=above_id), refills_of, now, limit)


def doses_of(men: Sequence[int], now: datetime) -> None:
    """Make the reminders of doses of these men say what is expected and not logged. Call it holding their locks."""
    people = circumstances_of(men)
    rows = Reminder.objects.filter(patient_id__in=men, kind=DOSE, due_on__gte=(now - BACK - timedelta(days=2)).date())
    past = fitting.history_of(rows.order_by("round", "id"))
    lives = timedelta(minutes=rule_for(DOSE).lives_minutes)
    changes = fitting.Changes()
    wanted = set()
    asked = sorted(pk for pk, man in people.items() if _asked_for_doses(man))
    for notice in doses_due.open_doses(asked, now - BACK, now + AHEAD) if asked else ():
        man, subject = people[notice.patient_id], of_dose(notice)
        if man.zone is None:
            continue
        dose = ExpectedDose(notice.day, notice.number, notice.at, notice.closes_at, notice.timed)
        sending = dose_sending(dose, man.hours, man.zone, lives=lives)
        if sending is None:
            continue
        wanted.add(subject.key)
        planned = fitting.by_way([sending], man, subject)
        fitting.fit(subject, past[subject.key], Round(1, now), planned, changes, now=now)
    _silence_the_rest(past, wanted, changes)
    changes.store()


def refills_of(men: Sequence[int], now: datetime) -> None:
    """Make the reminders of refills of these men say what runs out. Call it holding their locks."""
    people = circumstances_of(men)
    past = fitting.history_of(Reminder.objects.filter(patient_id__in=men, kind=REFILL).order_by("round", "id"))
    done = fitting.done_rounds(Answer.objects.filter(patient_id__in=men, due_item_id=None, what=Answer.What.DONE))
    changes = fitting.Changes()
    wanted = set()
    for notice in doses_due.refills(sorted(people), now):
        man, subject = people[notice.patient_id], of_refill(notice)
        if man.zone is None:
            continue
        wanted.add(subject.key)
        fitting.fit_round(man, subject, past[subject.key], done, changes, now=now)
    _silence_the_rest(past, wanted, changes)
    changes.store()


def _silence_the_rest(past: fitting.History, wanted: set[fitting.Key], changes: fitting.Changes) -> None:
    for key, rows in past.items():
        if key not in wanted:
            fitting.stop((row for row in rows if row.state == _State.PLANNED), _State.SILENCED, changes)


def _asked_for_doses(man: Circumstances) -> bool:
    """He named ways for them; an empty list is the inbox alone."""
    return DOSE in man.preference.channels


def _plan_all(
    whom: Callable[[int, int], list[int]], plan: Callable[[Sequence[int], datetime], None], now: datetime, limit: int
) -> Expecting:
    done = Expecting()
    above = 0
    for _ in range(0, limit, BATCH):
        with acting_as(PLANNER):
            batch = whom(min(BATCH, limit), above)
        if batch:
            _plan_batch(batch, plan, now, done)
        if len(batch) < BATCH:
            break
        above = batch[-1]
    return done


def _plan_batch(batch: Sequence[int], plan: Callable[[Sequence[int], datetime], None], now: datetime, done: Expecting) -> None:
    try:
        with acting_as(PLANNER):
            men = lock_patients(batch, skip_locked=True)
            plan(men, now)
        done.men += len(men)
        done.busy += len(batch) - len(men)
    except Exception:
        # As in planning: one man's trouble must not stop the reminders of all the others.
        if len(batch) > 1:
            for patient_id in batch:
                _plan_batch([patient_id], plan, now, done)
            return
        log.exception("doses or refills could not be planned", extra={"patient_id": batch[0]})
        done.failed += 1
