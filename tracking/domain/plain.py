"""Frozen records as JSON-able structures: decimals and exact ratios as strings, dates and instants as ISO 8601."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

_AS_IS = frozenset({str, int, bool, type(None)})


def plain(item: Any) -> Any:
    """The same content in lists, dicts, strings, integers, booleans and None."""
    if type(item) in _AS_IS:
        return item
    if isinstance(item, list | tuple):
        return [plain(value) for value in item]
    if isinstance(item, dict):
        return {str(key): plain(value) for key, value in item.items()}
    return plain(_one_level(item))


def _one_level(item: Any) -> Any:
    """What JSON has no form for, one level down."""
    if isinstance(item, Enum):
        return item.value
    if isinstance(item, Decimal | Fraction):
        return str(item)
    if isinstance(item, date):
        return item.isoformat()
    if isinstance(item, Mapping):
        return dict(item)
    names = _names(type(item))  # type: ignore[arg-type]  # every class is hashable
    if names:
        return {name: getattr(item, name) for name in names}
    raise TypeError(f"{type(item).__name__} has no plain form")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """What a record tells: its fields, or what it names as ``TOLD`` where some of that is worked out when asked for."""
    told: tuple[str, ...] = getattr(kind, "TOLD", ()) or getattr(kind, "__struct_fields__", ())
    return told or (tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ())


def digest(item: Any) -> str:
    """SHA-256 over one canonical form."""
    return hashlib.sha256(_canonical(item).encode()).hexdigest()


# The text of ``plain``, without building it first: the encoder walks lists, dicts and text by itself, and asks for the rest.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_one_level).encode
