"""What the benchmark of reads measures is what it says: both servers answer, in a bounded number of statements."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.devstack.stack import Stack
from benchmarks import reading


@pytest.mark.processes
def test_both_servers_answer_and_ours_sends_no_more_statements_than_it_may(tmp_path: Path) -> None:
    with Stack(tmp_path / "bench") as stack:
        found = reading.measure(stack, men=20, rounds=2, calls=2)
    assert {name: len(measured.seconds) for name, measured in found.items()} == dict.fromkeys(
        ("series", "home", "unchanged", "raw series", "raw home"), 2
    )
    assert 0 < found["series"].queries <= reading.MOST_QUERIES["series"]
    assert 0 < found["home"].queries <= reading.MOST_QUERIES["home"]
    assert found["raw series"].median < found["series"].median
    assert found["unchanged"].median < found["home"].median
