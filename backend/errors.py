"""Every refusal leaves the API as one shape: RFC 9457 problem+json with the fields named."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from redis.exceptions import RedisError
from rest_framework import exceptions, status
from rest_framework.response import Response

from tracking.api.parsing import pointer_part
from tracking.domain.problems import Issue, Problem

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# Stable names, relative so that they are the same behind every host; docs/api.md explains each.
TYPE = "/problems/{code}"

STATUS = {
    "invalid": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "conflict": status.HTTP_409_CONFLICT,
    "not-found": status.HTTP_404_NOT_FOUND,
    "forbidden": status.HTTP_403_FORBIDDEN,
    "precondition": status.HTTP_412_PRECONDITION_FAILED,
    "too-many-requests": status.HTTP_429_TOO_MANY_REQUESTS,
    "sync-conflict": status.HTTP_409_CONFLICT,
    "resync-required": status.HTTP_409_CONFLICT,
}
TITLES = {
    "invalid": "Something in what was sent cannot be accepted.",
    "conflict": "This does not fit what is already stored.",
    "not-found": "There is nothing here.",
    "forbidden": "This account may not do that.",
    "precondition": "The record has changed since it was read.",
    "sync-conflict": "Something was changed elsewhere meanwhile.",
    "resync-required": "Pull everything again.",
    "unreadable": "The request could not be read.",
    "not-signed-in": "Sign in first.",
    "reauthenticate": "Show once more that it is you.",
    "gone": "This sign-in has run out.",
    "method-not-allowed": "This address does not know that method.",
    "not-acceptable": "This address answers in JSON only.",
    "media-type": "Send JSON.",
    "too-many-requests": "Too many tries. Wait a little.",
    "too-large": "The request is too large.",
    "unavailable": "The service is not available at the moment.",
    "error": "Something went wrong on our side.",
}
_NOT_OURS = "The request is not one that a client of ours sends."
_DRF = {
    exceptions.ParseError: "unreadable",
    exceptions.NotAuthenticated: "not-signed-in",
    exceptions.AuthenticationFailed: "not-signed-in",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not-found",
    exceptions.MethodNotAllowed: "method-not-allowed",
    exceptions.NotAcceptable: "not-acceptable",
    exceptions.UnsupportedMediaType: "media-type",
    exceptions.Throttled: "too-many-requests",
}


def handle(exc: Exception, context: Mapping[str, Any]) -> Response | None:  # noqa: ARG001  DRF's signature
    """Turn what a view raised into its problem; what is not foreseen stays an exception and becomes a 500."""
    if isinstance(exc, Problem):
        errors = [shown(issue) for issue in exc.issues]
        answer = problem_response(STATUS[exc.kind], exc.kind, detail(exc.issues), errors=errors, **exc.members)
        if wait := exc.issues[0].params.get("wait"):
            answer["Retry-After"] = str(wait)
        return answer
    if isinstance(exc, exceptions.ValidationError):
        issues = list(_from_drf(exc.get_full_details(), ""))
        return problem_response(STATUS["invalid"], "invalid", detail(issues), errors=[shown(issue) for issue in issues])
    if isinstance(exc, exceptions.APIException):
        return _from_api_exception(exc)
    return _from_django(exc)


def _from_django(exc: Exception) -> Response | None:
    if isinstance(exc, Http404):
        return problem_response(status.HTTP_404_NOT_FOUND, "not-found", gettext("There is no such record."))
    if isinstance(exc, RequestDataTooBig):
        return problem_response(
            status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too-large", gettext("Send it in smaller parts.") + _most(exc)
        )
    if isinstance(exc, SuspiciousOperation):
        return problem_response(status.HTTP_400_BAD_REQUEST, "unreadable", gettext(_NOT_OURS))
    if isinstance(exc, RedisError):
        log.warning("the counter of tries is unavailable", exc_info=exc)
        return unavailable(gettext("Nothing was stored. Try again in a minute."))
    if isinstance(exc, OperationalError | InterfaceError):
        log.warning("database unavailable", exc_info=exc)
        return unavailable(gettext("Nothing was stored. Try again in a minute."))
    return None


def _most(exc: RequestDataTooBig) -> str:
    """Our parsers say how much they take."""
    most = exc.args[0] if exc.args and isinstance(exc.args[0], int) else None
    return "" if most is None else " " + gettext("Accepted: at most {most} MB.").format(most=round(most / 2**20, 1))


def _from_api_exception(exc: exceptions.APIException) -> Response:
    code = _DRF.get(type(exc), "error")
    answer = problem_response(exc.status_code, code, str(exc.detail))
    if wait := getattr(exc, "wait", None):
        answer["Retry-After"] = str(int(wait) + 1)
    return answer


def unavailable(text: str) -> Response:
    """What we need is away: 503, and when to come back."""
    answer = problem_response(status.HTTP_503_SERVICE_UNAVAILABLE, "unavailable", text)
    answer["Retry-After"] = "30"
    return answer


def problem_response(status_code: int, code: str, text: str, **more: Any) -> Response:
    """A problem as an answer; ``code`` is one of ``TITLES``, ``more`` becomes members of it."""
    answer = Response(_body(status_code, code, text, **more), status=status_code, content_type=MEDIA_TYPE)
    if status_code == status.HTTP_401_UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def _body(status_code: int, code: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": TYPE.format(code=code), "title": gettext(TITLES[code]), "status": status_code, "detail": text} | more


def detail(issues: list[Issue] | tuple[Issue, ...]) -> str:
    """All of it for a person, in his language."""
    return " ".join(_text(issue) for issue in issues)


def _text(issue: Issue) -> str:
    return gettext(issue.text).format(**issue.params)


def shown(issue: Issue) -> dict[str, str]:
    """One issue: where, what for programs, what for a person."""
    return {"pointer": issue.pointer, "code": issue.code, "detail": _text(issue)}


def _from_drf(details: Any, pointer: str) -> Iterator[Issue]:
    """DRF nests its errors by field and index; a JSON pointer says the same in one line."""
    if isinstance(details, Mapping) and {"message", "code"} <= details.keys() and isinstance(details["message"], str):
        yield Issue(pointer, str(details["code"]), "{text}", {"text": details["message"]})
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            yield from _from_drf(inner, pointer if name == "non_field_errors" else f"{pointer}/{pointer_part(str(name))}")
    elif isinstance(details, list):
        for index, inner in enumerate(details):
            is_error = isinstance(inner, Mapping) and {"message", "code"} <= inner.keys()
            yield from _from_drf(inner, pointer if is_error else f"{pointer}/{index}")


def _plain(status_code: int, code: str, text: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return JsonResponse(_body(status_code, code, text), status=status_code, content_type=MEDIA_TYPE, headers=headers)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refuses before a view sees it."""
    if _wants_json(request):
        return _plain(status.HTTP_400_BAD_REQUEST, "unreadable", gettext(_NOT_OURS))
    from django.views.defaults import bad_request as default  # noqa: PLC0415  only this branch needs it

    return default(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What no route answers to: a problem under /api/, Django's page elsewhere."""
    if _wants_json(request):
        return _plain(status.HTTP_404_NOT_FOUND, "not-found", gettext("There is no such address."))
    from django.views.defaults import page_not_found as default  # noqa: PLC0415  only this branch needs it

    return default(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """A failure of ours: no detail leaves the house, the log has it under the request's id."""
    if _wants_json(request):
        return _plain(
            status.HTTP_500_INTERNAL_SERVER_ERROR,
            "error",
            gettext("It has been noted. Try again later; nothing was half-stored."),
        )
    from django.views.defaults import server_error as default  # noqa: PLC0415  only this branch needs it

    return default(request)
