"""A day's digest moves with everything that it covers, and what differs is said in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tracking.domain.sealing import RowSeal, TableSeal, compare, day_digest

DAY = date(2026, 11, 2)
ROWS = (RowSeal(3, 1, "aa"), RowSeal(7, 2, "bb"), RowSeal(9, None, "cc"))
TABLE = TableSeal("tracking_accessevent", ("id", "at"), ROWS)
SEALED = day_digest(DAY, "before", [TABLE])


@pytest.mark.parametrize(
    "tables",
    [
        [],
        [replace(TABLE, table="tracking_other")],
        [replace(TABLE, columns=("at", "id"))],
        [replace(TABLE, rows=ROWS[1:])],
        [replace(TABLE, rows=(*ROWS, RowSeal(10, 1, "dd")))],
        [replace(TABLE, rows=(replace(ROWS[0], digest="ab"), *ROWS[1:]))],
        [replace(TABLE, rows=(replace(ROWS[0], owner=2), *ROWS[1:]))],
        [replace(TABLE, rows=(replace(ROWS[0], owner=None), *ROWS[1:]))],
        [replace(TABLE, rows=(replace(ROWS[0], id=4), *ROWS[1:]))],
        [TABLE, TableSeal("tracking_more", (), ())],
    ],
)
def test_whatever_is_changed_changes_the_digest(tables: list[TableSeal]) -> None:
    assert day_digest(DAY, "before", tables) != SEALED


def test_it_covers_the_day_and_the_day_before_and_not_the_order_of_tables() -> None:
    other = TableSeal("tracking_more", ("id",), ())
    assert day_digest(date(2026, 11, 3), "before", [TABLE]) != SEALED != day_digest(DAY, "another", [TABLE])
    assert day_digest(DAY, "before", [TABLE]) == SEALED
    assert day_digest(DAY, "", [TABLE, other]) == day_digest(DAY, "", [other, TABLE])


@pytest.mark.parametrize(
    ("found", "added", "gone", "said"),
    [
        ({3: "aa", 7: "bb", 9: "cc"}, [], set(), []),
        ({3: "aa", 7: "b!", 9: "cc"}, [], set(), ["tracking_accessevent: row 7 was changed after it was sealed"]),
        ({3: "aa", 9: "cc"}, [], set(), ["tracking_accessevent: row 7 is missing, and its man was not erased"]),
        ({3: "aa", 9: "cc"}, [], {2}, []),
        ({3: "aa", 7: "b!", 9: "cc"}, [], {2}, ["tracking_accessevent: row 7 was changed after it was sealed"]),
        ({3: "aa", 7: "bb"}, [], {1, 2}, ["tracking_accessevent: row 9 is missing, and its man was not erased"]),
        ({3: "aa", 7: "bb", 9: "cc"}, [8], {2}, ["tracking_accessevent: row 8 was added after the day was sealed"]),
    ],
)
def test_what_differs_is_said(found: dict[int, str], added: list[int], gone: set[int], said: list[str]) -> None:
    assert compare(TABLE, found, added=added, gone=gone) == said
