"""manage.py reseal: what is sealed in the database, sealed anew under the first key."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from backend.accounts.resealing import reseal_everything


class Command(BaseCommand):
    help = (
        "Seal seeds of one-time codes and sessions under the first of SEALING_KEYS. Safe to repeat. Prints the counts as JSON; "
        "once none is unreadable, the other keys can be taken out."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(json.dumps(reseal_everything()))
