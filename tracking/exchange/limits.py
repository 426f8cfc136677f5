"""How much of a file is read at all (docs/import.md tells them to people). Beyond that it is refused first."""

from __future__ import annotations

from tracking.domain.problems import problem

__all__ = ["refuse_beyond"]

MOST_BYTES = 20_000_000
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_LINE = 100_000  # characters
LONGEST_CELL = 4_000  # characters
DEEPEST = 40  # levels of nested JSON
MOST_VALUES = 3_000_000  # of JSON: an empty list takes three bytes of a file, and sixty of the memory
LONGEST_NUMBER = 40  # characters of a JSON number


def refuse_beyond(limit: int, received: int, what: str) -> None:
    """Raise :class:`Problem` where a file has more of something than is read."""
    if received > limit:
        raise problem(
            "/file",
            "file-too-large",
            "The file has {received} {what}. At most {limit} are read. Send it in parts.",
            received=received,
            limit=limit,
            what=what,
        )
