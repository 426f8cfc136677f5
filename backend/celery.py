"""The Celery application. The whole beat schedule is in the settings, as code."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import structlog
from celery import Celery
from celery.signals import beat_init, worker_init, worker_process_init, worker_process_shutdown, worker_ready
from django.conf import settings
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata
from django_structlog.celery.steps import DjangoStructLogInitStep

from backend import garbage
from backend.metrics import folder
from tracking.evidence import load_rulebook

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
# Each worker would make Django's checks, and load all that serves the web for it. ``migrate`` makes them before each start.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
garbage.look_seldom()
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


@receiver(bind_extra_task_metadata)
def name_the_task(task: Any, **_: Any) -> None:
    """Every line of a task says which it is of, that of its failure too."""
    structlog.contextvars.bind_contextvars(task=task.name)


@worker_init.connect
def watch_tasks(**_: Any) -> None:
    from backend.metrics import worker  # noqa: PLC0415  in a worker alone

    worker.watch()
    load_rulebook()  # once for all children
    garbage.set_apart()


@worker_process_init.connect
def trace_tasks(**_: Any) -> None:
    """In each child, since what sends spans does not survive a fork."""
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        from backend.seeing import traced_tasks  # noqa: PLC0415  only where it is asked for

        traced_tasks.watch()


@worker_process_shutdown.connect
def hand_over_errors(**_: Any) -> None:
    """A child of a worker ends without Python's own end, at which handlers are flushed."""
    for handler in logging.getLogger().handlers:
        handler.flush()


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
