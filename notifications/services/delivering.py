"""The outbox: what was claimed leaves the house.

A batch is taken in a committed transaction, all of it is handed over at once, each by a thread, and outcomes are recorded as
they come. Whoever dies in between leaves rows in ``sending``, of which nobody knows whether they arrived; they are not sent
again, unless they are time-critical. As nothing of a batch waits its turn, that is never more than was truly on its way.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep

from django.db import InterfaceError, OperationalError, connection

from notifications.channels import CHANNELS, Outcome, Refused, Sent, Unknown
from notifications.models import Delivery, Device, Escalation
from notifications.services import fallback, handing_over, outbox, outcomes
from notifications.services.handing_over import Handover, Verdict
from notifications.services.spoken import spoken_of
from notifications.services.subjects import subjects_of
from tracking.services import episodes
from tracking.services.access import Actor, acting_as

log = logging.getLogger(__name__)

POSTMAN = Actor.system("postman")
MOST_DELIVERIES = 20_000
# So many are on their way at once, each in a thread of its own.
BATCH = 16
# Seconds after which a run takes no more work: one more batch, every answer late, still ends before the task is stopped.
BUDGET = 90.0
# Seconds after which those that have their outcome do not wait any longer for those that have none.
PATIENCE = 1.0
# Seconds to wait for a database that is away, before outcomes are given up and become unknown.
RECORD_AGAIN_AFTER = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)

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

    def add(self, other: Delivered) -> None:
        for name in ("sent", "refused", "unknown", "postponed", "dead", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def deliver(*, now: datetime, limit: int = MOST_DELIVERIES) -> Delivered:
    """Send what waits, oldest first, until nothing does or time is up. Any number of workers may run it at once."""
    done = Delivered()
    _settle_lost(now, done)
    began = monotonic()
    taken = 0
    with ExitStack() as run:
        for channel in CHANNELS.values():
            run.enter_context(channel.kept_open())
        pool = run.enter_context(ThreadPoolExecutor(BATCH, thread_name_prefix="postman"))
        while taken < limit:
            found, handovers = _take(now, min(BATCH, limit - taken), done)
            _send_all(pool, handovers, now, done)
            taken += found
            if not found or monotonic() - began > BUDGET:
                break
    return done


def _take(now: datetime, most: int, done: Delivered) -> tuple[int, list[Handover]]:
    """How many waited, and those of them that are still wanted: in ``sending`` and committed."""
    with acting_as(POSTMAN):
        rows = list(
            Delivery.objects.filter(state=_State.QUEUED, next_attempt_at__lte=now)
            .order_by("next_attempt_at", "id")
            .select_related("reminder", "escalation", "device")
            .select_for_update(skip_locked=True, of=("self",))[:most]
        )
        handovers: list[Handover] = []
        stranded: list[Delivery] = []
        for row, verdict in handing_over.consider(rows, now):
            match verdict:
                case Handover():
                    outcomes.begin(row, now)
                    handovers.append(verdict)
                case Verdict(wait_until=None):
                    outcomes.end(row, _State.DEAD, now, verdict.reason)
                    stranded += [row] if verdict.has_no_target else []
                    done.dead += 1
                case Verdict(wait_until=at):
                    outcomes.requeue(row, at or now, row.last_reason)
                    done.postponed += 1
        outbox.write(rows)
        fallback.stand_in_for(stranded, now=now)
    return len(rows), handovers


def _send_all(pool: ThreadPoolExecutor, handovers: Sequence[Handover], now: datetime, done: Delivered) -> None:
    pending: dict[Future[Outcome], Handover] = {pool.submit(_send, handover): handover for handover in handovers}
    while pending:
        finished, _ = wait(pending, timeout=PATIENCE)
        heard = [(pending.pop(future), future.result()) for future in finished]
        if heard:
            _record_patiently(heard, now, done)


def _send(handover: Handover) -> Outcome:
    try:
        return CHANNELS[handover.channel].send(handover.message, handover.target)
    except Exception as error:
        # A channel does not raise. If one does, the message may be out, and the messages behind it must not wait.
        log.exception("a channel raised", extra={"delivery": handover.message.reference})
        return Unknown(type(error).__name__)


def _record_patiently(heard: Sequence[tuple[Handover, Outcome]], now: datetime, done: Delivered) -> None:
    """What was sent must not be forgotten because the database was away for a moment."""
    for pause in (*RECORD_AGAIN_AFTER, None):
        counted = Delivered()
        try:
            with acting_as(POSTMAN):
                told = _record(heard, now, counted)
        except (OperationalError, InterfaceError):
            if pause is None:
                raise
            log.warning("outcomes could not be recorded yet", extra={"count": len(heard)})
            connection.close()
            sleep(pause)
        else:
            done.add(counted)
            # Apart: a man's lock is never taken while deliveries are held.
            for patient_id, episode_id in told:
                episodes.note_told(patient_id=patient_id, episode_id=episode_id, by=POSTMAN, now=now)
            return


def _record(heard: Sequence[tuple[Handover, Outcome]], now: datetime, done: Delivered) -> list[tuple[int, int]]:
    """Write down what became of each. A row that is not ours any more (we were given up for lost) is left as it is.

    The man and the episode of each message about a finding that has reached his clinic.
    """
    found = {
        row.pk: row
        for row in Delivery.objects.filter(pk__in=[handover.delivery_id for handover, _ in heard], state=_State.SENDING)
        .order_by("id")
        .select_related("reminder", "escalation")
        .select_for_update(of=("self",))
    }
    ours = [
        (found[handover.delivery_id], outcome)
        for handover, outcome in heard
        if handover.delivery_id in found and found[handover.delivery_id].attempts == handover.attempt
    ]
    critical = _time_critical([row for row, _ in ours], now)
    groups = spoken_of(row for row, _ in ours)
    for row, outcome in ours:
        outcomes.settle(row, outcome, now, until=handing_over.worth_until(row, groups), at_least_once=row.pk in critical)
        done.sent += isinstance(outcome, Sent)
        done.refused += isinstance(outcome, Refused)
        done.unknown += isinstance(outcome, Unknown)
    outbox.write([row for row, _ in ours])
    gone = [row.device_id for row, outcome in ours if isinstance(outcome, Refused) and outcome.is_gone and row.device_id]
    Device.objects.filter(pk__in=gone, removed_at=None).update(removed_at=now, removed_why="unregistered", value="")
    fallback.stand_in_for([row for row, _ in ours if row.state in (_State.REFUSED, _State.DEAD)], now=now)
    about = [(row.patient_id, row.escalation) for row, _ in ours if row.state == _State.SENT and row.escalation is not None]
    response = Escalation.About.RESPONSE
    return sorted({(man, escalation.subject_id) for man, escalation in about if escalation.about == response})


def _time_critical(rows: Sequence[Delivery], now: datetime) -> set[int]:
    """Those of these of which it is better to say it twice than perhaps not at all."""
    subjects = subjects_of((row.reminder for row in rows if row.reminder is not None), now)
    return {row.pk for row in rows if row.reminder_id in subjects and subjects[row.reminder_id].time_critical}


def _settle_lost(now: datetime, done: Delivered) -> None:
    """Deliveries in hand for longer than a task can live: their worker is gone."""
    with acting_as(POSTMAN):
        lost = list(
            Delivery.objects.filter(state=_State.SENDING, sending_since__lt=outcomes.lost_before(now))
            .order_by("id")
            .select_related("reminder")
            .select_for_update(skip_locked=True, of=("self",))
        )
        critical = _time_critical(lost, now)
        for row in lost:
            outcomes.settle_lost(row, now, at_least_once=row.pk in critical)
        outbox.write(lost)
        done.lost += len(lost)
