"""What the OpenAPI document says beyond what the views say themselves."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from drf_spectacular.plumbing import get_lib_doc_excludes

from backend.titles import LANGUAGES
from tracking.api.fields import Input, Output
from tracking.api.overrides import SettingInput, SettingRow
from tracking.api.records import Framed

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
                "title": "Issue",
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
    "412": "It was changed since you read it; nothing was stored. Read it again.",
    "413": "Too large.",
    "415": "Send JSON.",
    "422": "A field cannot be accepted; nothing was stored.",
    "426": "This version of the app is too old: `detail` says which one is needed.",
    "428": "Send the ETag of what you have seen as `If-Match`, or `*`.",
    "429": "Too many requests of this account within a minute, or too many tries; see Retry-After.",
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
# The shared answers by their names, which clients see. An account's are told apart where they say something else.
_NAMES = {
    "400": "Unreadable",
    "401": "NotSignedIn",
    "403": "Forbidden",
    "404": "NotFound",
    "405": "MethodNotAllowed",
    "406": "NotAcceptable",
    "409": "Conflict",
    "410": "Gone",
    "412": "Precondition",
    "413": "TooLarge",
    "415": "MediaType",
    "422": "Invalid",
    "426": "UpgradeRequired",
    "428": "PreconditionRequired",
    "429": "TooManyRequests",
    "503": "Unavailable",
}
_WAIT = {
    "Retry-After": {"description": "seconds until it is worth trying again", "schema": {"type": "integer", "examples": [30]}}
}
_WAITING = {"429", "503"}
_ACCOUNT_PATHS = ("/api/v1/auth/", "/api/v1/account/", "/api/v1/tokens/")
_SESSION_TOKEN = {
    "type": "apiKey",
    "in": "header",
    "name": "X-Session-Token",
    "description": "says which sign-in is under way, until there are tokens",
}
# What wants a proof that it is him, outside of those paths.
_PROVEN = {("/api/v1/erasure", "post")}
# Those of a record's own addresses, by the header that they speak of.
_BY_HEADER = {"412": "If-Match", "428": "If-Match"}
_WITH_BODY = {"413", "415"}
_WRITING = {"409"}
# Refusals that an operation has although others of its method have not, each with the reason.
_ALSO = {("/api/v1/sync", "get"): {"409"}}  # a number that a restore from backup made void
_ANOTHER_STEP = {
    "description": "Another step is under way and comes first: `data.flows` says which is pending.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NextStep"}}},
}
_NOT_MODIFIED = {"description": "You have this already: nothing has changed since."}
# What every operation reads.
_EVERYWHERE: dict[str, dict[str, Any]] = {
    "ClientVersion": {
        "name": "X-Client-Version",
        "in": "header",
        "description": "the version of the app; 426 where it is too old, 400 where it is none",
        "schema": {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,6}){0,3}$", "examples": ["2.10.1"]},
    },
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": f"the language of problems, titles and details: {', '.join(LANGUAGES)}",
        "schema": {"type": "string", "examples": ["de"]},
    },
}
_METHODS = {"get", "post", "put", "patch", "delete"}


def bases() -> list[type]:
    """Classes whose docstring is for who reads the code: a shape that is made from one says nothing by it."""
    return [*get_lib_doc_excludes(), Input, Output, Framed, SettingInput, SettingRow]  # type: ignore[no-untyped-call]  # spectacular's


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001  spectacular's hook
    """Add the problem answers to every operation, so that a client knows them without trying.

    Each stands once in the document, and operations name it.
    """
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(Problem=_PROBLEM, AccountProblem=_ACCOUNT_PROBLEM)
    components.setdefault("securitySchemes", {})["sessionToken"] = _SESSION_TOKEN
    components.setdefault("parameters", {}).update(_EVERYWHERE)
    shared = {_NAMES[code]: _answer(code, text, "Problem") for code, text in _ANSWERS.items()}
    shared |= {f"Account{_NAMES[code]}": _answer(code, text, "AccountProblem") for code, text in _ACCOUNT_ANSWERS.items()}
    components.setdefault("responses", {}).update(shared, NotModified=_NOT_MODIFIED, AnotherStep=_ANOTHER_STEP)
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            if method in _METHODS and path.startswith(_ACCOUNT_PATHS):
                _add(operation, _ACCOUNT_ANSWERS, "Account")
                if {} in operation["security"]:
                    operation["responses"].setdefault("202", {"$ref": "#/components/responses/AnotherStep"})
            if (path, method) in _PROVEN:
                _add(operation, {"401"}, "Account")
            if method in _METHODS:
                _add_answers(operation, has_key="{" in path, writes=method != "get", also=_ALSO.get((path, method), set()))
                everywhere = [{"$ref": f"#/components/parameters/{name}"} for name in _EVERYWHERE]
                operation["parameters"] = [*operation.get("parameters", []), *everywhere]
    return result


def _answer(code: str, description: str, schema: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, **({"headers": _WAIT} if code in _WAITING else {}), "content": content}


def _add_answers(operation: dict[str, Any], *, has_key: bool, writes: bool, also: set[str]) -> None:
    ways = operation.get("security", [])
    signed_in = bool(ways) and {} not in ways
    fitting = set()
    headers = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "header"}
    if "If-None-Match" in headers:
        operation["responses"].setdefault("304", {"$ref": "#/components/responses/NotModified"})
    for code in _ANSWERS:
        if code in _BY_HEADER and _BY_HEADER[code] not in headers:
            continue
        needs_body = code in _WITH_BODY and "requestBody" not in operation
        needs_writing = code in _WRITING - also and not writes
        if (
            needs_body
            or needs_writing
            or (code == "404" and not (has_key or signed_in))
            or (code in ("401", "403") and not signed_in)
        ):
            continue
        fitting.add(code)
    _add(operation, fitting)


def _add(operation: dict[str, Any], codes: Iterable[str], kind: str = "") -> None:
    for code in sorted(codes):
        operation["responses"].setdefault(code, {"$ref": f"#/components/responses/{kind}{_NAMES[code]}"})


# spectacular's own name for what 3.1 has a type for.
_NULL = {"$ref": "#/components/schemas/NullEnum"}


def name_shapes(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001  spectacular's hook
    """Make a component of each shape that has a title: clients made from the document then have a type of that name."""
    result = deepcopy(result)  # parts of it are ours, and stand for the next time too
    schemas = result["components"]["schemas"]
    schemas.pop("NullEnum", None)
    for part in (*list(schemas.values()), result["paths"]):
        _name_inside(part, schemas)
    return result


def _name_inside(part: Any, schemas: dict[str, Any]) -> None:
    for name, inner in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        _name_inside(inner, schemas)
        if inner == _NULL:
            part[name] = {"type": "null"}
        if isinstance(inner, dict) and isinstance(title := inner.get("title"), str) and "type" in inner:
            named = {key: value for key, value in inner.items() if key != "title"}
            assert schemas.setdefault(title, named) == named, f"two shapes have the name {title}"
            part[name] = {"$ref": f"#/components/schemas/{title}"}
