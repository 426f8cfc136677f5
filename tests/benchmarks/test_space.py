"""What the benchmark of space measures is what it says: rows that a phone sent, and what was written with them."""

from __future__ import annotations

from typing import Any

from benchmarks import space


def test_each_row_takes_room_with_its_history_and_its_indexes(committed: Any) -> None:
    taken = space.measure(draws=10, days=12, reminders=60)
    assert (taken["a result"].rows, taken["a dose"].rows) == (22, 12)
    assert taken["a reminder"].rows >= 60
    # The first look, one after the regimen and one after the draws, one after each day's dose and after the draw among them.
    assert taken["an evaluation"].rows == 16
    # Two parts of each: but most of those after a dose say in both what the one before says.
    assert 4 < taken["a part of a basis"].rows < taken["an evaluation"].rows
    assert all(of.each > 100 for of in taken.values())
