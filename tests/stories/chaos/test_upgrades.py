"""A small `make chaos`: the next release comes in while men write."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.devstack.chaos import upgrades


@pytest.mark.processes
def test_an_upgrade_refuses_loses_and_doubles_nothing_while_both_releases_write(tmp_path: Path) -> None:
    report = upgrades.run(tmp_path / "chaos", men=1, seed=3)
    assert report.wrong == []
    assert report.refused == "manage-migrate failed with code 1."
    assert report.written.keys() == upgrades.EVERYBODY
    assert report.unavailable == 0
    assert str(report).splitlines()[-1] == f"acknowledged {report.acknowledged} lost 0 doubled 0"
