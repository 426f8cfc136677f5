"""manage.py check_rulebook: the rules readable, or what changes between two versions of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tracking import clock
from tracking.domain.rulebook import RuleBook
from tracking.evidence.compare import differences
from tracking.evidence.readable import readable
from tracking.management.rulebooks import loaded


class Command(BaseCommand):
    help = "Print a rulebook readable, overdue reviews first; or say in words what changes from it to another. Writes nothing."
    requires_system_checks = ()  # it needs neither database nor broker

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", nargs="?", type=Path, help="a directory of rules (*.toml); without it those in force")
        parser.add_argument("--compare", metavar="DIRECTORY", type=Path, help="say what changes from the first to this one")

    def handle(self, *_args: Any, **options: Any) -> None:
        rulebook = loaded(options["directory"])
        lines = _changes(rulebook, loaded(options["compare"])) if options["compare"] else readable(rulebook, clock.now().date())
        for line in lines:
            self.stdout.write(line)


def _changes(old: RuleBook, new: RuleBook) -> Iterator[str]:
    yield f"From {old.version} to {new.version}."
    found = differences(old, new)
    if not found:
        yield "Nothing changes."
    for heading, lines in found.items():
        yield ""
        yield f"{heading} ({len(lines)})"
        yield from (f"  {line}" for line in lines)
