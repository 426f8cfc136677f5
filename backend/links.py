"""Links of the OpenAPI document: from the answer that made a row to everything that can be done at its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from backend.examples import shape_of

__all__ = ["link_rows"]

_METHODS = ("get", "post", "put", "patch", "delete")
# What a parameter of an address is called in the row that it names.
_NAMED = {"key": "id", "uid": "uid"}
# A parameter, and none after it.
_NEXT = re.compile(r"\{(\w+)\}(?!.*\{)")


def link_rows(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001  spectacular's hook
    """Say in each answer to a POST how its row is read, put right and taken back: at the addresses that begin with its own."""
    paths, shapes = result["paths"], result["components"]["schemas"]
    for path, operations in paths.items():
        for code, answer in operations.get("post", {}).get("responses", {}).items():
            if code.startswith("2") and (links := dict(_links(path, answer, paths, shapes))):
                answer["links"] = links
    return result


def _links(path: str, answer: dict[str, Any], paths: dict[str, Any], shapes: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    shape = shape_of(answer.get("content", {}).get("application/json", {}))
    known = {name: f"$request.path.{name}" for name in re.findall(r"\{(\w+)\}", path)}
    for other, operations in paths.items():
        match = _NEXT.match(other.removeprefix(f"{path}/")) if other.startswith(f"{path}/") else None
        pointer = match and _pointer(_NAMED[match[1]], shape, shapes)
        if match is None or pointer is None:
            continue
        parameters = {**known, match[1]: f"$response.body#{pointer}"}
        for method in _METHODS:
            if method in operations:
                name = operations[method]["operationId"]
                yield name, {"operationId": name, "parameters": {f"path.{name}": said for name, said in parameters.items()}}


def _pointer(name: str, shape: str, shapes: dict[str, Any]) -> str | None:
    """Where an answer of this shape names the row: itself, or in the one member that is a row."""
    fields = shapes.get(shape, {}).get("properties", {})
    if name in fields:
        return f"/{name}"
    inside = [
        member
        for member, field in fields.items()
        if name in shapes.get(field.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    ]
    return f"/{inside[0]}/{name}" if len(inside) == 1 else None
