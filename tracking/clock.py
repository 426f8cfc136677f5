"""The one clock. Entry points (API, admin, tasks, commands) read it and pass the time down as ``now`` or ``as_of``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings


def now() -> datetime:
    """The current instant, aware and in UTC, shifted by ``CLOCK_OFFSET`` seconds (always 0 in production)."""
    return datetime.now(UTC) + timedelta(seconds=settings.CLOCK_OFFSET)
