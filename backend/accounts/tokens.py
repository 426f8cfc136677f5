"""Tokens of the app: a short-lived one for each request, and one that is exchanged, once, for the next pair.

All tokens of one sign-in are a family, and the session behind it is where it ends: with the session every token of it stops
to hold, at once, because each use looks the session up.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy, internal
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import AuthenticationFailed

from backend.accounts import closing, second_factor
from backend.accounts.sessions import SessionStore
from tracking import clock
from tracking.domain.actor import Actor
from tracking.models import User
from tracking.services import erasure
from tracking.services.kept import Kept

__all__ = ["AccessTokens", "Tokens", "end_family", "lock_family"]

log = logging.getLogger(__name__)

_ACCOUNT = re.compile(r"[0-9]{1,18}", re.ASCII)
_FAMILY = "headless_refresh_tokens"  # where allauth keeps, in the session, which refresh tokens were not exchanged yet


class Tokens(JWTTokenStrategy):
    """allauth's own, with an end for a family of which a token was used twice: one of the two who have it stole it."""

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any] | None:
        """The first pair of a sign-in. The session lives as long as a phone may be silent, not a prescriber's working day.

        Who signs in wants to keep his account: an erasure that waits is cancelled.
        """
        request.session.set_expiry(settings.APP_SESSION_SECONDS)
        request.session.pop(_FAMILY, None)
        user = cast("User", request.user)
        man = erasure.leaving(user)
        if man is not None and erasure.cancel(patient=man, by=Actor.user(user.pk), now=clock.now()):
            closing.tell(user, closing.CANCELLED)
        return super().create_access_token_payload(request)

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """The next pair; None where the token does not hold, and then neither does its family any more."""
        payload = internal.decode_token(refresh_token, "refresh")
        key = internal.session_key_from_sid(payload["sid"]) if payload else None
        if key is None:
            return None
        with transaction.atomic():
            # Two at a time with the same token: the second waits here, and finds it spent.
            lock_family(key)
            pair = super().refresh_token(refresh_token)
            if pair is None and end_family(key):
                log.warning("a spent refresh token was used again; its session has been ended")
            return pair


def lock_family(key: str | None) -> None:
    """Lock the session of this key, if there is one: what is read of it now is not written over by another request."""
    list(Session.objects.select_for_update().filter(session_key=key).values_list("session_key"))


def end_family(key: str) -> bool:
    """End the session of this key; False where it had ended before."""
    was_there = SessionStore().exists(key)
    SessionStore().delete(key)
    UserSession.objects.filter(session_key=key).delete()
    return was_there


class AccessTokens(JWTTokenAuthentication):
    """``Authorization: Bearer <access token>``. Unlike allauth's own it writes nothing: devices are marked at each refresh."""

    def authenticate_credentials(self, key: str) -> tuple[User, Any]:
        payload = internal.decode_token(key, "access")
        found = None if payload is None else _signed_in(payload)
        if found is None:
            raise AuthenticationFailed(gettext("This access token holds no longer. Refresh it, or sign in again."))
        user, session = found
        # He may have been made staff since, or may have signed in before he was asked for one.
        if user.is_staff and not second_factor.was_shown(session, user):
            raise AuthenticationFailed(gettext("Who looks after others signs in with a second factor. Sign in again."))
        return user, payload


def _with_session(user_id: int, session_key: str, now: datetime) -> QuerySet[User]:
    session = Session.objects.filter(session_key=session_key, expire_date__gt=now).values("session_data")
    return User.objects.filter(pk=user_id, is_active=True).annotate(session_data=Subquery(session))


# Asked at each request, so that leaving is instant.
_WITH_SESSION = Kept(_with_session, int, str, datetime)


def _signed_in(payload: Mapping[str, Any]) -> tuple[User, SessionStore] | None:
    """The account of a token, and the session behind it; None where either is no more, or no longer belongs to the other.

    As allauth and Django ask it in two statements, in one.
    """
    key = internal.session_key_from_sid(payload["sid"])
    if not key or not _ACCOUNT.fullmatch(payload["sub"]):
        return None
    now = timezone.now()  # noqa: TID251  by this clock Django writes until when a session lasts
    found: list[Any] = _WITH_SESSION.of(int(payload["sub"]), key, now)
    sealed = vars(found[0]).pop("session_data") if found else None
    if sealed is None:
        return None
    user: User = found[0]
    session = SessionStore.read(key, sealed)
    is_his = session.get(SESSION_KEY) == str(user.pk) and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    # A new password ends every session that was begun with the old one.
    seals = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    kept = session.get(HASH_SESSION_KEY, "")
    return (user, session) if is_his and any(constant_time_compare(kept, seal) for seal in seals) else None


class AccessTokensInTheDocument(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular's
    target_class = AccessTokens
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
