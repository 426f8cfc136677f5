from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.devstack.placement import folder_elsewhere
from backend.devstack.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def run_folder() -> Iterator[Path]:
    """A run folder that the account of PostgreSQL can pass through, as `.run` in an ordinary checkout."""
    yield from a_run_folder()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Services that all tests of a module share."""
    for folder in a_run_folder():
        with Stack(folder / "demo") as stack:
            stack.start_services()
            yield stack


def a_run_folder() -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="trabecula-test-", dir="/tmp"))
    top.chmod(0o755)
    folder = top / ".run"
    folder.mkdir()
    yield folder
    if elsewhere := folder_elsewhere(folder):
        shutil.rmtree(elsewhere)
    shutil.rmtree(top)
