from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from backend.devstack.commands import Command
from backend.devstack.launcher import KeeperGoneError, Launcher
from backend.devstack.problems import SetupError
from tests.backend.devstack.watched import descendants, still_alive_after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.processes

FOREVER = "import signal; print('ready', flush=True); signal.pause()"
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True)\nwhile True: signal.pause()"
)
WITH_CHILD = (
    "import signal, subprocess, sys; "
    "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); print('ready', flush=True); signal.pause()"
)


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    launcher = Launcher(log=tmp_path / "keeper.log")
    yield launcher
    launcher.close()


def python(tmp_path: Path, name: str, program: str, *, rank: int = 10, seconds: float = 5.0) -> Command:
    return Command(
        name=name,
        argv=(sys.executable, "-c", program),
        environment={"PATH": os.defpath},
        folder=tmp_path,
        log=tmp_path / f"{name}.log",
        rank=rank,
        stop=((signal.SIGTERM, seconds),),
    )


def start_ready(launcher: Launcher, command: Command) -> int:
    """Start a program and wait for its first line."""
    pid = launcher.start(command)
    while not command.log.read_text():
        assert launcher.death_of(command.name, 0.05) is None
    return pid


def test_a_child_that_ends_by_itself_is_reported_with_its_code(launcher: Launcher, tmp_path: Path) -> None:
    pid = launcher.start(python(tmp_path, "short", "raise SystemExit(7)"))
    death = launcher.death_of("short", 10)
    assert death is not None
    assert (death.pid, death.code) == (pid, 7)


def test_a_child_that_was_asked_to_end_is_not_reported_as_dead(launcher: Launcher, tmp_path: Path) -> None:
    start_ready(launcher, python(tmp_path, "asked", FOREVER))
    launcher.stop("asked")
    assert launcher.death_of("asked", 0.2) is None


def test_a_program_that_is_not_there_is_a_plain_sentence(launcher: Launcher, tmp_path: Path) -> None:
    command = Command(
        name="absent", argv=("/nowhere/absent",), environment={}, folder=tmp_path, log=tmp_path / "absent.log", rank=1
    )
    with pytest.raises(SetupError, match="absent could not be started"):
        launcher.start(command)


def test_children_end_in_the_order_of_their_ranks(tmp_path: Path) -> None:
    launcher = Launcher(log=tmp_path / "keeper.log")
    for name, rank in (("postgres", 60), ("beat", 10), ("web", 30)):
        start_ready(launcher, python(tmp_path, name, FOREVER, rank=rank))
    launcher.close()
    ended = [line.split()[1] for line in (tmp_path / "keeper.log").read_text().splitlines() if "ended with code" in line]
    assert ended == ["beat", "web", "postgres"]


def test_a_child_that_ignores_sigterm_is_killed_once_its_time_is_over(launcher: Launcher, tmp_path: Path) -> None:
    pid = start_ready(launcher, python(tmp_path, "stubborn", STUBBORN, seconds=0.3))
    family = descendants(pid)
    launcher.stop("stubborn")
    assert not still_alive_after(5, family)


def test_sigkill_of_a_child_takes_its_children_with_it(launcher: Launcher, tmp_path: Path) -> None:
    pid = start_ready(launcher, python(tmp_path, "parent", WITH_CHILD))
    family = descendants(pid)
    assert len(family) == 2
    launcher.kill("parent", signal.SIGKILL)
    assert not still_alive_after(5, family)


def test_the_end_of_the_pipe_ends_keeper_and_children(tmp_path: Path) -> None:
    launcher = Launcher(log=tmp_path / "keeper.log")
    start_ready(launcher, python(tmp_path, "child", FOREVER))
    family = descendants(launcher.pid)
    launcher.close()
    assert not still_alive_after(10, family)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_to_the_keeper_ends_its_children_and_the_launcher_says_so(tmp_path: Path, number: signal.Signals) -> None:
    launcher = Launcher(log=tmp_path / "keeper.log")
    start_ready(launcher, python(tmp_path, "child", FOREVER))
    family = descendants(launcher.pid)
    os.kill(launcher.pid, number)
    assert not still_alive_after(10, family)
    with pytest.raises(KeeperGoneError, match="Start again"):
        launcher.stop("child")
    launcher.close()
