"""A span for each task, below that of the request that asked for it: its ids come with the message, as the request's does."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import structlog
from celery.signals import task_postrun, task_prerun, worker_process_shutdown

from backend.seeing import spans

__all__ = ["watch"]


def watch() -> None:
    """Trace from now on, in this child of a worker. After ``django_structlog``, which binds what the message brought."""
    task_prerun.connect(_begin, dispatch_uid="spans")
    task_postrun.connect(_end, dispatch_uid="spans")
    # A child ends without Python's own end.
    worker_process_shutdown.connect(_hand_over, dispatch_uid="spans")


def _begin(task: Any, **_: Any) -> None:
    brought = structlog.contextvars.get_contextvars()
    stack = ExitStack()
    span = stack.enter_context(spans.begin(spans.ids_of(brought.get("trace_id"), brought.get("span_id"))))
    task.request.trabecula_span = (span, stack)


def _end(task: Any, task_id: str, state: str | None = None, **_: Any) -> None:
    span, stack = task.request.trabecula_span
    stack.close()
    outcome = str(state).lower()
    about = {"trabecula.task": task.name, "trabecula.task_id": task_id, "trabecula.outcome": outcome}
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        about["trabecula.request_id"] = request_id
    spans.end(span, task.name, spans.CONSUMER, about, failed=outcome == "failure")


def _hand_over(**_: Any) -> None:
    spans.flush()
