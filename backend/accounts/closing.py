"""What sign-in keeps of an account: to end it, to tell him of it, and to ask once more whether it is him."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, get_reauthentication_flows
from allauth.account.models import EmailAddress
from allauth.headless.tokens.strategies.jwt import internal
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.translation import gettext
from rest_framework import status
from rest_framework.authentication import get_authorization_header
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.adapters import AccountAdapter
from backend.errors import problem_response
from tracking.models import User

__all__ = ["ASKED", "CANCELLED", "end_sign_ins", "held", "proof_missing", "tell"]

ASKED = "trabecula/email/erasure_asked"
CANCELLED = "trabecula/email/erasure_cancelled"


def end_sign_ins(user: User) -> None:
    """Sign the account out everywhere, at once."""
    rows = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()


def held(user: User) -> dict[str, Any]:
    """What sign-in knows of him, without a secret."""
    factors = Authenticator.objects.filter(user=user).order_by("pk")
    return {
        "addresses": list(EmailAddress.objects.filter(user=user).order_by("pk").values("email", "verified", "primary")),
        "second_factors": [
            {"kind": factor.type, "made_at": factor.created_at, "last_used_at": factor.last_used_at} for factor in factors
        ],
        "devices": list(
            UserSession.objects.filter(user=user).order_by("pk").values("created_at", "last_seen_at", "ip", "user_agent")
        ),
    }


def tell(user: User, what: str) -> None:
    """Write to him about what has happened already; a mail that is not taken is logged."""
    AccountAdapter().send_mail(what, user.email, {})


def proof_missing(request: Request, user: User) -> Response | None:
    """The refusal where he has not shown within five minutes that it is him, as for his second factors; else None."""
    asked = request._request  # noqa: SLF001  allauth reads Django's own
    key = get_authorization_header(request).decode("latin-1").partition(" ")[2]
    found = internal.validate_access_token(key)
    if found is None:  # it ended between two look-ups
        return problem_response(status.HTTP_401_UNAUTHORIZED, "not-signed-in", gettext("Sign in again."))
    asked.session, asked.user = found.session, user
    if did_recently_reauthenticate(asked):
        return None
    text = gettext("This needs a proof, no older than five minutes, that it is you: see `data.flows` for the ways.")
    more = {"data": {"flows": get_reauthentication_flows(user)}, "meta": {"is_authenticated": True}}
    return problem_response(status.HTTP_401_UNAUTHORIZED, "reauthenticate", text, **more)
