"""What a man says by the links in an e-mail. Whoever holds the mail can say it, so it shows nothing and changes little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.doses import DOSE
from notifications.domain.words import Catalogue
from notifications.models import Answer, Delivery, Reminder
from notifications.services import answers, links, preferences
from notifications.services.people import circumstances_of
from notifications.services.spoken import spoken_of
from notifications.services.subjects import subjects_of
from tracking.services.access import Actor, acting_as, lock_patient, not_found
from tracking.services.owned import problem

READER = Actor.system("mail-link")
# A link is good for as long after its message was claimed.
LINK_LIVES = timedelta(days=60)
SNOOZE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Mailed:
    """The message that a link came with, and the reminders it spoke of. ``choices``: what can be said to it here."""

    delivery: Delivery
    said: tuple[Reminder, ...]
    catalogue: Catalogue
    choices: tuple[Answer.What, ...]
    can_unsubscribe: bool


def mailed(*, token: str, now: datetime, to_unsubscribe: bool = False) -> Mailed:
    """Read a link. Raises Problem (not found) where it is not ours, or too old.

    Where one message spoke of several things, "done" would not say which: that is for the app.
    """
    uid = links.read_unsubscribe(token) if to_unsubscribe else links.read_answer(token)
    if uid is None:
        raise not_found("link")
    with acting_as(READER):
        return _mailed(Delivery.objects.select_related("reminder").filter(uid=uid).first(), now)


def answer_by_mail(*, token: str, what: Answer.What, now: datetime) -> Mailed:
    """Keep what he said, for everything that the message spoke of. Saying it twice is saying it once. Raises Problem."""
    found = mailed(token=token, now=now)
    if what not in found.choices:
        raise problem("/answer", "answer-unknown", "This cannot be said here.")
    until = now + SNOOZE if what == Answer.What.SNOOZE else None
    with acting_as(READER):
        lock_patient(found.delivery.patient_id)
        for reminder in found.said:
            answers.answer(
                patient_id=found.delivery.patient_id,
                reminder_uid=reminder.uid,
                what=what,
                until=until,
                client_id=_once(found.delivery, reminder, what),
                by=READER,
                now=now,
            )
    return found


def unsubscribe_by_mail(*, token: str, now: datetime) -> Mailed:
    """No more e-mails. Raises Problem where the message was about what cannot be muted, with a sentence that says so."""
    found = mailed(token=token, now=now, to_unsubscribe=True)
    if not found.can_unsubscribe:
        raise problem("", "cannot-be-muted", found.catalogue.page["refused"], kind="conflict")
    preferences.stop_emails(patient_id=found.delivery.patient_id, by=READER, now=now)
    return found


def _mailed(delivery: Delivery | None, now: datetime) -> Mailed:
    if delivery is None or delivery.reminder is None or delivery.reminder.claimed_at is None:
        raise not_found("link")
    if now >= delivery.reminder.claimed_at + LINK_LIVES:
        raise not_found("link")
    (said,) = spoken_of([delivery]).values()
    subjects = subjects_of(said, now)
    man = circumstances_of([delivery.patient_id]).get(delivery.patient_id)
    if man is None or not man.reached.email:  # the account is gone, or was switched off
        raise not_found("link")
    several = [Answer.What.SNOOZE, Answer.What.NOT_NOW]
    if any(reminder.kind == DOSE for reminder in said):
        several.remove(Answer.What.SNOOZE)
    return Mailed(
        delivery,
        tuple(said),
        man.catalogue,
        choices=tuple(several) if len(said) > 1 else (Answer.What.DONE, *several),
        can_unsubscribe=not any(subject.time_critical for subject in subjects.values()),
    )


def _once(delivery: Delivery, reminder: Reminder, what: Answer.What) -> str:
    """The same click again, or a mail program that posts twice, is the same answer."""
    return f"m{delivery.pk:x}-{reminder.pk:x}-{what}"[:36]
