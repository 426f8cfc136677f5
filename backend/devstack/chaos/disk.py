"""A small file system for the database's folder, so that it can be filled up without harm to anybody else."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

SIZE = "2g"
_BLOCK = b"\0" * (1 << 20)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount memory of a bounded size there for as long as the block lasts; False where this account may not mount."""
    folder.mkdir(parents=True, exist_ok=True)
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if mount is None or umount is None or os.geteuid() != 0:
        yield False
        return
    options = f"size={SIZE},mode=0711"
    mounted = subprocess.run([mount, "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run([umount, str(folder)], check=True)


def fill(filler: Path) -> None:
    """Write until nothing more goes in."""
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(_BLOCK)
            file.flush()
