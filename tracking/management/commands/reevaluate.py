"""manage.py reevaluate: look at men again, now, although nothing was written about them."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking import tasks
from tracking.domain.actor import Actor
from tracking.services import evaluations
from tracking.services.access import acting_as

_BY = Actor.system("reevaluate")
_WHOLE = 100


class Command(BaseCommand):
    help = "Evaluate all men again, or those last looked at by other rules. Old evaluations stay. Safe to repeat or interrupt."

    # They would load all that serves the web, which this long run has no use for. ``migrate`` has made them before.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rulebook", action="store_true", help="only men whose evaluation was made by another rulebook")

    def handle(self, *_args: Any, **options: Any) -> None:
        by_rulebook = options["rulebook"]
        with acting_as(_BY):
            expected = evaluations.count_by_another_rulebook() if by_rulebook else evaluations.count_everybody()
        page = evaluations.by_another_rulebook if by_rulebook else evaluations.everybody
        done = failed = percent = 0
        for went_well in tasks.looked_at_again(page, by=_BY):
            done, failed = done + 1, failed + (not went_well)
            if (now := min(_WHOLE, done * _WHOLE // max(expected, 1))) > percent:
                percent = now
                ending = "" if sys.stderr.isatty() and percent < _WHOLE else "\n"
                self.stderr.write(f"\r{percent} % ({done} of {expected} men)", ending=ending)
        if failed:
            raise CommandError(f"{failed} of {done} men could not be evaluated; the log names them. Run it again for the rest.")
        self.stdout.write(f"{done} men evaluated.")
