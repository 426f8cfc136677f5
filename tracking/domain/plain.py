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

from tracking.domain.history import DoseRecord, History

_AS_IS = frozenset({str, int, bool, type(None)})


def plain(item: Any) -> Any:
    """The same content in lists, dicts, strings, integers, booleans and None."""
    kind = type(item)
    if kind in _AS_IS:
        return item
    if isinstance(item, Enum):
        return item.value
    if kind is Decimal or kind is Fraction:
        return str(item)
    if isinstance(item, date):
        return item.isoformat()
    return _nested(item)


def _nested(item: Any) -> Any:
    if is_dataclass(item):
        return {name: plain(getattr(item, name)) for name in _names(type(item))}  # type: ignore[arg-type]  # every class is hashable
    if isinstance(item, list | tuple):
        return [plain(value) for value in item]
    if isinstance(item, Mapping):
        return {str(key): plain(value) for key, value in item.items()}
    raise TypeError(f"{type(item).__name__} has no plain form")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def digest(item: Any) -> str:
    """SHA-256 over one canonical form."""
    return hashlib.sha256(json.dumps(plain(item), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def history_digest(history: History) -> str:
    """One digest for one content, whatever the order of its rows."""
    rows = {
        name: sorted(json.dumps(plain(row), sort_keys=True) for row in getattr(history, name))
        for name in ("labs", "regimens", "scans", "fractures", "risk_factors", "floors", "intervals", "symptoms")
    }
    # Dose events are many; a line each is enough and far cheaper than the general form.
    rows["doses"] = sorted(_dose_line(dose) for dose in history.doses)
    return digest({"person": history.person, **rows})


def _dose_line(dose: DoseRecord) -> str:
    taken = dose.taken
    return f"{dose.key}|{dose.drug}|{dose.kind}|{dose.amount_mg}|{taken.at.timestamp()}|{taken.precision}|{taken.zone}"
