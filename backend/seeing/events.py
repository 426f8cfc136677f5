"""A line of our log as an event of Sentry's. Pure.

It is made of the line that is logged, after everything that takes out of it what is somebody's (``backend.logs``), so that it
says no more; and then of what is named here alone, in the shape that is named here. What is unknown, or looks otherwise, is
left out: a field that somebody adds to a log stays at home until it is added here as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

__all__ = ["About", "event"]

_NAME = re.compile(r"[A-Za-z_][\w.]{0,199}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TRACE = re.compile(r"[0-9a-f]{32}")
_SPAN = re.compile(r"[0-9a-f]{16}")
_TAGS = {"request_id": _UUID, "task_id": _UUID, "parent_task_id": _UUID, "task": _NAME}
_STATE = {"sqlstate": re.compile(r"[0-9A-Z]{5}"), "constraint_name": re.compile(r"[a-z_][a-z0-9_]{0,62}")}
# As `backend.requests` writes it: a method, and a pattern of ours.
_REQUEST = re.compile(r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (?:/[!-~]*|static|none)")
_FRAME = re.compile(r"(.+):(\d+) in (<?[\w.<>]+>?)")
_LEVELS = {"error": "error", "critical": "fatal"}
_REQUESTS = "django_structlog.middlewares.request"
_OURS = ("backend", "tracking", "notifications", "django_structlog")


@dataclass(frozen=True)
class About:
    """What is the same for every event of this process."""

    environment: str
    release: str
    base: str  # the folder of our code


def event(line: Mapping[str, Any], *, is_constant: bool, place: str, about: About) -> dict[str, Any]:
    """What is told of ``line``, as it was logged.

    ``is_constant``: nothing is filled into its sentence. ``place``: ``file:line in function`` of who logged it.
    """
    logger = _shaped(line.get("logger"), _NAME) or "unknown"
    ours = is_constant and logger.partition(".")[0] in _OURS
    tags = {name: found for name, shape in _TAGS.items() if (found := _shaped(line.get(name), shape))}
    request = _shaped(line.get("request"), _REQUEST) if logger == _REQUESTS else None
    # Sentences of other libraries have been filled with who knows what: their place says which it was.
    said = str(line["event"]) if ours else f"logged by {logger}"
    told: dict[str, Any] = {
        "event_id": uuid4().hex,
        "timestamp": line["timestamp"],
        "platform": "python",
        "level": _LEVELS.get(str(line.get("level")), "error"),
        "logger": logger,
        "environment": about.environment,
        "release": about.release,
        "transaction": request or tags.get("task"),
        "logentry": {"formatted": said},
        "tags": tags,
        "contexts": _trace(line),
        "exception": {"values": [_exception(each, about) for each in reversed(_dicts(line.get("exception")))]},
    }
    if isinstance(code := line.get("code"), int):
        told["tags"]["code"] = str(code)
    if frame := _frame(place, about):
        told["tags"]["place"] = f"{frame['filename']}:{frame['lineno']} in {frame['function']}"
    if not told["exception"]["values"]:
        del told["exception"]
    return {name: value for name, value in told.items() if value}


def _shaped(value: object, shape: re.Pattern[str]) -> str | None:
    return value if isinstance(value, str) and shape.fullmatch(value) else None


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _trace(line: Mapping[str, Any]) -> dict[str, Any]:
    trace, span = _shaped(line.get("trace_id"), _TRACE), _shaped(line.get("span_id"), _SPAN)
    return {"trace": {"trace_id": trace, "span_id": span}} if trace and span else {}


def _exception(told: dict[str, Any], about: About) -> dict[str, Any]:
    module, _, kind = (_shaped(told.get("type"), _NAME) or "unknown").rpartition(".")
    state = [found for name, shape in _STATE.items() if (found := _shaped(told.get(name), shape))]
    if isinstance(number := told.get("errno"), int):
        state.append(f"errno {number}")
    at = told.get("at")
    frames = [frame for each in (at if isinstance(at, list) else []) if (frame := _frame(each, about))]
    return {"module": module, "type": kind, "value": " ".join(state), "stacktrace": {"frames": frames}}


def _frame(place: object, about: About) -> dict[str, Any] | None:
    found = _FRAME.fullmatch(place) if isinstance(place, str) else None
    if found is None:
        return None
    path, line, function = found.groups()
    _, installed, inside = path.rpartition("/site-packages/")
    ours = not installed and path.startswith(f"{about.base}/")
    # How the folders of this machine are called is nobody's business.
    name = inside if installed else path.removeprefix(f"{about.base}/") if ours else path.rpartition("/")[2]
    return {"filename": name, "lineno": int(line), "function": function, "in_app": ours}
