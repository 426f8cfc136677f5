"""What the benchmark of a day measures is what it says: both servers do all four things, and nothing fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.devstack.stack import Stack
from benchmarks import day


@pytest.mark.processes
def test_phones_do_all_that_a_day_has_on_both_servers(tmp_path: Path) -> None:
    sizes = day.Sizes(others=20, each=20, phones=2, workers=1, rounds=2, seconds=3)
    with Stack(tmp_path / "bench") as stack:
        found = day.measure(stack, sizes)
    for name, of in found.items():
        assert not of.failed, name
        assert of.wants > 5, name
        assert {kind for kind, taken in of.taken.items() if not taken} <= {"rest"}, name
        assert len(of.rates) == sizes.rounds
    # One request of ours is one want; the plain project needs one for each list and row.
    assert found["ours"].requests == found["ours"].wants
    assert found["plain"].requests > 3 * found["plain"].wants
