"""What the beat calls. Each reads the clock and calls one service; all are safe to run late, twice and side by side."""

from __future__ import annotations

from celery import shared_task

from notifications import services
from tracking import clock


@shared_task
def plan_reminders() -> None:
    services.plan(now=clock.now())


@shared_task
def plan_doses() -> None:
    services.plan_doses(now=clock.now())


@shared_task
def plan_refills() -> None:
    services.plan_refills(now=clock.now())


@shared_task
def claim_reminders() -> None:
    services.claim(now=clock.now())


@shared_task
def deliver_queued() -> None:
    services.deliver(now=clock.now())


@shared_task
def write_digests() -> None:
    services.write_digests(now=clock.now())


@shared_task
def escalate_silences() -> None:
    services.escalate(now=clock.now())
