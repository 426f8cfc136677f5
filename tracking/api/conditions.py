"""Requests with conditions (RFC 9110, 13): what has not changed is not sent again, and what has is not overwritten unseen."""

from __future__ import annotations

import re

from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.schema import Query
from tracking.domain.problems import problem

__all__ = ["IF_MATCH", "IF_NONE_MATCH", "is_fresh", "not_modified", "require_match"]

IF_MATCH = Query("If-Match", "the ETag of what you have seen, or `*`; 428 without it, 412 where it has changed since")
IF_NONE_MATCH = Query("If-None-Match", "the ETag of what you have; 304 where that still stands")
_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e]*"')
_ANY = "*"


def is_fresh(request: Request, etag: str) -> bool:
    """Whether the sender has this already (``If-None-Match``). Here a weak tag is as good as a strong one."""
    sent = request.headers.get("If-None-Match", "")
    return sent.strip() == _ANY or etag in {match[0].removeprefix("W/") for match in _TAG.finditer(sent)}


def not_modified(etag: str) -> Response:
    return Response(status=304, headers={"ETag": etag})


def require_match(request: Request, etag: str) -> None:
    """Raise unless the sender has seen what he is about to change (``If-Match``). A weak tag matches nothing here."""
    sent = request.headers.get("If-Match")
    if sent is None:
        raise problem(
            "If-Match:",
            "if-match-missing",
            "Say which version you have seen: send its ETag as If-Match, or * where any will do.",
            kind="precondition-required",
        )
    if sent.strip() != _ANY and etag not in {match[0] for match in _TAG.finditer(sent)}:
        raise problem(
            "If-Match:",
            "version-changed",
            "This was changed since you read it. Read it again, and change what stands now.",
            kind="precondition",
        )
