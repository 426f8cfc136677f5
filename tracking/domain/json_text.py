"""JSON with one reading: what parsers read differently, the first or the last of two keys, is refused."""

from __future__ import annotations

from typing import Any

__all__ = ["DoubledKeyError", "each_key_once"]


class DoubledKeyError(ValueError):
    """A key stands twice in one object."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the key {name[:60]!a} stands twice in one object")
        self.name = name


def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For ``json.loads(object_pairs_hook=)``. Raises :class:`DoubledKeyError`."""
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        raise DoubledKeyError(next(name for name in names if names.count(name) > 1))
    return content
