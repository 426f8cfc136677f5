"""A change of sealing keys, seen through."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction

from backend.accounts.sealing import InvalidToken, reseal

__all__ = ["reseal_everything"]

# The members of an authenticator's data that allauth hands to `encrypt`.
_SEALED = ("secret", "seed")


def reseal_everything() -> dict[str, int]:
    """Seal all of it under the first key, row by row, and count. What no key opens is left as it is and counted apart."""
    counts = {"authenticators": 0, "sessions": 0, "unreadable": 0}
    for key in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("pk", flat=True):
        counts["authenticators" if _authenticator(key) else "unreadable"] += 1
    for key in Session.objects.values_list("pk", flat=True):
        counts["sessions" if _session(key) else "unreadable"] += 1
    return counts


@transaction.atomic
def _authenticator(key: int) -> bool:
    row = Authenticator.objects.select_for_update().filter(pk=key).first()
    if row is None:
        return True
    try:
        sealed: dict[str, Any] = {name: reseal(row.data[name]) for name in _SEALED if name in row.data}
    except InvalidToken:
        return False
    row.data = row.data | sealed
    row.save(update_fields=["data"])
    return True


@transaction.atomic
def _session(key: str) -> bool:
    row = Session.objects.select_for_update().filter(pk=key).first()
    if row is None:
        return True
    try:
        row.session_data = reseal(row.session_data)
    except InvalidToken:
        return False
    row.save(update_fields=["session_data"])
    return True
