"""What the operating system tells about processes, and how a child is tied to its parent's life."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# Loaded once, before any fork: loading a library between fork and exec is not safe.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def is_alive(pid: int) -> bool:
    """Whether a process of this id runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    try:
        # The name stands in brackets and may hold anything, so the state is read after the last bracket.
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return not Path("/proc/self").exists()


def command_line(pid: int) -> list[str]:
    """The arguments that this process was started with, [] where it is gone or cannot be seen."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return proc.read_bytes().decode(errors="replace").rstrip("\0").split("\0")
        except OSError:
            return []
    listed = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.split()


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and those that they started; [] where the system does not tell (not Linux)."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        except (OSError, IndexError):
            continue  # it ended while we looked
    found = parents.get(pid, [])
    return [*found, *(further for child in found for further in descendants(child))]


def dies_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A function for a fresh child: on Linux the kernel sends it `death_signal` when its parent ends, SIGKILL included.

    It has to run after a change of user, which clears the setting. The parent must have a single thread: the kernel
    watches the thread that forked.
    """
    parent = os.getpid()

    def tie() -> None:
        end_with_parent(death_signal)
        # The parent may have ended before the kernel was told to watch it.
        if os.getppid() != parent:
            os._exit(1)

    return tie


def end_with_parent(death_signal: signal.Signals) -> None:
    """On Linux, have the kernel send this process `death_signal` when the thread that started it ends."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))


def adopt_orphans() -> None:
    """On Linux, let grandchildren whose parent died become our children, so that they can be reaped."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)
