"""What the benchmark of space measures is what it says: rows that a phone sent, and what was written with them."""

from __future__ import annotations

from typing import Any

from benchmarks import space


def test_each_row_takes_room_with_its_history_and_its_indexes(committed: Any) -> None:
    taken = space.measure(rows=20, days=3, reminders=60)
    assert (taken["a result"].rows, taken["a dose"].rows) == (20, 23)
    assert taken["a reminder"].rows >= 60
    # The first look, one after each of the two pushes, and one after each day's dose, unless it says the same as before.
    assert 2 < taken["an evaluation"].rows <= 6
    assert all(of.each > 100 for of in taken.values())
