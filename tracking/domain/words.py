"""Sentences from the catalogue. Codes and parameters in, English out; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from tracking.domain.months import SHORT_NAMES


def on_day(day: date | None, today: date) -> str:
    """``3 Mar`` in the year of ``today``, ``3 Mar 2025`` in any other."""
    if day is None:
        return "a date not known"
    short = f"{day.day} {SHORT_NAMES[day.month]}"
    return short if day.year == today.year else f"{short} {day.year}"


def listed(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *head, last = list(names) or [""]
    return f"{', '.join(head)} and {last}" if head else last


def fill(sentence: str, params: Mapping[str, str]) -> str:
    """Raises KeyError for a placeholder without a parameter: a half sentence is never shown."""
    return sentence.format_map(params)
