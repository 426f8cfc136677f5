"""The folder in which the processes of one web or worker keep their figures, so that they are told as one.

``prometheus_client`` decides at its first import whether figures lie in files, so this comes before it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

__all__ = ["prepare"]

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def prepare() -> None:
    """Make the folder, if figures are asked for and it is not there yet. It goes with the process that made it."""
    if not os.environ.get("METRICS_ADDRESS") or os.environ.get(_VARIABLE):
        return
    os.environ[_VARIABLE] = made = tempfile.mkdtemp(prefix="trabecula-metrics-")
    atexit.register(_remove, made, os.getpid())


def _remove(made: str, by: int) -> None:
    # Children inherit the duty, and must not fulfil it.
    if os.getpid() == by:
        shutil.rmtree(made, ignore_errors=True)
