"""Tells in words how the reminders are doing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from notifications import services
from tracking import clock

# A sweep runs every minute: later than this, nobody sweeps, or not fast enough.
LATE = 300.0


class Command(BaseCommand):
    help = "Say what waits, what went out in the last 24 hours, and whether anything is late."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--metrics", action="store_true", help="the same as Prometheus text, for a collector")

    def handle(self, *args: Any, **options: Any) -> None:
        found = services.measure(now=clock.now())
        if options["metrics"]:
            for name, value in asdict(found).items():
                self.stdout.write(f"trabecula_reminders_{name} {value}")
            return
        for sentence in sentences(found):
            self.stdout.write(sentence)


def sentences(found: services.Measured) -> list[str]:
    """The state in words; the verdict first."""
    late = max(found.claim_lag, found.send_lag)
    if late > LATE:
        verdict = f"LATE by {_span(late)}. Is a worker running, and beat? Look at what waits below."
    elif found.unknown or found.dead or found.digests_failed:
        verdict = "On time. Some messages may not have arrived."
    else:
        verdict = "On time."
    waiting = (
        f"Waiting: {found.unplanned_men} men with news to plan, {found.due} reminders due to be said"
        f" (oldest {_span(found.claim_lag)}), {found.queued} messages to send (oldest {_span(found.send_lag)}),"
        f" {found.sending} on their way."
    )
    ended = (
        f"In the last 24 hours: {found.claimed} reminders said, {found.sent} messages sent, {found.refused} refused,"
        f" {found.unknown} unknown, {found.dead} given up, {found.escalated} silences told to clinics,"
        f" {found.digests_sent} digests sent to prescribers, {found.digests_failed} failed."
    )
    return [verdict, waiting, ended]


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
