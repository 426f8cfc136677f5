"""A small `make chaos`: real web, workers, broker and database, killed and stopped while reminders go out."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.devstack.chaos import reminders


@pytest.mark.processes
def test_whoever_is_killed_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path) -> None:
    heard: list[str] = []
    report = reminders.run(tmp_path / "chaos", reminders=300, kills=5, seconds=300, seed=4, pace=2.0, say=heard.append)
    assert report.wrong == []
    assert set(report.kills) == set(reminders.VICTIMS)
    assert len(heard) == 5
    assert (report.lost, report.doubled) == (0, 0)
    assert min(report.by_mail, report.by_push) > 100
    assert report.unknown <= report.bound
    assert str(report).splitlines()[-1] == f"lost 0 doubled 0 unknown {report.unknown}"
