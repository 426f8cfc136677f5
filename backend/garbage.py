"""What is there once a process has started stays: the collector of garbage need not look through it again and again.

Django, the rules and the views are some hundred thousand objects, which every full collection would walk through. Loading them
brings about a dozen of those, and an import of many rows dozens.
"""

from __future__ import annotations

import gc

__all__ = ["look_seldom", "set_apart"]

# How many new objects there may be before the young are looked through; Python's own 700 are made by reading a few dozen rows.
_YOUNG = 20_000


def look_seldom() -> None:
    """Let more new objects gather before the collector looks at them. Call it before anything is loaded."""
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


def set_apart() -> None:
    """Let the collector pass over all that is there now. Call it once a process is ready to work, before its children fork."""
    gc.collect()
    gc.freeze()
    look_seldom()
