"""Frozen records as JSON-able structures: decimals and exact ratios as strings, dates and instants as ISO 8601."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    kind = type(item)
    return item if kind in _AS_IS else _way_of(kind)(item)  # type: ignore[arg-type]  # every class is hashable


@cache
def _way_of(kind: type) -> Callable[[Any], Any]:
    """How what is of this kind is made plain."""
    if issubclass(kind, list | tuple):
        return lambda item: [value if type(value) in _AS_IS else plain(value) for value in item]
    if issubclass(kind, Mapping):
        return lambda item: {str(key): value if type(value) in _AS_IS else plain(value) for key, value in item.items()}
    if issubclass(kind, Enum):
        return lambda item: plain(item.value)
    if issubclass(kind, Decimal | Fraction):
        return str
    if issubclass(kind, date):
        return lambda item: str(item.isoformat())
    names = _names(kind)
    if names:
        return lambda item: {name: plain(getattr(item, name)) for name in names}
    raise TypeError(f"{kind.__name__} has no plain form")


def _names(kind: Any) -> tuple[str, ...]:
    """What a record tells: its fields, or what it names as ``TOLD`` where some of that is worked out when asked for."""
    told: tuple[str, ...] = getattr(kind, "TOLD", ()) or getattr(kind, "__struct_fields__", ())
    return told or (tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ())
