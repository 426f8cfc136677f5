"""Frozen records as JSON-able structures: decimals as strings, dates and instants as ISO 8601."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from tracking.domain.history import DoseRecord, History


def plain(item: Any) -> Any:
    """The same content in lists, dicts, strings, integers, booleans and None."""
    if isinstance(item, Enum):
        return item.value
    if item is None or isinstance(item, bool | int | str):
        return item
    if isinstance(item, datetime | date):
        return item.isoformat()
    if isinstance(item, Decimal):
        return str(item)
    return _nested(item)


def _nested(item: Any) -> Any:
    if is_dataclass(item):
        return {field.name: plain(getattr(item, field.name)) for field in fields(item)}
    if isinstance(item, Mapping):
        return {str(key): plain(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [plain(value) for value in item]
    raise TypeError(f"{type(item).__name__} has no plain form")


def digest(item: Any) -> str:
    """SHA-256 over one canonical form."""
    return hashlib.sha256(json.dumps(plain(item), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def history_digest(history: History) -> str:
    """One digest for one content, whatever the order of its rows."""
    rows = {
        name: sorted(json.dumps(plain(row), sort_keys=True) for row in getattr(history, name))
        for name in ("labs", "regimens", "scans", "fractures", "risk_factors")
    }
    # Dose events are many; a line each is enough and far cheaper than the general form.
    rows["doses"] = sorted(_dose_line(dose) for dose in history.doses)
    return digest({"person": history.person, "floor": history.floor, **rows})


def _dose_line(dose: DoseRecord) -> str:
    taken = dose.taken
    return f"{dose.key}|{dose.drug}|{dose.kind}|{dose.amount_mg}|{taken.at.timestamp()}|{taken.precision}|{taken.zone}"
