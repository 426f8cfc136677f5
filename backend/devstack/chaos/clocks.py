"""Wall clocks of single processes, put forward and back while they run. A clock is preloaded, so that nothing of ours knows it.

Made from ``clock.c`` with the machine's C compiler. Where there is none, or the system is not Linux, there are no such clocks,
and whoever wanted one says so.
"""

from __future__ import annotations

import contextlib
import platform
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

__all__ = ["DAY", "HOUR", "Clocks", "clocks", "environments"]

HOUR, DAY = 3600, 24 * 3600  # seconds
NO_CLOCKS = "not run: clocks that jump below a worker, beat and the database. They are made with a C compiler, on Linux."
_SOURCE = Path(__file__).with_name("clock.c")
_NUMBER = struct.Struct("=q")


class Clocks:
    """One clock for each name, right until it is moved."""

    def __init__(self, folder: Path, library: Path) -> None:
        """``folder``: everybody who gets a clock can read in it."""
        self._folder = folder
        self._library = library

    def environment(self, name: str) -> Mapping[str, str]:
        """What a process, and all that it starts, is to be started with to go by this clock."""
        if not self._file(name).exists():
            self.move(name, 0)
        return {"LD_PRELOAD": str(self._library), "CLOCK_FILE": str(self._file(name))}

    def move(self, name: str, seconds: int) -> None:
        """Let this clock be wrong by so much from now on: ahead, behind (below zero), or right again (zero)."""
        with self._file(name).open("r+b" if self._file(name).exists() else "xb", buffering=0) as file:
            file.write(_NUMBER.pack(seconds))

    def _file(self, name: str) -> Path:
        return self._folder / name


@contextlib.contextmanager
def clocks(say: Callable[[str], None]) -> Iterator[Clocks | None]:
    """Clocks for as long as the block lasts; None where they cannot be made here, which ``say`` hears."""
    compiler = shutil.which("cc")
    if compiler is None or platform.system() != "Linux":
        say(NO_CLOCKS)
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="trabecula-clocks-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # PostgreSQL may run as another account
        library = folder / "clock.so"
        built = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE)], capture_output=True, check=False
        )
        if built.returncode:
            say(NO_CLOCKS)
        yield None if built.returncode else Clocks(folder, library)


def environments(made: Clocks | None) -> Callable[[str], Mapping[str, str]]:
    """What :class:`Stack` is to know of them: nothing where there are none."""
    return (lambda _name: {}) if made is None else made.environment
