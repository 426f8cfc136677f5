"""Versions of apps, as numbers that compare."""

from __future__ import annotations

import re

__all__ = ["version_of"]

_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}", re.ASCII)
_PARTS = 4


def version_of(text: str) -> tuple[int, ...] | None:
    """``2.10`` is above ``2.9`` and equal to ``2.10.0``; None for what is no version."""
    if not _VERSION.fullmatch(text):
        return None
    parts = [int(part) for part in text.split(".")]
    return (*parts, *[0] * (_PARTS - len(parts)))
