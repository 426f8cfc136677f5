"""The same of the workers: tasks, how they ended, how long they took, and when each went well last."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from celery.signals import task_postrun, task_prerun
from prometheus_client import Counter, Gauge, Histogram

__all__ = ["watch"]

_tasks = Counter("trabecula_tasks", "Tasks that ended.", ["task", "outcome"])
_seconds = Histogram(
    "trabecula_task_seconds",
    "How long a task took, in seconds.",
    ["task"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 120, 240, 300),
)
_went_well = Gauge(
    "trabecula_task_last_success_timestamp_seconds",
    "When this task went well last, in Unix seconds.",
    ["task"],
    multiprocess_mode="mostrecent",
)


def watch() -> None:
    """Count from now on, in this process and its children."""
    task_prerun.connect(_begin, dispatch_uid="metrics")
    task_postrun.connect(_end, dispatch_uid="metrics")


def _begin(task: Any, **_: Any) -> None:
    task.request.trabecula_began = perf_counter()


def _end(task: Any, state: str | None = None, **_: Any) -> None:
    _tasks.labels(task.name, str(state).lower()).inc()
    if (began := getattr(task.request, "trabecula_began", None)) is not None:
        _seconds.labels(task.name).observe(perf_counter() - began)
    if state == "SUCCESS":
        _went_well.labels(task.name).set_to_current_time()
