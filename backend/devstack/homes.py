"""The run folder `.run`: a home folder for each stack, and the removal of those that nobody uses.

    python -m backend.devstack.homes

removes them all (`make clean`), what was placed outside the checkout included.
"""

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from backend.devstack.lock import HomeLock
from backend.devstack.placement import folder_elsewhere

RUN_FOLDER = Path(__file__).resolve().parents[2] / ".run"
TEST_PREFIX = "test-"


def remove_unused(homes: Iterable[Path]) -> list[Path]:
    """Remove each of these home folders that no process holds; return those in use."""
    in_use = []
    for home in homes:
        lock = HomeLock(home)
        try:
            if not lock.is_free():
                in_use.append(home)
                continue
            elsewhere = folder_elsewhere(home.parent)
            if elsewhere is not None:
                shutil.rmtree(elsewhere / home.name, ignore_errors=True)
            shutil.rmtree(home, ignore_errors=True)
        finally:
            lock.release()
    return in_use


def test_homes(run_folder: Path) -> list[Path]:
    """The home folders of test sessions, those of killed ones included."""
    return sorted(run_folder.glob(f"{TEST_PREFIX}*"))


def main() -> int:
    """Remove the run folder, unless something runs there."""
    if not RUN_FOLDER.exists():
        return 0
    in_use = remove_unused(path for path in RUN_FOLDER.iterdir() if (path / "lock").exists())
    if in_use:
        print(f"Still running, so left alone: {', '.join(str(home) for home in in_use)}. Stop it first (Ctrl-C).")
        return 1
    elsewhere = folder_elsewhere(RUN_FOLDER)
    if elsewhere is not None:
        shutil.rmtree(elsewhere)
    shutil.rmtree(RUN_FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
