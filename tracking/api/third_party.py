"""Who comes with a key that a man gave him: let in to read what the key names, and to nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tracking import clock
from tracking.domain.categories import SHAREABLE, covers
from tracking.models import ReadToken
from tracking.services import read_tokens
from tracking.services.access import not_found

if TYPE_CHECKING:  # it reads the settings, which name this module
    from rest_framework.views import APIView

__all__ = ["Permitted", "ReadTokens", "ThirdParty", "token_of"]


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """Stands where an account stands, and is none: what was not written with it in mind finds nothing to go by."""

    token: ReadToken
    is_authenticated: bool = True
    is_active: bool = True
    pk: None = None


class ReadTokens(BaseAuthentication):
    """``Authorization: Bearer trabecula_read_…``. Anything else is left to those who know accounts."""

    def authenticate(self, request: Request) -> tuple[ThirdParty, ReadToken] | None:
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not key.startswith(read_tokens.PREFIX):
            return None
        token = read_tokens.find(key, now=clock.now())
        if token is None:
            raise AuthenticationFailed(gettext("This token holds no longer. Ask whoever gave it to you for another."))
        return ThirdParty(token), token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class Permitted(BasePermission):
    """A key reads, and only where a view says which category of a man's own record it shows."""

    message = _("This token reads what it was given for, and does nothing else.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        token = token_of(request)
        if token is None:
            return True
        category = getattr(view, "category", None)
        if request.method not in SAFE_METHODS or category not in SHAREABLE or getattr(view, "is_staff_route", True):
            return False
        if not covers(token.scope, category):
            raise not_found()
        return True


def token_of(request: Request) -> ReadToken | None:
    """The key that this request came with; None for an account."""
    return request.auth if isinstance(request.auth, ReadToken) else None


class ReadTokensInTheDocument(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # spectacular's
    target_class = ReadTokens
    name = "readToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "a key that a man made with `POST /read-tokens`; it reads the categories that it names",
        }
