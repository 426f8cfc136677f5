"""What becomes of a message that was handed over, whomever it was for. The rows are changed here and stored by the caller."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from notifications.channels import Outcome, Refused, Sent, Unknown
from notifications.domain.retry import retry_delay
from notifications.models import Outgoing

State = Outgoing.State

# Given up rightly: it was answered, or its occasion passed, before it left.
NO_LONGER_DUE = "no longer due"


def begin(row: Outgoing, now: datetime) -> None:
    """It is about to leave, in our hands alone. To be committed before anything is sent."""
    row.state, row.sending_since, row.attempts = State.SENDING, now, row.attempts + 1


def settle(row: Outgoing, outcome: Outcome, now: datetime, *, until: datetime, at_least_once: bool = False) -> None:
    """Note the outcome of one attempt.

    A definite refusal that may pass is tried again, as long as it is worth it; silence is left at that, unless it is better to
    say it twice than perhaps not at all.
    """
    match outcome:
        case Sent(reference=reference):
            row.provider_reference = reference[:200]
            end(row, State.SENT, now, "")
        case Refused(reason=reason, is_retryable=True, retry_after=retry_after):
            _try_again(row, now, reason, retry_after=retry_after, until=until)
        case Refused(reason=reason):
            end(row, State.REFUSED, now, reason)
        case Unknown(reason=reason) if at_least_once:
            _try_again(row, now, reason, retry_after=None, until=until)
        case Unknown(reason=reason):
            end(row, State.UNKNOWN, now, reason)


def lost_before(now: datetime) -> datetime:
    """Whatever has been in hand since before then belongs to a worker that is gone: no task lives so long."""
    longest_silence = max(settings.EMAIL_TIMEOUT, settings.FCM_TIMEOUT)
    return now - timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + longest_silence)


def settle_lost(row: Outgoing, now: datetime, *, at_least_once: bool = False) -> None:
    """Nobody knows whether it arrived."""
    reason = "the worker that sent it did not return"
    if at_least_once:
        requeue(row, now, reason)
    else:
        end(row, State.UNKNOWN, now, reason)


def requeue(row: Outgoing, at: datetime, reason: str) -> None:
    """It waits until ``at``."""
    row.state, row.sending_since = State.QUEUED, None
    row.next_attempt_at, row.last_reason = at, reason[:200]


def end(row: Outgoing, state: Outgoing.State, now: datetime, reason: str) -> None:
    """Nothing more becomes of it."""
    row.state, row.sending_since, row.ended_at = state, None, now
    row.last_reason = reason[:200]


def _try_again(row: Outgoing, now: datetime, reason: str, *, retry_after: timedelta | None, until: datetime) -> None:
    jitter = (row.uid.int % 1024) / 1024
    delay = retry_delay(row.attempts, jitter=jitter, retry_after=retry_after)
    if delay is None or now + delay >= until:
        end(row, State.DEAD, now, reason)
    else:
        requeue(row, now + delay, reason)
