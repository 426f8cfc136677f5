"""The outbox: what was claimed leaves the house.

One message at a time: taken in a committed transaction, sent outside any, its outcome recorded in another. Whoever dies in
between leaves a row in ``sending``, of which nobody knows whether it arrived; it is not sent again, unless it is time-critical.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings

from notifications.channels import CHANNELS, Message, Outcome, Refused, Sent, Unknown
from notifications.domain.hours import Hours, zone_named
from notifications.domain.retry import retry_delay
from notifications.domain.stages import Fate, fate
from notifications.domain.words import OUTSIDE, WHY_BY_EMAIL
from notifications.models import Delivery, Preference, Reminder
from tracking.services import due
from tracking.services.access import Actor, acting_as, contact

log = logging.getLogger(__name__)

POSTMAN = Actor.system("postman")
MOST_DELIVERIES = 2000
# Seconds after which a run takes no more work: one more send, every answer late, still ends before the task is stopped.
BUDGET = 90.0

_State = Delivery.State


@dataclass(slots=True)
class Delivered:
    """What one run did, in numbers of deliveries. ``lost``: found in hand of a worker that is gone."""

    sent: int = 0
    refused: int = 0
    unknown: int = 0
    postponed: int = 0
    dead: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Handover:
    """A delivery in ``sending``, which is this worker's alone."""

    delivery: Delivery
    message: Message
    target: str


def deliver(*, now: datetime, limit: int = MOST_DELIVERIES) -> Delivered:
    """Send what waits, oldest first, until nothing does or time is up. Any number of workers may run it at once."""
    done = Delivered()
    _settle_lost(now, done)
    began = monotonic()
    for _ in range(limit):
        handover, more = _take(now, done)
        if handover is not None:
            outcome = _send(handover)
            with acting_as(POSTMAN):
                _record(handover, outcome, now, done)
        if not more or monotonic() - began > BUDGET:
            break
    return done


def _take(now: datetime, done: Delivered) -> tuple[Handover | None, bool]:
    """The next delivery, in ``sending`` and committed, if it is still wanted; and whether there was any."""
    with acting_as(POSTMAN):
        delivery = (
            Delivery.objects.filter(state=_State.QUEUED, next_attempt_at__lte=now)
            .order_by("next_attempt_at", "id")
            .select_related("reminder")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if delivery is None:
            return None, False
        reminder = delivery.reminder
        person = contact(delivery.patient_id)
        if person is None or not person.email:
            _end(delivery, _State.DEAD, now, "nowhere to send it")
            done.dead += 1
            return None, True
        preference = Preference.objects.filter(patient_id=delivery.patient_id).first()
        verdict, at = fate(
            now,
            expires_at=reminder.expires_at,
            is_wanted=reminder.state == Reminder.State.CLAIMED and due.still_due(reminder.due_item_id),
            hours=preference.hours if preference else Hours(),
            zone=zone_named(person.zone),
        )
        if verdict in (Fate.SILENCE, Fate.EXPIRE):
            _end(delivery, _State.DEAD, now, "no longer due" if verdict == Fate.SILENCE else "its time is over")
            done.dead += 1
            return None, True
        if verdict == Fate.WAIT:
            _requeue(delivery, at, delivery.last_reason)
            done.postponed += 1
            return None, True
        delivery.state, delivery.sending_since, delivery.attempts = _State.SENDING, now, delivery.attempts + 1
        delivery.save(update_fields=["state", "sending_since", "attempts"])
        return Handover(
            delivery=delivery,
            message=Message(OUTSIDE.title, OUTSIDE.body, reference=str(delivery.uid), footer=WHY_BY_EMAIL),
            target=person.email,
        ), True


def _send(handover: Handover) -> Outcome:
    try:
        return CHANNELS[handover.delivery.channel].send(handover.message, handover.target)
    except Exception as error:
        # A channel does not raise. If one does, the message may be out, and the messages behind it must not wait.
        log.exception("a channel raised", extra={"delivery": str(handover.delivery.uid)})
        return Unknown(type(error).__name__)


def _record(handover: Handover, outcome: Outcome, now: datetime, done: Delivered) -> None:
    delivery = handover.delivery
    match outcome:
        case Sent(reference=reference):
            delivery.provider_reference = reference[:200]
            _end(delivery, _State.SENT, now, "")
            done.sent += 1
        case Refused(reason=reason, is_retryable=True, retry_after=retry_after):
            _try_again(delivery, now, reason, retry_after)
            done.refused += 1
        case Refused(reason=reason):
            _end(delivery, _State.REFUSED, now, reason)
            done.refused += 1
        case Unknown(reason=reason):
            if _is_time_critical(delivery):
                _try_again(delivery, now, reason, None)
            else:
                _end(delivery, _State.UNKNOWN, now, reason)
            done.unknown += 1


def _is_time_critical(delivery: Delivery) -> bool:
    """Whether it is better to say it twice than perhaps not at all."""
    notice = due.notice(delivery.reminder.due_item_id)
    return notice is not None and notice.time_critical


def _try_again(delivery: Delivery, now: datetime, reason: str, retry_after: timedelta | None) -> None:
    jitter = (delivery.uid.int % 1024) / 1024
    delay = retry_delay(delivery.attempts, jitter=jitter, retry_after=retry_after)
    if delay is None or now + delay >= delivery.reminder.expires_at:
        _end(delivery, _State.DEAD, now, reason)
    else:
        _requeue(delivery, now + delay, reason)


def _settle_lost(now: datetime, done: Delivered) -> None:
    """Deliveries in hand for longer than a task can live: their worker is gone."""
    longest = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + settings.EMAIL_TIMEOUT)
    with acting_as(POSTMAN):
        lost = Delivery.objects.filter(state=_State.SENDING, sending_since__lt=now - longest)
        for delivery in lost.order_by("id").select_related("reminder").select_for_update(skip_locked=True, of=("self",)):
            reason = "the worker that sent it did not return"
            if _is_time_critical(delivery):
                _requeue(delivery, now, reason)
            else:
                _end(delivery, _State.UNKNOWN, now, reason)
            done.lost += 1


def _requeue(delivery: Delivery, at: datetime, reason: str) -> None:
    delivery.state, delivery.sending_since = _State.QUEUED, None
    delivery.next_attempt_at, delivery.last_reason = at, reason[:200]
    delivery.save(update_fields=["state", "sending_since", "next_attempt_at", "last_reason"])


def _end(delivery: Delivery, state: Delivery.State, now: datetime, reason: str) -> None:
    delivery.state, delivery.sending_since, delivery.ended_at = state, None, now
    delivery.last_reason = reason[:200]
    delivery.save(update_fields=["state", "sending_since", "ended_at", "last_reason", "provider_reference"])
