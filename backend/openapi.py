"""What the OpenAPI document says beyond what the views say themselves."""

from __future__ import annotations

from typing import Any

_PROBLEM = {
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
_WITH_BODY = {"400", "413", "415", "422", "409"}
# Refusals that an operation has although others of its method have not, each with the reason.
_ALSO = {("/api/v1/sync", "get"): {"409"}}  # a number that a restore from backup made void
_METHODS = {"get", "post", "put", "patch", "delete"}


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001  spectacular's hook
    """Add the problem answers to every operation, so that a client knows them without trying."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            if method in _METHODS:
                _add_answers(operation, has_key="{" in path, also=_ALSO.get((path, method), set()))
    return result


def _add_answers(operation: dict[str, Any], *, has_key: bool, also: set[str]) -> None:
    signed_in = bool(operation.get("security"))
    for code, description in _ANSWERS.items():
        needs_body = code in _WITH_BODY - also and "requestBody" not in operation and code not in ("400", "422")
        if needs_body or (code == "404" and not (has_key or signed_in)) or (code in ("401", "403") and not signed_in):
            continue
        operation["responses"].setdefault(
            code,
            {
                "description": description,
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
