"""Who signed in and out, and who was refused, wherever it happened: Django tells, and the audit keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from tracking import clock
from tracking.services import audit
from tracking.services.audit import What

__all__ = ["listen"]


def listen() -> None:
    """From now on."""
    user_logged_in.connect(_signed_in, dispatch_uid="trail")
    user_logged_out.connect(_signed_out, dispatch_uid="trail")
    user_login_failed.connect(_refused, dispatch_uid="trail")


def _signed_in(request: HttpRequest | None, user: Any, **_: Any) -> None:
    audit.note_sign_in(What.SIGNED_IN, account=user.pk, how=_door(request), now=clock.now())


def _signed_out(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if user is not None:
        audit.note_sign_in(What.SIGNED_OUT, account=user.pk, how=_door(request), now=clock.now())


def _refused(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    tried = str(credentials.get("email") or credentials.get("username") or "")
    # Looked up whether it is there or not, so that both take as long.
    audit.note_sign_in(What.REFUSED, account=audit.account_of(tried), how=_door(request), now=clock.now())


def _door(request: HttpRequest | None) -> str:
    return "" if request is None else "admin" if request.path_info.startswith("/admin/") else "api"
