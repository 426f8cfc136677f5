"""The calendar feed: an address that he gives to his calendar program, and takes back when he likes.

Whoever has the address reads the calendar, so it is a secret: 256 random bits, shown once, kept as a hash. What it shows is
as discreet as he wants every message to be; it never names a man, a drug, a hormone or a result.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from notifications.domain.addresses import CALENDAR
from notifications.domain.calendar import Entry, as_text
from notifications.domain.stages import is_reminded
from notifications.models import CalendarFeed
from notifications.services.people import Circumstances, circumstances_of
from tracking.services import due
from tracking.services.access import Actor, acting_as, lock_patient, not_found

READER = Actor.system("calendar")


@dataclass(frozen=True, slots=True)
class GivenOut:
    """An address, whole for this once."""

    feed: CalendarFeed
    url: str


def calendar_of(patient_id: int) -> CalendarFeed | None:
    """The feed that stands, or None."""
    return CalendarFeed.objects.filter(patient_id=patient_id, withdrawn_at=None).first()


def give_out_calendar(*, patient_id: int, by: Actor, now: datetime) -> GivenOut:
    """Make a new address; the one before it ends at once."""
    token = secrets.token_urlsafe(32)
    with acting_as(by):
        lock_patient(patient_id)
        _withdraw(patient_id, now)
        feed = CalendarFeed.objects.create(patient_id=patient_id, token_hash=_hash(token), made_at=now)
        return GivenOut(feed, f"{settings.PUBLIC_URL}/{CALENDAR}/{token}.ics")


def withdraw_calendar(*, patient_id: int, by: Actor, now: datetime) -> None:
    """End the address that stands, if there is one. Again changes nothing."""
    with acting_as(by):
        lock_patient(patient_id)
        _withdraw(patient_id, now)


def read_calendar(*, token: str, now: datetime) -> bytes:
    """What the calendar says now. Raises Problem (not found) where the address is none or ended, or its account is off."""
    with acting_as(READER):
        feed = CalendarFeed.objects.filter(token_hash=_hash(token)).first()
        man = None if feed is None else circumstances_of([feed.patient_id]).get(feed.patient_id)
        if man is None or not man.reached.email:
            raise not_found("calendar")
        return as_text(man.catalogue.calendar["name"], _entries(man), language=man.catalogue.language, now=now)


def _entries(man: Circumstances) -> list[Entry]:
    """Open labs and scans, by date. Which kinds these are is said by the catalogue, which has a title for each."""
    titles = man.catalogue.calendar_titles
    items = [item for item in due.open_of(man.patient_id) if item.kind in titles and is_reminded(item.kind, item.audience)]
    names = due.uids(item.id for item in items)
    return [
        Entry(
            uid=f"{names[item.id]}@trabecula",
            sequence=item.version - 1,
            day=item.due_on,
            title=man.catalogue.calendar["discreet"] if man.preference.discreet else titles[item.kind],
        )
        for item in items
    ]


def _withdraw(patient_id: int, now: datetime) -> None:
    CalendarFeed.objects.filter(patient_id=patient_id, withdrawn_at=None).update(withdrawn_at=now, token_hash="")


def _hash(token: str) -> str:
    """Enough for a token that nobody can guess: there is nothing to try out, so nothing has to be slow."""
    return hashlib.sha256(token.encode()).hexdigest()
