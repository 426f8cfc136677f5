"""A client that holds every answer against the OpenAPI document, so that the two cannot drift apart."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker
from rest_framework.test import APIClient

from tests import recorded

METHODS = ("get", "post", "put", "patch", "delete")
NOT_JSON = {"/api/v1/docs", "/api/v1/schema"}


@cache
def document() -> dict[str, Any]:
    """The document as it is served."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def _strict() -> dict[str, Any]:
    """The same, with every object closed: a field that the document does not know is a drift too."""
    closed = deepcopy(document())
    for schema in closed["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return closed


@cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in paths]


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """An answer or a parameter itself, where the document names the one that many operations share."""
    if "$ref" not in part:
        return part
    found = document()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


@cache
def _validator(path: str, method: str, status: int, media: str) -> Draft202012Validator:
    operation = _strict()["paths"][path][method]
    answer = operation["responses"].get(str(status))
    assert answer is not None, f"the document knows no {status} for {method} {path}"
    content = resolved(answer).get("content", {})
    assert media in content, f"the document knows no {media} with {status} for {method} {path}, only {sorted(content)}"
    schema = {**content[media]["schema"], "components": _strict()["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def check(path: str, method: str, response: Any, *, is_sparse: bool = False) -> None:
    """Raise where an answer is not what the document promises. ``is_sparse``: members were chosen, so that some are missing."""
    assert "no-store" in response.headers.get("Cache-Control", ""), f"{method} {path} may be kept by caches"
    known = next((shown for pattern, shown in _routes() if pattern.fullmatch(path)), None)
    if known is None or method not in document()["paths"][known]:
        assert response.status_code in (404, 405), f"{method} {path} answers {response.status_code} and is not in the document"
        return
    if not response.content:
        answers = document()["paths"][known][method]["responses"]
        assert "content" not in resolved(answers[str(response.status_code)]), (
            f"{method} {path} promises a body with {response.status_code}"
        )
        return
    if is_sparse and response.status_code == 200:
        return
    media = response.headers["Content-Type"].partition(";")[0]
    validator = _validator(known, method, response.status_code, media)
    if "json" not in media:
        return
    errors = list(validator.iter_errors(json.loads(response.content)))
    assert not errors, f"{method} {path} {response.status_code}: {[f'{list(e.absolute_path)}: {e.message}' for e in errors]}"


class ContractClient(APIClient):
    """Sends JSON, and checks every answer of the API."""

    sent: Any = ""

    def generic(self, method: str, path: str, data: Any = "", *args: Any, **extra: Any) -> Any:
        self.sent = data
        return super().generic(method, path, data, *args, **extra)

    def request(self, **kwargs: Any) -> Any:
        response = super().request(**kwargs)
        path, method = kwargs["PATH_INFO"], kwargs["REQUEST_METHOD"].lower()
        if path.startswith("/api/") and path not in NOT_JSON and method in METHODS:
            is_sparse = "fields=" in kwargs.get("QUERY_STRING", "")
            check(path, method, response, is_sparse=is_sparse)
            known = next((shown for pattern, shown in _routes() if pattern.fullmatch(path)), "")
            if not is_sparse and (methods := document()["paths"].get(known)):
                # That there is no such method is said of those that there are.
                recorded.keep(methods.get(method, next(iter(methods.values()))), self.sent, response)
        return response

    def send(self, method: str, path: str, body: Any = None, **headers: Any) -> Any:
        """One request under /api/v1; ``body`` as JSON."""
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        if method in ("PUT", "PATCH", "DELETE"):
            headers = {"headers": {"If-Match": "*"}, **headers}  # tests that are not about it have seen what stands
        return self.generic(method, f"/api/v1{path}", **sent, **headers)

    def lab(self, path: str = "/labs", **changed: Any) -> Any:
        """POST an ordinary estradiol, with some of it changed."""
        return self.send("POST", path, ESTRADIOL | changed)


ESTRADIOL = {
    "analyte": "estradiol",
    "value": "24.0",
    "unit": "pg/mL",
    "collected_at": "2026-10-01T08:10:00+02:00",
    "zone": "Europe/Berlin",
}


def issues(response: Any) -> dict[str, str]:
    """What a problem says, by pointer."""
    return {issue["pointer"]: issue["detail"] for issue in response.json()["errors"]}
