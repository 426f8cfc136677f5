"""FHIR over HTTP: what is accepted and sent, and every refusal as an OperationOutcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from email.message import Message
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, FormParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.exchange.fhir_json import dump

__all__ = [
    "MEDIA_TYPE", "FhirParser", "FhirRenderer", "Gone", "Negotiation", "issue_type", "outcome", "outcomes", "refusals",
]  # fmt: skip

MEDIA_TYPE = "application/fhir+json"
_PROBLEMS = "urn:trabecula:problem"
_FORMATS = ("json", "application/json", MEDIA_TYPE)
_ANY = ("*/*", "application/*")
_VERSION = "4.0"
# http://hl7.org/fhir/R4/valueset-issue-type.html, by status.
_ISSUE_TYPES: Mapping[int, str] = {
    status.HTTP_400_BAD_REQUEST: "invalid",
    status.HTTP_401_UNAUTHORIZED: "login",
    status.HTTP_403_FORBIDDEN: "forbidden",
    status.HTTP_404_NOT_FOUND: "not-found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "not-supported",
    status.HTTP_406_NOT_ACCEPTABLE: "not-supported",
    status.HTTP_409_CONFLICT: "conflict",
    status.HTTP_410_GONE: "deleted",
    status.HTTP_412_PRECONDITION_FAILED: "conflict",
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: "too-long",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "not-supported",
    status.HTTP_422_UNPROCESSABLE_ENTITY: "processing",
    status.HTTP_429_TOO_MANY_REQUESTS: "throttled",
    status.HTTP_503_SERVICE_UNAVAILABLE: "transient",
}


class Gone(exceptions.APIException):
    """It was here, and was corrected or withdrawn since."""

    status_code = status.HTTP_410_GONE
    default_detail = "It was corrected or withdrawn since. Search anew."
    default_code = "gone"


class FhirRenderer(BaseRenderer):
    """Numbers stand as they were reported."""

    media_type = MEDIA_TYPE
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else dump(data).encode()


class FhirParser(BaseParser):
    """The bytes as they are: the import reads them itself, digit for digit."""

    media_type = MEDIA_TYPE

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """Raises RequestDataTooBig (413)."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw: bytes = stream.read(most + 1)
        if len(raw) > most:
            raise RequestDataTooBig(most)
        return raw


class Negotiation(BaseContentNegotiation):
    """JSON of FHIR R4 only; ``_format`` goes before Accept (http://hl7.org/fhir/R4/http.html#parameters)."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The one that reads this body; None (415) for anything that is not FHIR R4 in JSON, nor a form for a search."""
        name, version = _media_type(request.content_type or "")
        if name in _FORMATS and version in ("", _VERSION):
            return next((parser for parser in parsers if isinstance(parser, FhirParser)), None)
        return next((parser for parser in parsers if isinstance(parser, FormParser) and name == parser.media_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The one there is. Raises NotAcceptable where the client takes no JSON of FHIR R4."""
        wanted = request.query_params.get("_format", "").replace(" ", "+")
        accepted = [wanted] if wanted else str(request.META.get("HTTP_ACCEPT", "*/*")).split(",")
        for one in accepted:
            name, version = _media_type(one)
            if name in (*_FORMATS, *_ANY) and version in ("", _VERSION):
                return next(iter(renderers)), MEDIA_TYPE
        raise exceptions.NotAcceptable(f"This address answers in {MEDIA_TYPE}, of FHIR R4, only.")


def outcome(issue_type: str, text: str, *, severity: str = "error", code: str = "", where: str = "") -> dict[str, Any]:
    """One issue of an OperationOutcome. ``code``: ours, stable, for programs. ``where``: a JSON pointer, or ``?name``."""
    coding = {"coding": [{"system": _PROBLEMS, "code": code}]} if code else {}
    made: dict[str, Any] = {"severity": severity, "code": issue_type, "details": {**coding, "text": text}}
    return made | ({"diagnostics": where} if where else {})


def issue_type(status_code: int) -> str:
    """What FHIR calls a refusal of this status."""
    return _ISSUE_TYPES.get(status_code, "exception")


def outcomes(issues: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def refusals(handle: Callable[..., Response | None]) -> Callable[..., Response | None]:
    """The handler of exceptions that the API has, with its problem said as an OperationOutcome."""

    def said(exc: Exception, context: Mapping[str, Any]) -> Response | None:
        answer = handle(exc, context)
        if answer is None:
            return None
        problem = answer.data
        named = problem.get("errors", [])
        if answer.status_code == status.HTTP_422_UNPROCESSABLE_ENTITY and all(one["pointer"].startswith("?") for one in named):
            answer.status_code = status.HTTP_400_BAD_REQUEST  # so FHIR answers to a search that it cannot make out
        kind = issue_type(answer.status_code)
        code = str(problem["type"]).rpartition("/")[2]
        answer.data = outcomes(
            [outcome(kind, one["detail"], code=one["code"], where=one["pointer"]) for one in named]
            or [outcome(kind, problem["detail"] or problem["title"], code=code)]
        )
        answer.content_type = MEDIA_TYPE
        return answer

    return said


def _media_type(text: str) -> tuple[str, str]:
    """The name of a media type in lower case, and the version of FHIR that it asks for; empty where none."""
    message = Message()
    message["Content-Type"] = text.strip() or "*/*"
    version = message.get_param("fhirversion", "")
    name = text.partition(";")[0].strip().lower()
    return name, version if isinstance(version, str) else ""
