"""Errors to Sentry: whatever is logged as an error, as ``events`` makes it of the line in the log."""

from __future__ import annotations

import json
import logging
from typing import Any

import structlog
from django.conf import settings

from backend import logs
from backend.seeing.addresses import envelopes_of
from backend.seeing.carrier import Carrier
from backend.seeing.events import About, event

__all__ = ["ToSentry"]

log = structlog.get_logger(__name__)

MOST_WAITING = 100


class ToSentry(logging.Handler):
    """What is logged as an error goes to SENTRY_DSN as well."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.setFormatter(logs.json_formatter())
        self._about = About(environment=settings.ENVIRONMENT, release=settings.RELEASE, base=str(settings.BASE_DIR))
        url, key = envelopes_of(settings.SENTRY_DSN)
        headers = {
            "Content-Type": "application/x-sentry-envelope",
            "X-Sentry-Auth": f"Sentry sentry_version=7, sentry_client=trabecula/1, sentry_key={key}",
        }
        self._carrier = Carrier(url, headers, _envelope, most=MOST_WAITING, together=1, pause=0)

    def emit(self, record: logging.LogRecord) -> None:
        """Never raises, and never waits for anybody."""
        try:
            self._carrier.take(
                event(
                    json.loads(self.format(record)),
                    is_constant=isinstance(record.msg, dict),
                    place=f"{record.pathname}:{record.lineno} in {record.funcName}",
                    about=self._about,
                )
            )
        except Exception:  # whoever logs an error must not be given another
            log.warning("an error could not be told outside", exc_info=True)

    def flush(self) -> None:
        """Hand over what waits, within bounds. ``logging`` asks for it when a process ends."""
        self._carrier.flush()


def _envelope(events: list[dict[str, Any]]) -> bytes:
    """Sentry's envelope: a line about all, a line about the item, the item. It holds one event at most."""
    (told,) = events
    return "\n".join(map(json.dumps, [{"event_id": told["event_id"]}, {"type": "event"}, told])).encode()
