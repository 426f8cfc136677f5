"""manage.py verify_audit: is what was kept about who did what still as it was sealed?"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking import clock
from tracking.services import seals

DIFFERS = 3
# So many sentences of a day; more would only say the same.
_MOST = 20


class Command(BaseCommand):
    help = (
        "Compare every sealed day of reads, sign-ins, exports, answers and versions with what stands in the database, and"
        " say what differs. --log FILE also compares with seals in a log that was kept elsewhere. Ends with 3 where anything"
        " differs."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--log", type=Path, help="lines of the log: those that say 'audit day sealed' are read")

    def handle(self, *_args: Any, **options: Any) -> None:
        noted = {} if options["log"] is None else _noted(options["log"])
        days = rows = wrong = 0
        for day, said in seals.verify(now=clock.now(), noted=noted):
            days, rows, wrong = days + 1, rows + day.rows, wrong + bool(said)
            for sentence in said[:_MOST]:
                self.stdout.write(f"{day.day}: {sentence}")
            if len(said) > _MOST:
                self.stdout.write(f"{day.day}: and {len(said) - _MOST} more")
        if late := seals.behind(now=clock.now()):
            self.stdout.write(f"{late} days are over and not sealed. Is the nightly job running?")
        compared = f", {len(noted)} of them with the log" if noted else ""
        if wrong:
            raise CommandError(f"{wrong} of {days} days are not as they were sealed{compared}.", returncode=DIFFERS)
        self.stdout.write(f"{days} days with {rows} rows are as they were sealed{compared}.")


def _noted(log: Path) -> dict[date, str]:
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"{log} cannot be read: {getattr(problem, 'strerror', 'it is no text')}.") from problem
    found = {}
    for line in lines:
        # A collector may put something of its own before the object.
        if "audit day sealed" in line and "{" in line:
            try:
                stated = json.loads(line[line.index("{") :])
                found[date.fromisoformat(stated["day"])] = str(stated["digest"])
            except (ValueError, KeyError, TypeError):
                raise CommandError(f"{log} has a seal that cannot be read. Accepted: the line as it was logged.") from None
    if not found:
        raise CommandError(f"{log} has no seal. Accepted: the log of the workers, one JSON object a line.")
    return found
