"""Every process that serves or works sets apart what is there once it has started."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# More than an interpreter by itself has, and fewer than Django and our own modules are.
MANY = 100_000


@pytest.mark.parametrize(
    "start",
    [
        (
            "from backend import server, wsgi; from types import SimpleNamespace as N;"
            " server.post_worker_init(N(cfg=N(threads=4)))"
        ),
        "from celery import signals; from backend.celery import app; app.loader.init_worker(); signals.worker_init.send(app)",
    ],
    ids=["web", "worker"],
)
def test_the_collector_passes_over_what_was_there_at_the_start(start: str) -> None:
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"import gc; {start}; print(gc.get_freeze_count())"],
        env=os.environ | {"READY_FILE": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert int(told.split()[-1]) > MANY
