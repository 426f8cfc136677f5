"""Whatever is sent to an address that writes, the answer is a problem with a sentence; no body reaches a service unread."""

from __future__ import annotations

import json

import pytest

from tests.rules.test_every_route import ROUTES, any_values, client_of, everybody

__all__ = ["everybody"]

JSON = "application/json"
MEGABYTE = 2**20
# Name: bytes, content type, and what is answered.
BODIES = {
    "10 MB": (b'{"words": "' + b"x" * (10 * MEGABYTE) + b'"}', JSON, 413),
    "nested 10,000 levels": (b"[" * 10_000 + b"]" * 10_000, JSON, 400),
    "NUL": (rb'{"words": "a\u0000b"}', JSON, 422),
    "half a surrogate pair": (rb'{"words": "\ud800"}', JSON, 422),
    "NaN": (b'{"value": NaN}', JSON, 400),
    "a huge exponent": (b'{"value": 1e999999}', JSON, 400),
    "a doubled key": (b'{"value": "1", "value": "2"}', JSON, 400),
    "a form": (b"value=1", "application/x-www-form-urlencoded", 415),
    "a field that there is not": (b'{"no such field": 1}', JSON, 422),
}
# Addresses that take more at a time.
SPACIOUS = {"sync": 422, "patients/<uuid:patient_uid>/imports": 413, "imports": 413}
WRITING = [route for route in ROUTES if route.method in ("post", "put", "patch", "delete")]


@pytest.mark.django_db
def test_no_body_is_too_strange_for_any_address(everybody, settings):
    settings.REQUESTS_A_MINUTE = 0  # two accounts send thousands
    by_adam, by_bell = client_of(everybody.adam.user), client_of(everybody.bell)
    found = []
    for route in WRITING:
        client = by_bell if route.is_for_staff or route.is_for_a_clinic else by_adam
        path = route.path(**any_values(everybody, route))
        for name, (body, content_type, expected) in BODIES.items():
            answer = client.generic(route.method.upper(), path, data=body, content_type=content_type)
            fits = answer.status_code == expected or is_as_good(route, name, answer.status_code)
            if not fits or not says_why(answer):
                found.append((str(route), name, answer.status_code, answer.content[:200]))
    assert found == []


def is_as_good(route, name, status):
    """What is readable is looked at later: whether it is open, seen and there comes first."""
    if name == "a field that there is not":
        return status in (401, 404, 409, 428)
    return name == "10 MB" and SPACIOUS.get(route.pattern) == status


def says_why(answer):
    said = json.loads(answer.content)
    return answer.headers["Content-Type"] == "application/problem+json" and len(said["detail"]) > 10 and said["title"]
