"""What every table that belongs to a man must state about itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracking.domain.categories import Category


class Erasure(StrEnum):
    """What becomes of a man's rows when he erases his account."""

    DELETE = "delete"
    SKELETON = "keep a skeleton without health data"


@dataclass(frozen=True, slots=True)
class Ownership:
    """The statement that sync, export, erasure, retention and row-level security are made from.

    ``owner`` is the column that holds the patient's key (``id`` on the patient itself). ``sync`` is the table's name in the
    phone contract, or None where phones do not see it; ``sync_since`` the schema version of that contract that introduced it.
    ``category``: with which part of his record it is shared. ``his_to_write``: nobody but he and the system writes there,
    whomever he let in.
    """

    why: str
    kept: str
    erasure: Erasure = Erasure.DELETE
    owner: str = "patient_id"
    exported: bool = True
    sync: str | None = None
    sync_since: int = 1
    revisioned: bool = True
    append_only: bool = False
    category: Category = Category.CONCLUSIONS
    his_to_write: bool = False

    def __post_init__(self) -> None:
        if not self.why or not self.kept:
            raise ValueError("an owned table says why it is kept and for how long")
        if self.sync and not self.revisioned:
            raise ValueError("a synced table carries a revision")
