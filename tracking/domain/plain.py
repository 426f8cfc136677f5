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

from tracking.domain.history import History

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
    if is_dataclass(item):
        return {name: getattr(item, name) for name in _names(type(item))}  # type: ignore[arg-type]  # every class is hashable
    if isinstance(item, Mapping):
        return dict(item)
    raise TypeError(f"{type(item).__name__} has no plain form")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def digest(item: Any) -> str:
    """SHA-256 over one canonical form."""
    return hashlib.sha256(_canonical(item).encode()).hexdigest()


# The text of ``plain``, without building it first: the encoder walks lists, dicts and text by itself, and asks for the rest.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_one_level).encode


# What is stated once and never changes under its key: a correction is another record with another key.
_STATED_ONCE = ("labs", "doses", "scans", "fractures", "risk_factors", "symptoms", "uses")
# What goes on under its key: a regimen ends, a setting expires.
_GOING_ON = ("regimens", "floors", "intervals")


def history_digest(history: History) -> str:
    """One digest for one content, whatever the order of its rows.

    Records that are stated once stand in it by their keys, for their content cannot change under them (the database refuses
    it); so ten years of doses cost no more than a list of names.
    """
    keys = (f"{name}:{','.join(sorted([row.key for row in getattr(history, name)]))}" for name in _STATED_ONCE)
    content = {name: sorted(_canonical(row) for row in getattr(history, name)) for name in _GOING_ON}
    return digest([*keys, {"person": history.person, **content}])
