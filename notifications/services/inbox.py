"""What a man finds in the app."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Window

from notifications.models import INBOX, InboxMessage, Reminder
from tracking.services.access import Actor, acting_as, lock_patient, not_found
from tracking.services.kept import Kept


def inbox_of(patient_id: int) -> QuerySet[InboxMessage]:
    """His messages with the reminders they belong to, newest first."""
    return InboxMessage.objects.filter(patient_id=patient_id).select_related("reminder").order_by("-id")


def unread_of(patient_id: int, *, newest: int) -> tuple[int, list[InboxMessage]]:
    """How many messages he has not read, and the newest of them with the reminders they belong to. One statement."""
    found: list[Any] = _unread(newest).of(patient_id)
    return (found[0].unread if found else 0), found


@cache
def _unread(newest: int) -> Kept[InboxMessage]:
    return Kept(lambda patient_id: inbox_of(patient_id).filter(read_at=None).annotate(unread=Window(Count("pk")))[:newest])


def reminders_of(patient_id: int) -> QuerySet[Reminder]:
    """What he has been reminded of and has not answered, and what is to come; each once, however many ways it goes; by time."""
    return Reminder.objects.filter(
        patient_id=patient_id, channel=INBOX, state__in=[Reminder.State.PLANNED, Reminder.State.CLAIMED]
    ).order_by("send_at", "id")


def mark_read(*, patient_id: int, message_uid: UUID, by: Actor, now: datetime) -> InboxMessage:
    """Note when he first read it. Reading again changes nothing. Raises Problem where the message is not his."""
    with acting_as(by):
        lock_patient(patient_id)
        message = InboxMessage.objects.select_related("reminder").filter(patient_id=patient_id, uid=message_uid).first()
        if message is None:
            raise not_found("message")
        if message.read_at is None:
            message.read_at = max(now, message.created_at)  # the clocks of two machines differ a little
            message.save(update_fields=["read_at"])
            message.refresh_from_db(fields=["revision"])
        return message
