"""How gunicorn serves: ``gunicorn --config python:backend.server backend.wsgi:application``. How many processes is said there.

The parent loads everything once and sets it apart, and its children are forked from it: what nobody changes lies in memory once
for all of them (ADR 97). The parent itself serves nothing, and asks neither the database nor the broker for anything.

It logs as everything else does. Requests are logged by the application, by their patterns; gunicorn would log addresses.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from backend import garbage, logs
from backend.metrics import folder

garbage.look_seldom()
folder.prepare()

preload_app = True
worker_class = "gthread"
control_socket_disable = True
accesslog = None
logconfig_dict = logs.config(os.environ.get("LOG_LEVEL", "INFO"))


def when_ready(server: Any) -> None:  # noqa: ARG001  gunicorn's signature
    """The parent listens, and forks next. It tells of its children."""
    garbage.set_apart()
    if not os.environ.get("METRICS_ADDRESS"):
        return
    from backend.metrics import serving  # noqa: PLC0415  after the folder is there

    serving.serve(serving.of_all_processes())


def post_worker_init(worker: Any) -> None:
    """A child was forked, and begins to serve."""
    from backend.metrics import web  # noqa: PLC0415  in the child alone

    web.note_threads(worker.cfg.threads)
    # Whoever puts new processes beside old ones on one port cannot tell by asking that port which of them answers.
    if ready_file := os.environ.get("READY_FILE"):
        Path(ready_file).touch()


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001  gunicorn's signature
    """What a child had at work is over with it, however it ended. What it counted stays counted."""
    if not os.environ.get("METRICS_ADDRESS"):
        return
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  after the folder is there

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # prometheus_client types no such call
