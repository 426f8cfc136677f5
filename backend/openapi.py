"""What the OpenAPI document says beyond what the views say themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details. `errors` names each field by JSON pointer, with what is accepted.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "stable, for programs", "examples": ["/problems/invalid"]},
        "title": {"type": "string", "description": "fit to show a person"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "fit to show a person; says what to do next"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body, or ?name for a query parameter",
                        "examples": ["/unit"],
                    },
                    "code": {"type": "string", "examples": ["unit-unknown"]},
                    "detail": {"type": "string"},
                },
            },
        },
        "changes": {
            "type": "object",
            "description": "with `sync-conflict` only: the server's rows, by table, shaped as in a pull",
            "additionalProperties": True,
        },
    },
}
_ANSWERS = {
    "400": "The request is not readable JSON.",
    "401": "No token, or one that no longer holds.",
    "403": "This account may not do that.",
    "404": "There is no such record, or it is not open to this account: the two are not told apart.",
    "405": "Not a method of this address.",
    "406": "This address answers in JSON only.",
    "409": "It does not fit what is already stored.",
    "413": "Too large.",
    "415": "Send JSON.",
    "422": "A field cannot be accepted; nothing was stored.",
    "429": "Too many tries; see Retry-After.",
    "503": "The database is away; nothing was stored; see Retry-After.",
}
# What allauth says of a refusal stands in it too; the extensions of RFC 9457.
_ACCOUNT_PROBLEM: dict[str, Any] = {
    **_PROBLEM,
    "properties": {
        **_PROBLEM["properties"],
        "data": {
            "type": "object",
            "description": "with 401: `flows`, the ways to sign in or to show that it is you",
            "additionalProperties": True,
        },
        "meta": {
            "type": "object",
            "description": "`is_authenticated`; with the 404 of one-time codes `secret` and `totp_url`, the seed to set up",
            "additionalProperties": True,
        },
    },
}
_ACCOUNT_ANSWERS = {
    "401": "Not signed in, or a proof is needed that it is you (`/problems/reauthenticate`).",
    "403": "This account may not do that.",
    "404": "None is set up.",
    "409": "This step is not open now.",
    "410": "The session token holds no longer.",
    "429": "Too many tries; see Retry-After.",
    "503": "Database, mail or the counter of tries is away; nothing was stored; see Retry-After.",
}
_ACCOUNT_PATHS = ("/api/v1/auth/", "/api/v1/account/", "/api/v1/tokens/")
_SESSION_TOKEN = {
    "type": "apiKey",
    "in": "header",
    "name": "X-Session-Token",
    "description": "says which sign-in is under way, until there are tokens",
}
# What wants a proof that it is him, outside of those paths.
_PROVEN = {("/api/v1/erasure", "post")}
_WITH_BODY = {"400", "413", "415", "422", "409"}
# Refusals that an operation has although others of its method have not, each with the reason.
_ALSO = {("/api/v1/sync", "get"): {"409"}}  # a number that a restore from backup made void
_METHODS = {"get", "post", "put", "patch", "delete"}


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001  spectacular's hook
    """Add the problem answers to every operation, so that a client knows them without trying."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(Problem=_PROBLEM, AccountProblem=_ACCOUNT_PROBLEM)
    components.setdefault("securitySchemes", {})["sessionToken"] = _SESSION_TOKEN
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            if method in _METHODS and path.startswith(_ACCOUNT_PATHS):
                _add(operation, _ACCOUNT_ANSWERS, "AccountProblem")
            if (path, method) in _PROVEN:
                _add(operation, {"401": _ACCOUNT_ANSWERS["401"]}, "AccountProblem")
            if method in _METHODS:
                _add_answers(operation, has_key="{" in path, also=_ALSO.get((path, method), set()))
    return result


def _add_answers(operation: dict[str, Any], *, has_key: bool, also: set[str]) -> None:
    signed_in = bool(operation.get("security"))
    fitting = {}
    for code, description in _ANSWERS.items():
        needs_body = code in _WITH_BODY - also and "requestBody" not in operation and code not in ("400", "422")
        if needs_body or (code == "404" and not (has_key or signed_in)) or (code in ("401", "403") and not signed_in):
            continue
        fitting[code] = description
    _add(operation, fitting, "Problem")


def _add(operation: dict[str, Any], answers: Mapping[str, str], schema: str) -> None:
    for code, description in answers.items():
        content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
        operation["responses"].setdefault(code, {"description": description, "content": content})
