"""Each request: one line in the log when it ends, its figures for monitoring, and an id that the answer carries."""

from __future__ import annotations

from time import perf_counter
from typing import Any, cast

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django_structlog.middlewares import RequestMiddleware

from backend.metrics import web

__all__ = ["Requests", "route_of"]


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, never the address: it may hold ids, and links in e-mails hold a secret."""
    if request.resolver_match is not None:
        return "/" + request.resolver_match.route
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


class Requests(RequestMiddleware):
    """The first of all, so that what another refuses counts too."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        with web.in_progress():
            response = cast("HttpResponse", super().__call__(request))
        web.note(str(request.method), route_of(request), response.status_code, perf_counter() - began)
        return response

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        if found := structlog.contextvars.get_contextvars().get("request_id"):
            response["X-Request-ID"] = found
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {route_of(request)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """The account's number, where somebody has looked it up already: a log must not ask the database, which may be away."""
        user: Any = getattr(request, "_cached_user", None) or request.__dict__.get("user")
        if user is not None and not isinstance(user, SimpleLazyObject):
            structlog.contextvars.bind_contextvars(user_id=user.pk)
