"""Every refusal leaves the API as one shape: RFC 9457 problem+json with the fields named."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from redis.exceptions import RedisError
from rest_framework import exceptions, status
from rest_framework.response import Response

from backend.titles import title
from tracking.api.fhir import wire
from tracking.api.fhir.wire import issue_type, outcome, outcomes
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
    "precondition-required": status.HTTP_428_PRECONDITION_REQUIRED,
    "sync-conflict": status.HTTP_409_CONFLICT,
    "resync-required": status.HTTP_409_CONFLICT,
}
_NOT_OPEN = "This is not open to this account, or not now."
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


def _words_of(exc: exceptions.APIException, request: HttpRequest) -> str:
    """Ours in place of the library's, which says what is wrong and not what to do. Words that somebody chose stay."""
    if isinstance(exc, exceptions.NotAuthenticated):
        return gettext("No access token came with this. Sign in, and send the token with each request.")
    if isinstance(exc, exceptions.MethodNotAllowed):
        return gettext("{method} is no method of this address.").format(method=str(request.method)[:20])
    if isinstance(exc, exceptions.UnsupportedMediaType):
        return gettext("Send the body as JSON, and say so: the Content-Type is application/json.")
    if isinstance(exc, exceptions.NotAcceptable):
        return gettext("Ask for JSON: the Accept is application/json, or left out.")
    if isinstance(exc, exceptions.Throttled):
        text = gettext(
            "This account or key asks too often, and this request was not looked at. Send it again in {wait} seconds."
        )
        return text.format(wait=getattr(exc, "wait", None))
    return str(exc.detail)


def handle(exc: Exception, context: Mapping[str, Any]) -> Response | None:
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
        return _from_api_exception(exc, context["request"])
    return _from_django(exc)


def _from_django(exc: Exception) -> Response | None:
    if isinstance(exc, Http404):
        return problem_response(status.HTTP_404_NOT_FOUND, "not-found", gettext("There is no such record."))
    if isinstance(exc, PermissionDenied):
        return problem_response(status.HTTP_403_FORBIDDEN, "forbidden", gettext(_NOT_OPEN))
    if isinstance(exc, RequestDataTooBig):
        return problem_response(
            status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too-large", gettext("Send it in smaller parts.") + _most(exc)
        )
    if isinstance(exc, SuspiciousOperation):
        return problem_response(status.HTTP_400_BAD_REQUEST, "unreadable", gettext(_NOT_OURS))
    if isinstance(exc, RedisError | OperationalError | InterfaceError):
        log.warning(
            "the counter of tries is unavailable" if isinstance(exc, RedisError) else "database unavailable", exc_info=exc
        )
        return unavailable(gettext("Nothing was stored. Try again in a minute."))
    return None


def _most(exc: RequestDataTooBig) -> str:
    """Our parsers say how much they take."""
    most = exc.args[0] if exc.args and isinstance(exc.args[0], int) else None
    return "" if most is None else " " + gettext("Accepted: at most {most} MB.").format(most=round(most / 2**20, 1))


def _from_api_exception(exc: exceptions.APIException, request: HttpRequest) -> Response:
    code = _DRF.get(type(exc), "error")
    answer = problem_response(exc.status_code, code, _words_of(exc, request))
    if wait := getattr(exc, "wait", None):
        answer["Retry-After"] = str(wait)  # DRF has rounded it up
    return answer


def unavailable(text: str) -> Response:
    """What we need is away: 503, and when to come back."""
    answer = problem_response(status.HTTP_503_SERVICE_UNAVAILABLE, "unavailable", text)
    answer["Retry-After"] = "30"
    return answer


def problem_response(status_code: int, code: str, text: str, **more: Any) -> Response:
    """A problem as an answer; ``code`` is one of ``backend.titles``, ``more`` becomes members of it."""
    answer = Response(_body(status_code, code, text, **more), status=status_code, content_type=MEDIA_TYPE)
    if status_code == status.HTTP_401_UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def _body(status_code: int, code: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": TYPE.format(code=code), "title": title(code), "status": status_code, "detail": text} | more


def detail(issues: list[Issue] | tuple[Issue, ...]) -> str:
    """All of it for a person, in his language."""
    return " ".join(_text(issue) for issue in issues)


def _text(issue: Issue) -> str:
    """In his language, with the words that are filled in; what was sent is repeated as it was."""
    words = {
        name: gettext(word) if isinstance(word, str) and name != "received" else word for name, word in issue.params.items()
    }
    return gettext(issue.text).format(**words)


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


def _plain(request: HttpRequest, status_code: int, code: str, text: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    if request.path.startswith("/fhir/"):
        said = outcomes([outcome(issue_type(status_code), text, code=code)])
        return JsonResponse(said, status=status_code, content_type=wire.MEDIA_TYPE, headers=headers)
    return JsonResponse(_body(status_code, code, text), status=status_code, content_type=MEDIA_TYPE, headers=headers)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/fhir/"))


def unreadable_version(request: HttpRequest, header: str) -> HttpResponse:
    """A client that names its version in a form of its own."""
    text = gettext("{header} is not a version. Accepted: numbers with points, for example 2.10.1.").format(header=header)
    return _plain(request, status.HTTP_400_BAD_REQUEST, "unreadable", text)


def in_the_clear(request: HttpRequest) -> HttpResponse:
    """A client that sent its token, and perhaps a man's data, for everybody on the way to read."""
    return _plain(
        request, status.HTTP_403_FORBIDDEN, "forbidden", gettext("Use https. What was sent could be read on its way.")
    )


def upgrade_required(request: HttpRequest, least: str) -> HttpResponse:
    """A client that is too old to be served rightly."""
    text = gettext("Update the app to version {least} or later. What you entered on this phone is kept and sent afterwards.")
    return _plain(request, status.HTTP_426_UPGRADE_REQUIRED, "upgrade-required", text.format(least=least))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refuses before a view sees it."""
    if _wants_json(request):
        return _plain(request, status.HTTP_400_BAD_REQUEST, "unreadable", gettext(_NOT_OURS))
    from django.views.defaults import bad_request as default  # noqa: PLC0415  only this branch needs it

    return default(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django or a library of it refuses before a view can say so."""
    if _wants_json(request):
        return _plain(request, status.HTTP_403_FORBIDDEN, "forbidden", gettext(_NOT_OPEN))
    from django.views.defaults import permission_denied as default  # noqa: PLC0415  only this branch needs it

    return default(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What no route answers to: a problem under /api/, an outcome under /fhir/, Django's page elsewhere."""
    if _wants_json(request):
        return _plain(request, status.HTTP_404_NOT_FOUND, "not-found", gettext("There is no such address."))
    from django.views.defaults import page_not_found as default  # noqa: PLC0415  only this branch needs it

    return default(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """A failure of ours: no detail leaves the house, the log has it under the request's id."""
    if _wants_json(request):
        return _plain(
            request,
            status.HTTP_500_INTERNAL_SERVER_ERROR,
            "error",
            gettext("It has been noted. Try again later; nothing was half-stored."),
        )
    from django.views.defaults import server_error as default  # noqa: PLC0415  only this branch needs it

    return default(request)
