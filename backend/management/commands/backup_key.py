"""manage.py backup_key: a pair of keys for backups."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.backup.envelope import new_key


class Command(BaseCommand):
    help = "Write a private key, to be kept away from this machine, and print BACKUP_PUBLIC_KEY, which seals backups for it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where the private key goes; it must not be there yet")

    def handle(self, *_args: Any, **options: Any) -> None:
        private, public = new_key()
        try:
            descriptor = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be written: {problem.strerror}.") from problem
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(private)
        self.stdout.write(f"BACKUP_PUBLIC_KEY={public}")
        self.stderr.write(
            f"Take {options['file']} to a safe place, twice, and remove it here. Who loses it loses every backup. Who has it"
            " can read every one."
        )
