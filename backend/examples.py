"""The examples of the OpenAPI document: what was really sent and answered in tests, by the name of its shape.

``python -m tests.recorded`` writes the file anew. Lists in it are cut to their first two members, and secrets are cut short.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["FILE", "examples", "shape_of", "show_examples"]

FILE = Path(__file__).parent / "examples.json"
_METHODS = ("get", "post", "put", "patch", "delete")


@cache
def examples() -> dict[str, Any]:
    """By the name of a schema, or of a shared answer."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def show_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001  spectacular's hook
    """Show with each body, sent or answered, the example of its shape: each stands once in the document."""
    shown = result["components"].setdefault("examples", {})
    answers = result["components"].get("responses", {})
    for name, answer in answers.items():
        for media in answer.get("content", {}).values():
            _show(media, name, shown)
    for operations in result["paths"].values():
        for method in _METHODS:
            operation = operations.get(method, {})
            for content in (operation.get("requestBody", {}), *operation.get("responses", {}).values()):
                for media in content.get("content", {}).values():
                    _show(media, shape_of(media), shown)
    return result


def shape_of(media: dict[str, Any]) -> str:
    """The name of the shape of a body; of many of one shape, that in the plural. Empty where it has none."""
    schema = media.get("schema", {})
    many = "s" if schema.get("type") == "array" else ""
    name: str = (schema.get("items", {}) if many else schema).get("$ref", "").rpartition("/")[2]
    return name and f"{name}{many}"


def _show(media: dict[str, Any], name: str, shown: dict[str, Any]) -> None:
    if name not in examples():  # what accounts say in the same words as everything else
        name = name.removeprefix("Account")
    if name in examples():
        shown[name] = {"value": examples()[name]}
        media["examples"] = {"recorded": {"$ref": f"#/components/examples/{name}"}}
