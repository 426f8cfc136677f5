"""What sign-in leaves behind: sessions that ran out, accounts whose address nobody ever verified, and letters to colleagues."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from tracking.domain.actor import Actor
from tracking.models import Patient, Prescriber, User
from tracking.services import colleagues
from tracking.services.access import acting_as

__all__ = ["clear"]

# Who signed up and did not verify within so many days did not mean to, or it was not his address.
UNVERIFIED_DAYS = 7
_CLEARING = Actor.system("clear-leftovers")


def clear(*, now: datetime) -> dict[str, int]:
    """Remove what is over, and say how many. Safe to run twice."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    accounts = _clear_unverified(now - timedelta(days=UNVERIFIED_DAYS))
    return {"sessions": sessions, "accounts": accounts, "letters": colleagues.clear(now=now)}


def _clear_unverified(before: datetime) -> int:
    with acting_as(_CLEARING):
        never_in = User.objects.filter(joined_at__lt=before, last_login=None, is_staff=False)
        found = list(
            never_in.filter(pk__in=EmailAddress.objects.filter(verified=False).values("user"))
            .exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user"))
            .exclude(pk__in=Patient.objects.exclude(user=None).values("user"))
            .exclude(pk__in=Prescriber.objects.values("user"))
            .values_list("pk", flat=True)
        )
        User.objects.filter(pk__in=found).delete()
    return len(found)
