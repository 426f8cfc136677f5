"""What a man says to a reminder, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from notifications.domain.doses import DOSE
from notifications.domain.stages import Round
from notifications.models import INBOX, Answer, Reminder
from notifications.services import fitting
from notifications.services.subjects import subjects_of
from tracking.services.access import Actor, acting_as, lock_patient, not_found
from tracking.services.owned import new_client_id, problem

LONGEST_SNOOZE = timedelta(days=28)

_What = Answer.What
_Row = TypeVar("_Row", Answer, Reminder)
_State = Reminder.State


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer as kept, and when he will next be reminded of the same thing (UTC; None: not any more)."""

    answer: Answer
    next_at: datetime | None


def answer(
    *,
    patient_id: int,
    reminder_uid: UUID,
    what: Answer.What,
    until: datetime | None = None,
    client_id: str | None = None,
    by: Actor,
    now: datetime,
) -> Answered:
    """Keep what he said.

    - ``done``: nothing more in this round. Only a due date that moves far, or a snooze, begins another.
    - ``not_now``: nothing more of this stage; the next stage comes as planned.
    - ``snooze``: the stage in hand is repeated at ``until`` (after now, at most 28 days ahead). The stage after it comes
      when it is due, however long the snooze.

    The same answer again is the same answer. Done and snooze speak of the item, also when said to an older message about it.
    Raises Problem: not his reminder; a snooze of an expected dose, which is soon over; a snooze without, or any other answer
    with, a time; a time out of range; a client id that already names another answer.
    """
    if (what == _What.SNOOZE) != (until is not None):
        raise problem("/until", "snooze-until", "State a time for snooze, and for snooze only.")
    if until is not None and not now < until <= now + LONGEST_SNOOZE:
        raise problem(
            "/until", "snooze-out-of-range", "Choose a time from now on, at most {days} days ahead.", days=LONGEST_SNOOZE.days
        )
    with acting_as(by):
        lock_patient(patient_id)
        reminder = Reminder.objects.filter(patient_id=patient_id, uid=reminder_uid).first()
        if reminder is None:
            raise not_found("reminder")
        if what == _What.SNOOZE and reminder.kind == DOSE:
            raise problem(
                "/answer",
                "cannot-be-put-off",
                "A reminder of an entry of your plan is soon over. Log it, or say done or not_now.",
            )
        kept = _already_kept(reminder, what, client_id)
        if kept is None:
            kept = _keep(reminder, what, until=until, client_id=client_id, by=by, now=now)
        return Answered(kept, _next_at(reminder, now))


def _already_kept(reminder: Reminder, what: Answer.What, client_id: str | None) -> Answer | None:
    if client_id is not None:
        sent_before = Answer.objects.filter(patient_id=reminder.patient_id, client_id=client_id).first()
        if sent_before is not None:
            if (sent_before.reminder_id, sent_before.what) != (reminder.pk, what):
                raise problem("/client_id", "client-id-taken", "This id already names another answer.", kind="conflict")
            return sent_before
    if what == _What.NOT_NOW:
        return Answer.objects.filter(reminder=reminder, what=what).first()
    if what == _What.DONE:
        return _about(Answer, reminder).filter(round=_round(reminder), what=what).first()
    return None


def _keep(
    reminder: Reminder, what: Answer.What, *, until: datetime | None, client_id: str | None, by: Actor, now: datetime
) -> Answer:
    number = reminder.round if what == _What.NOT_NOW else _round(reminder)
    kept = Answer.objects.create(
        client_id=client_id or new_client_id(),
        patient_id=reminder.patient_id,
        reminder=reminder,
        due_item_id=reminder.due_item_id,
        occasion=reminder.occasion,
        round=number,
        what=what,
        until=until,
        by=str(by),
        at=now,
    )
    kept.refresh_from_db(fields=["revision"])
    rows = _about(Reminder, reminder).filter(state__in=[_State.PLANNED, _State.CLAIMED])
    if what == _What.NOT_NOW:
        rows.filter(round=number, stage=reminder.stage).update(state=_State.ANSWERED)
    elif what == _What.DONE:
        rows.update(state=_State.ANSWERED)
    else:
        rows.filter(state=_State.CLAIMED).update(state=_State.ANSWERED)
        subject = subjects_of([reminder], now).get(reminder.pk)
        if subject is not None and subject.is_open:
            fitting.begin_round(subject, Round(number + 1, now, until), now)
    return kept


def _about(rows: type[_Row], reminder: Reminder) -> QuerySet[_Row]:
    """What was said of the same thing."""
    return rows.objects.filter(patient_id=reminder.patient_id, due_item_id=reminder.due_item_id, occasion=reminder.occasion)


def _round(reminder: Reminder) -> int:
    """The round that its item is in now."""
    return _about(Reminder, reminder).order_by("-round").values_list("round", flat=True)[0]


def _next_at(reminder: Reminder, now: datetime) -> datetime | None:
    subject = subjects_of([reminder], now).get(reminder.pk)
    if subject is None or not subject.is_open:
        return None
    planned = _about(Reminder, reminder).filter(channel=INBOX, state=_State.PLANNED)
    return planned.order_by("send_at").values_list("send_at", flat=True).first()
