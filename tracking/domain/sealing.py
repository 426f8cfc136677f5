"""The digest over a day of what is kept about who did what. Pure: digests in, one digest and sentences out.

SHA-256, FIPS 180-4. A day's digest covers the digest of the day sealed before it, so that no day can be left out, and per table
the columns, and per row its key, its owner and its own digest, so that no row can be changed, added or taken away unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class What(StrEnum):
    """What an account did, or what was tried on it; and what the operator keeps."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    REFUSED = "sign-in-refused"
    EXPORTED = "exported"
    MEMBER_INVITED = "member-invited"
    MEMBER_JOINED = "member-joined"
    MEMBER_ENDED = "member-ended"
    MEMBER_RESUMED = "member-resumed"
    BACKED_UP = "backed-up"


@dataclass(frozen=True, slots=True)
class RowSeal:
    """One row: its key, the patient it is of (None: no man's) and the SHA-256 of what stands in it, in hex."""

    id: int
    owner: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class TableSeal:
    """The rows of one table of one day, in the order of their keys, and the columns that their digests are over."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[RowSeal, ...]


def day_digest(day: date, before: str, tables: Iterable[TableSeal]) -> str:
    """The digest of a day; ``before`` is that of the day sealed before, empty for the first."""
    stated = {table.table: [list(table.columns), [[row.id, row.owner, row.digest] for row in table.rows]] for table in tables}
    text = json.dumps([day.isoformat(), before, stated], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def compare(sealed: TableSeal, found: Mapping[int, str], *, added: Iterable[int], gone: set[int]) -> list[str]:
    """In words, what is not as it was sealed; [] where all is.

    ``found``: digest by key of the sealed rows that are there; ``added``: keys of that day's rows that were not sealed;
    ``gone``: patients who were erased, whose rows may be missing.
    """
    name = sealed.table
    changed = [row.id for row in sealed.rows if row.id in found and found[row.id] != row.digest]
    missing = [row.id for row in sealed.rows if row.id not in found and row.owner not in gone]
    return [
        *(f"{name}: row {key} was changed after it was sealed" for key in changed),
        *(f"{name}: row {key} is missing, and its man was not erased" for key in missing),
        *(f"{name}: row {key} was added after the day was sealed" for key in sorted(added)),
    ]
