"""Logs: one JSON object a line, with the request's or task's id and without anything about a man (``backend.scrubbing``)."""

from __future__ import annotations

import copy
import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from backend.scrubbing import scrubbed, told
from notifications.domain.addresses import without_secrets

__all__ = ["config", "configure", "json_formatter"]


def _tell_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """In place of a traceback with its messages: kind and place."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


def _scrub(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The last word before a line is written, whoever wrote it."""
    return {
        key: value if key == "exception" and isinstance(value, list) else scrubbed(value, key) for key, value in event.items()
    }


_RENDER = structlog.processors.JSONRenderer()


def _as_json(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """The whole line is gone through: an address may stand in the event, in a field or in a traceback."""
    return without_secrets(str(_RENDER(logger, name, event)))


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_LAST: list[Processor] = [
    _tell_exception,
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    _scrub,
    _as_json,
]


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """What other libraries fill into their sentences is scrubbed piece by piece, and an exception there is told by its kind."""

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        # Another handler may have left there what it wrote: the whole sentence, and a traceback with its messages.
        record.exc_text = None
        record.__dict__.pop("message", None)
        if (args := record.args) is not None:
            record.args = _filled(args)
        return super().format(record)


def _filled(args: tuple[object, ...] | Mapping[str, object]) -> tuple[object, ...] | Mapping[str, object]:
    if isinstance(args, Mapping):
        return {key: _piece(value) for key, value in args.items()}
    return tuple(_piece(value) for value in args)


def _piece(value: object) -> object:
    return type(value).__name__ if isinstance(value, BaseException) else scrubbed(value)


def json_formatter() -> logging.Formatter:
    return _Formatter(processors=_LAST, foreign_pre_chain=_SHARED, use_get_message=True)


def config(level: str, *, reports: bool = False) -> dict[str, Any]:
    """What ``logging.config`` reads, for Django, Celery and gunicorn alike: all to standard error, as JSON.

    ``reports``: what is an error goes to Sentry as well.
    """
    to = ["stderr", "sentry"] if reports else ["stderr"]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "backend.logs.json_formatter"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            "nowhere": {"class": "logging.NullHandler"},
            **({"sentry": {"class": "backend.seeing.sentry.ToSentry"}} if reports else {}),
        },
        "root": {"handlers": to, "level": level},
        "loggers": {
            # Each request and each task has a line of ours that names no address and quotes no result.
            **{
                name: {"handlers": ["nowhere"], "propagate": False}
                for name in ("django.request", "django.server", "celery.app.trace", "gunicorn.access")
            },
            "gunicorn.error": {"handlers": to, "level": level, "propagate": False},
        },
    }


def configure() -> None:
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
