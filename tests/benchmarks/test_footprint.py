"""What the benchmark of time and memory measures is what it says: both projects check, serve, and hold something."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.devstack.stack import Stack
from benchmarks import footprint


@pytest.mark.processes
def test_both_projects_check_and_serve_and_ours_is_the_larger_one(tmp_path: Path) -> None:
    with Stack(tmp_path / "bench") as stack:
        ours, bare = footprint.measure(stack, rounds=1)
    assert len(ours.seconds) == len(bare.seconds) == 1
    assert 10 < bare.megabytes < ours.megabytes < 500
