"""A figure is held against its target on the side that was meant, its bound included."""

from __future__ import annotations

import pytest

from benchmarks.targets import Held, table


@pytest.mark.parametrize(
    ("figure", "lower", "met"), [(0.5, False, True), (0.49, False, False), (0.5, True, True), (0.51, True, False)]
)
def test_the_bound_itself_is_met(figure: float, lower: bool, met: bool) -> None:
    assert Held("a path", figure, "of the raw rate", 0.5, lower=lower).met is met


def test_each_says_its_target_and_the_table_counts_them() -> None:
    met, short = Held("series", 0.61, "of the raw rate", 0.5), Held("queue", 1.58, "times", 1.5, lower=True)
    assert str(short) == "  queue: 1.58 times; target at most 1.5: fallen short"
    title, *rows = table([met, short])
    assert title == "Targets: 1 of 2 met"
    assert [row.split() for row in rows] == [
        ["series", "0.61", "of", "the", "raw", "rate", ">=", "0.5", "met"],
        ["queue", "1.58", "times", "<=", "1.5", "fallen", "short"],
    ]
    assert table([]) == []
