"""The Celery application. The whole beat schedule is in the settings, as code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

from backend import garbage
from backend.metrics import folder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
folder.prepare()

app = Celery("trabecula", task_cls="backend.clocks:PunctualTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@worker_ready.connect
@beat_init.connect
def tell_ready(**_: Any) -> None:
    """Write the file that whoever started this process waits for."""
    if ready_file := os.environ.get("READY_FILE"):
        Path(ready_file).write_text(str(os.getpid()), encoding="ascii")


@worker_init.connect
def watch_tasks(**_: Any) -> None:
    from backend.metrics import worker  # noqa: PLC0415  in a worker alone

    worker.watch()
    garbage.set_apart()


@worker_ready.connect
def tell_of_tasks(**_: Any) -> None:
    """Serve the figures of this worker's children, once they were forked."""
    if os.environ.get("METRICS_ADDRESS"):
        from backend.metrics import serving  # noqa: PLC0415  in a worker alone

        serving.serve(serving.of_all_processes())


@beat_init.connect
def tell_of_the_house(**_: Any) -> None:
    """Serve the state of the whole house: there is one beat."""
    from backend.metrics import serving, state  # noqa: PLC0415  in beat alone

    serving.serve(state.registry())
