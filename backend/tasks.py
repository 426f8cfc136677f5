"""Celery: what belongs to the wiring itself."""

from __future__ import annotations

from celery import shared_task

from backend.accounts import leftovers
from tracking import clock

__all__ = ["clear_leftovers"]


@shared_task
def clear_leftovers() -> dict[str, int]:
    """Remove sessions that ran out and accounts that were never verified."""
    return leftovers.clear(now=clock.now())
