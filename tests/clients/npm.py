"""Programs of the locked Node, in the folder of a client."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["node"]

BIN = Path(sys.executable).parent


def node(*command: str, cwd: Path, **env: str) -> None:
    """Run one; its output is shown where it fails."""
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=cwd,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
