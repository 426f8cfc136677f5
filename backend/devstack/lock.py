"""One stack per home folder: a lock that the kernel drops with the last process that holds it."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from backend.devstack.files import write_whole
from backend.devstack.problems import SetupError
from backend.devstack.processes import is_alive

# A launcher that was killed leaves its keeper behind for as long as that needs to end the services.
CLEAN_UP_SECONDS = 90.0
POLL_SECONDS = 0.1


class AlreadyRunningError(SetupError):
    """Another launcher owns this home folder."""


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on the file `path` for the length of the block, waiting for whoever has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class HomeLock:
    """The lock on a home folder, taken by the launcher and handed down to its keeper."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._state = home / "state.json"
        self._home = home
        # Never deleted: a lock on a file that another process has replaced locks nothing.
        self.descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)

    def acquire(self) -> None:
        """Take the lock, waiting for the clean-up of a launcher that is gone.

        Raises AlreadyRunningError, with its pid and URL, while another launcher lives.
        """
        deadline = time.monotonic() + CLEAN_UP_SECONDS
        while not self._try():
            owner = self._owner()
            if owner is not None and is_alive(owner[0]):
                pid, url = owner
                where = f" at {url}" if url else ""
                raise AlreadyRunningError(
                    f"It is already running here (process {pid}{where}). Press Ctrl-C in its terminal, or run: kill {pid}"
                )
            if time.monotonic() > deadline:
                raise AlreadyRunningError(
                    f"An earlier run in {self._home} has not finished stopping. Wait a minute and try again."
                )
            time.sleep(POLL_SECONDS)
        self.describe(url="")

    def describe(self, *, url: str) -> None:
        """Note who runs here, for the sentence that a second launcher prints."""
        write_whole(self._state, json.dumps({"pid": os.getpid(), "url": url}).encode())

    def is_free(self) -> bool:
        """Take the lock where nobody has it, without waiting."""
        return self._try()

    def release(self) -> None:
        """Close this process's hold; the keeper's own hold ends with the keeper."""
        os.close(self.descriptor)

    def _try(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _owner(self) -> tuple[int, str] | None:
        """(pid, url) of the launcher as it described itself, None in the instant before it did."""
        try:
            state = json.loads(self._state.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return int(state["pid"]), str(state["url"])
