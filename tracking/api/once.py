"""``Idempotency-Key``: a POST that is sent again, because its answer was lost, is answered again and stored once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.schema import Query
from tracking.domain.problems import problem
from tracking.models import Patient, User
from tracking.models.requests import LONGEST_KEY
from tracking.services import requests

__all__ = ["IDEMPOTENCY_KEY", "answered_once", "key_sent"]

IDEMPOTENCY_KEY = Query(
    "Idempotency-Key",
    "minted by the sender, 1 to 200 visible characters; for 48 hours the same request with it is answered again",
    {"type": "string", "pattern": rf"^[\x21-\x7e]{{1,{LONGEST_KEY}}}$"},
)
_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
_POINTER = f"{IDEMPOTENCY_KEY.name}:"


def key_sent(request: Request) -> str | None:
    """The key; None where none is sent. Raises Problem for one that cannot be kept."""
    key = request.headers.get(IDEMPOTENCY_KEY.name)
    if key is not None and not _KEY.fullmatch(key):
        raise problem(
            _POINTER,
            "key-form",
            "Accepted: 1 to {most} visible ASCII characters without blanks, for example a UUID.",
            most=LONGEST_KEY,
        )
    return key


def answered_once(*, handler: Callable[[], Response], request: Request, man: Patient, key: str, now: datetime) -> Response:
    """What was answered to this key, or else what ``handler`` answers, kept with what it stored.

    Call it holding the man's lock: a twin at the same time waits for it, and then finds the answer. What is refused raises, and
    so keeps no key.
    """
    asked = requests.Asked(account=cast("User", request.user), method=str(request.method), route=request.path, key=key)
    digest = _digest(request)
    before = requests.answer_to(asked, now=now)
    if before is not None:
        if before.body_digest != digest:
            text = "This key was used for another request. Take a new key for a new request, and the same for the same alone."
            raise problem(_POINTER, "key-used", text)
        return Response(before.answer, status=before.status, headers={**before.headers, "Idempotent-Replayed": "true"})
    response = handler()
    rendered = None if response.data is None else json.loads(JSONRenderer().render(response.data))
    kept = {name: response.headers[name] for name in ("ETag",) if name in response.headers}
    given = requests.Given(status=response.status_code, headers=kept, answer=rendered)
    requests.remember(asked, given, patient=man, body_digest=digest, now=now)
    return response


def _digest(request: Request) -> str:
    body: Any = request.data
    return sha256(json.dumps([request.META.get("QUERY_STRING", ""), body], sort_keys=True).encode()).hexdigest()
