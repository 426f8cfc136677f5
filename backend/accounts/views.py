"""One address of allauth's headless API in the manner of ours: strict JSON in, problems out, all of it or nothing.

What allauth does stays allauth's. Here a request is read, handed on inside one transaction, and its answer is told as this API
tells things:

- a refusal is a problem; what allauth said beside it (``data``, ``meta``) stays in it;
- 202 says that a step was accepted and another is needed, where allauth says 401;
- 401 says only: not signed in, or say once more who you are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless import app_settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.translation import gettext
from redis.exceptions import RedisError
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.adapters import MailAwayError
from backend.accounts.limits import REFUSALS, seconds_to_wait
from backend.accounts.shapes import NothingInput
from backend.accounts.tokens import lock_family
from backend.errors import problem_response, unavailable
from tracking.api.base import ApiView
from tracking.api.parsing import pointer_part
from tracking.api.schema import RecordSchema
from tracking.domain.problems import problem

__all__ = ["AccountView", "OpenAccountView"]

_DETAILS = {
    status.HTTP_403_FORBIDDEN: ("forbidden", "This is not open to this account."),
    status.HTTP_404_NOT_FOUND: ("not-found", "Nothing of this kind is set up."),
    status.HTTP_409_CONFLICT: (
        "conflict",
        "This step is not open now: it was never begun, it has run out, or it is done already. Begin again.",
    ),
    status.HTTP_410_GONE: ("gone", "The session token holds no longer. Begin again without one."),
}


class AccountSchema(RecordSchema):
    """Adds the session token to the ways in, where a sign-in may be under way."""

    def get_auth(self) -> list[dict[str, Any]]:
        ways: list[dict[str, Any]] = super().get_auth()
        return [{"sessionToken": []}, {"accessToken": []}, *ways] if {} in ways else ways


class AccountView(ApiView):
    """An address for who is signed in. The classes for each address are made in ``backend.accounts.urls``."""

    schema = AccountSchema()
    behind: ClassVar[Callable[..., HttpResponseBase]]
    # The limits of allauth that stand for this address.
    limits: ClassVar[tuple[str, ...]] = ()
    # What the house counts of it besides: the seconds to wait for this address, 0 where it may go on.
    counted: ClassVar[Callable[[HttpRequest, str], int] | None] = None
    # Methods after which nobody being signed in is what was asked for.
    leaves: ClassVar[frozenset[str]] = frozenset()

    def ask(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Hand the request on, and tell the answer."""
        asked: HttpRequest = request._request  # noqa: SLF001  allauth reads Django's own
        takes = self.operations[str(request.method)].takes
        sent: Mapping[str, Any] = {}
        # Read first: what was read once is kept for allauth, which reads it again.
        if request.method != "GET" and (asked.body or takes):
            sent = self.sent(takes or NothingInput)
        email, counted = str(sent.get("email", "")).lower(), type(self).counted
        try:
            if counted is not None and (wait := counted(asked, email)):
                return _too_many(wait)
            with transaction.atomic():
                lock_family(app_settings.TOKEN_STRATEGY.get_session_token(asked))
                try:
                    answer = type(self).behind(asked)
                except ImmediateHttpResponse as immediate:
                    answer = immediate.response
        except MailAwayError:
            return unavailable(gettext("The mail could not be sent, and nothing was stored. Try again in a minute."))
        except RedisError:
            return unavailable(gettext("Sign-in is not available at the moment. Nothing was stored. Try again in a minute."))
        except IntegrityError:
            raise problem(
                "", "at-the-same-time", "Another request did the same just now. Try again.", kind="conflict"
            ) from None
        assert isinstance(answer, HttpResponse)
        return self._told(request, answer, email)

    def _told(self, request: Request, answer: HttpResponse, email: str) -> Response:
        body: dict[str, Any] = json.loads(answer.content) if answer.content else {}
        code = answer.status_code
        if "is_authenticated" in body.get("meta", {}):
            body["meta"]["is_authenticated"] = bool(body["meta"]["is_authenticated"])  # allauth knows null too
        if code < status.HTTP_400_BAD_REQUEST:
            return Response(body, status=code)
        more: dict[str, Any] = {name: body[name] for name in ("data", "meta") if name in body}
        if code == status.HTTP_401_UNAUTHORIZED:
            return self._unauthorized(str(request.method), body, more)
        errors = body.get("errors", [])
        if code == status.HTTP_429_TOO_MANY_REQUESTS or any(error["code"] in REFUSALS for error in errors):
            return _too_many(seconds_to_wait(request._request, self.limits, email))  # noqa: SLF001  as above
        if code == status.HTTP_400_BAD_REQUEST and not errors:
            # A refresh token that does not hold.
            return problem_response(
                status.HTTP_401_UNAUTHORIZED, "not-signed-in", gettext("This refresh token holds no longer. Sign in again.")
            )
        kind, detail = ("invalid", "") if code == status.HTTP_400_BAD_REQUEST else _DETAILS.get(code, ("error", ""))
        if errors:
            more["errors"] = [_issue(error) for error in errors]
            detail = " ".join(error["message"] for error in errors)
        shown = status.HTTP_422_UNPROCESSABLE_ENTITY if code == status.HTTP_400_BAD_REQUEST else code
        return problem_response(shown, kind, gettext(detail), **more)

    def _unauthorized(self, method: str, body: Mapping[str, Any], more: dict[str, Any]) -> Response:
        if body.get("meta", {}).get("is_authenticated"):
            detail = gettext("This needs a proof, no older than five minutes, that it is you: see `data.flows` for the ways.")
            return problem_response(status.HTTP_401_UNAUTHORIZED, "reauthenticate", detail, **more)
        if method in self.leaves:
            return Response(status=status.HTTP_204_NO_CONTENT)
        if any(flow.get("is_pending") for flow in body.get("data", {}).get("flows", ())):
            return Response({**body, "status": status.HTTP_202_ACCEPTED}, status=status.HTTP_202_ACCEPTED)
        return problem_response(
            status.HTTP_401_UNAUTHORIZED, "not-signed-in", gettext("There is no sign-in to go on with."), **more
        )


class OpenAccountView(AccountView):
    """An address that is open to everybody; a session token, sent as X-Session-Token, says which sign-in is under way."""

    authentication_classes = []
    permission_classes = [AllowAny]


def _too_many(wait: int) -> Response:
    text = gettext("Try again in {wait} seconds.").format(wait=wait)
    answer = problem_response(status.HTTP_429_TOO_MANY_REQUESTS, "too-many-requests", text)
    answer["Retry-After"] = str(wait)
    return answer


def _issue(error: Mapping[str, Any]) -> dict[str, str]:
    pointer = f"/{pointer_part(error['param'])}" if "param" in error else ""
    return {"pointer": pointer, "code": error["code"], "detail": error["message"]}
