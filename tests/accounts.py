"""Accounts for tests that are not about signing in: made and signed in without walking through it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

PASSWORD = "correct horse battery"


def make_man(*, now: datetime, name: str = "Adam Invented", email: str | None = None, **about: Any) -> Any:
    """An account with an open record."""
    from tracking.models import User
    from tracking.services import accounts

    user = User.objects.create_user(email or f"{name.split(maxsplit=1)[0].lower()}@example.org", PASSWORD, name=name)
    about = {"birth_date": date(1980, 5, 4), "zone": "Europe/Berlin"} | about
    return accounts.open_record(user=user, name=name, now=now, **about).man


def access_token(user: Any) -> str:
    """The access token of a device on which this account is signed in; of staff, with a second factor."""
    from allauth.headless.tokens.strategies.jwt import internal
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from backend.accounts.sessions import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if user.is_staff:
        session["account_authentication_methods"] = [{"method": "mfa"}]
        session["account_authentication_methods_user"] = str(user.pk)
    session.create()
    return internal.create_access_token(user, session, {})


def bearer(user: Any) -> dict[str, str]:
    """What a signed-in device sends, for the client's ``credentials``."""
    return {"HTTP_AUTHORIZATION": f"Bearer {access_token(user)}"}
