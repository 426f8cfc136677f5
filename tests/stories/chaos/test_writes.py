"""A small `make chaos`: real web, workers, broker and database, killed and stopped while men write."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import httpx
import pytest

from backend.devstack.chaos import writes
from backend.devstack.chaos.phones import Phone, Told
from backend.devstack.cohort import Person


@pytest.mark.processes
def test_whatever_happens_to_the_machines_what_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    of = "kill worker|kill postgres|broker forgets|clock of"
    report = writes.run(tmp_path / "chaos", men=1, faults=6, seed=3, pace=1.0, of=of)
    assert report.wrong == []
    assert report.faults.total() == 6
    # Without a compiler there are no clocks to move, and `make chaos` says that it left them out.
    assert shutil.which("cc") is None or len(report.faults) == 6
    worker = (tmp_path / "chaos" / "log" / "worker.log").read_text()
    assert shutil.which("cc") is None or "ClocksDisagreeError" in worker, "it was not seen to do nothing"
    assert report.acknowledged > 1000
    assert str(report).splitlines()[-1] == f"acknowledged {report.acknowledged} lost 0 doubled 0"


STANDS = {
    "email": "adam@example.org",
    "labs": [["lab-1", "24.10"]],
    "doses": [["dose-1", "0.25"]],
    "imported": 600,
    "revision": 7,
    "highest": 7,
    "unversioned": 0,
    "as_fresh": True,
}


@pytest.mark.parametrize(
    ("differently", "lost", "doubled"),
    [
        ({}, 0, 0),
        ({"labs": []}, 1, 0),
        ({"labs": [["lab-1", "24.1"]]}, 1, 0),
        ({"doses": [["dose-1", "0.25"], ["dose-1", "0.25"]]}, 0, 1),
        ({"doses": [["dose-1", "0.25"], ["dose-2", "0.25"]]}, 0, 1),
        ({"imported": 598}, 2, 0),
        ({"imported": 1200}, 0, 600),
        ({"highest": 8}, 0, 0),
        ({"unversioned": 1}, 0, 0),
        ({"as_fresh": False}, 0, 0),
    ],
)
def test_the_count_sees_what_is_lost_what_is_doubled_and_what_does_not_fit(differently, lost: int, doubled: int) -> None:
    with httpx.Client() as client:
        adam = Person("Adam", "adam@example.org", client)
        told = Told(labs={"lab-1": "24.10"}, doses={"dose-1": "0.25"}, imported=600)
        report = writes.Report(men=1)
        writes.compare([Phone(adam, 0, 0, told=dataclasses.replace(told))], [STANDS | differently], report)
    assert (report.acknowledged, report.lost, report.doubled) == (602, lost, doubled)
    assert bool(report.wrong) == bool(differently)
