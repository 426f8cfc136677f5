"""Spans of time by a number of days."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache


@lru_cache(maxsize=4096)
def so_many_days(number: int) -> timedelta:
    """``timedelta(days=number)``, made once for each number: rules count in the same few, and making one is dear."""
    return timedelta(days=number)
