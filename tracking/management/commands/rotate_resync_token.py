"""manage.py rotate_resync_token: the last step of a restore from backup."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tracking import clock
from tracking.domain.actor import Actor
from tracking.services import evaluations, resync
from tracking.services.access import acting_as

_BY = Actor.system("restore")
_AT_ONCE = 500


class Command(BaseCommand):
    help = "After a restore from backup: make every phone pull everything again, because it may know what the backup does not."

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = last = 0
        while men := self._after(last):
            for last in men:
                resync.rotate(patient=last, by=_BY, now=clock.now())
            done += len(men)
        self.stdout.write(f"{done} men: their phones will pull everything again.")

    def _after(self, last: int) -> list[int]:
        with acting_as(_BY):
            return evaluations.everybody(limit=_AT_ONCE, above_id=last)
