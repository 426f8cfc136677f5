"""The second step of a sign-in to the desk: what was shown to be known already, what is still asked for, and what is proven.

Who signs in to an app and looks after men goes through it too: allauth asks, and here it is said whether he did.

allauth keeps the authenticators, checks codes and counts tries, the same ones as for the app. Between the two steps nobody is
signed in: the session knows only whose password was right, and for a few minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.base.internal.flows import check_rate_limit, post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest

from tracking.models import User

__all__ = [
    "Pending", "begin", "can_show", "codes_left", "enrol", "has_one", "is_proven", "new_recovery_codes", "pending", "prove",
    "seen", "verify", "was_shown",
]  # fmt: skip

_PENDING, _PROVEN = "desk.pending", "desk.proven"
# For so long a right password waits for its code.
_PATIENCE = timedelta(minutes=10)
# The mark of having been seen is written no more often than this.
_SPARING = timedelta(minutes=1)
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Pending:
    """Whose password was right, where he wanted to go, and the seed that he is offered where he has none."""

    user: User
    next: str
    secret: str


def begin(request: HttpRequest, user: User, next_url: str, *, now: datetime) -> None:
    """The password was right. Whoever was signed in here before is no longer, and nobody is yet."""
    request.session.flush()
    request.session[_PENDING] = {
        "user": user.pk, "at": now.isoformat(), "next": next_url, "secret": "" if has_one(user) else generate_totp_secret(),
    }  # fmt: skip


def pending(request: HttpRequest, *, now: datetime) -> Pending | None:
    """The first step of this session; None where there was none, or too long ago, or the account may not come in any more."""
    kept = request.session.get(_PENDING)
    if kept is None or not timedelta() <= now - datetime.fromisoformat(kept["at"]) <= _PATIENCE:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True, is_staff=True).first()
    return None if user is None else Pending(user, kept["next"], kept["secret"])


def has_one(user: User) -> bool:
    """Whether the account has an app that makes one-time codes."""
    return Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.TOTP).exists()


def can_show(user: User) -> bool:
    """Whether the account has a second factor of any kind, a passkey included."""
    return is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


def was_shown(session: SessionBase, user: User) -> bool:
    """Whether this account began an app's session, or proved it again, with a second factor."""
    asked = HttpRequest()
    asked.session = session
    return any(step["method"] == "mfa" for step in get_authentication_records(asked, user))


def verify(request: HttpRequest, user: User, code: str) -> bool:
    """Whether this is a code of his app, or one of his recovery codes, which it spends. No code counts twice.

    Raises ValidationError where he tried too often.
    """
    right = check_rate_limit(user)
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    for authenticator in Authenticator.objects.filter(user=user.pk, type__in=kinds).order_by("-type"):
        if authenticator.wrap().validate_code(code):
            post_authentication(request, authenticator)
            right()
            return True
    return False


def enrol(user: User, secret: str, code: str) -> bool:
    """Set up the app that made this code from the seed he was offered; False where the code is wrong.

    An account that has one already gets no second: two browsers may have been offered a seed.
    """
    if not validate_totp_code(secret, code):
        return False
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if has_one(user):
            return False
        TOTP.activate(user, secret)
    return True


def prove(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Sign him in: both steps are done."""
    request.session.pop(_PENDING, None)
    login(request, user, backend=_BACKEND)
    request.session[_PROVEN] = {"user": user.pk, "at": now.isoformat(), "seen": now.isoformat()}


def is_proven(request: HttpRequest, *, now: datetime) -> bool:
    """Whether this session went through both steps, was used lately, and is not older than a working day."""
    kept = request.session.get(_PROVEN)
    if kept is None or kept["user"] != request.user.pk:
        return False
    since, seen_at = (datetime.fromisoformat(kept[name]) for name in ("at", "seen"))
    return timedelta() <= now - since <= timedelta(seconds=settings.DESK_LONGEST_SECONDS) and now - seen_at <= timedelta(
        seconds=settings.DESK_IDLE_SECONDS
    )


def seen(request: HttpRequest, *, now: datetime) -> None:
    """Note that the desk is in use."""
    kept: dict[str, Any] = request.session[_PROVEN]
    if now - datetime.fromisoformat(kept["seen"]) >= _SPARING:
        request.session[_PROVEN] = kept | {"seen": now.isoformat()}


def codes_left(user: User) -> int:
    """How many recovery codes were not used yet."""
    kept = Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return 0 if kept is None else len(kept.wrap().get_unused_codes())


def new_recovery_codes(user: User) -> list[str]:
    """Make new ones; the old ones hold no longer."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
        return list(RecoveryCodes.activate(user).get_unused_codes())
