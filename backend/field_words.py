"""What the fields of the OpenAPI document are, where a serializer or a column does not say it itself: a word by their name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["FILE", "describe_fields", "undescribed", "words"]

FILE = Path(__file__).with_suffix(".toml")
_EVERYWHERE = "everywhere"
# What an address names, by the name of the parameter.
_PATH = {
    "key": "the `id` of the row: in a man's own API the one that his phone minted, for staff the `uid`",
    "uid": "the `uid` of the row, as the list of this address shows it",
    "patient_uid": "the `uid` of the man, as `GET /patients` shows it",
    "clinic_uid": "the `uid` of a clinic that this account belongs to",
}


@cache
def words() -> dict[str, dict[str, str]]:
    """By shape, and under ``everywhere`` by name alone."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def describe_fields(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001, FBT001  spectacular's hook
    """Say of each field what it is, where nothing does yet; and of what an address names."""
    for shape, name, field in undescribed(result):
        if told := words().get(shape, {}).get(name) or words()[_EVERYWHERE].get(name):
            field["description"] = told
    for operations in result["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter.get("in") == "path":
                    parameter["description"] = _PATH[parameter["name"]]
    return result


def undescribed(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each field that nothing is said of: its shape, its name, itself. What is of a shape that says it itself is described."""
    shapes = document["components"]["schemas"]
    for shape, schema in shapes.items():
        for name, field in schema.get("properties", {}).items():
            rows = field.get("items", {}) if field.get("type") == "array" else field
            shown = shapes.get(rows.get("$ref", "").rpartition("/")[2], {})
            if not field.get("description") and not shown.get("description"):
                yield shape, name, field
