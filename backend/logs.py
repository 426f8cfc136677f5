"""Logs: one JSON object a line, with the request's or task's id; nothing about a man's health, no secret of an address."""

from __future__ import annotations

import logging

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from notifications.domain.addresses import without_secrets

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


_RENDER = structlog.processors.JSONRenderer()


def json_formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _as_json],
        foreign_pre_chain=_SHARED,
    )


def _as_json(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """The whole line is gone through: an address may stand in the event, in a field or in a traceback."""
    return without_secrets(str(_RENDER(logger, name, event)))


def configure() -> None:
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
