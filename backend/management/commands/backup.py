"""manage.py backup: the whole database as of one instant, sealed, and put back for a trial."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from backend.backup.envelope import read_public_key
from backend.backup.server import BackupError, Server
from backend.backup.taking import take
from tracking import clock
from tracking.services import audit


class Command(BaseCommand):
    help = "Back the database up, sealed for BACKUP_PUBLIC_KEY, and put it back for a trial. Needs MIGRATION_DATABASE_URL."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where the backup goes")
        parser.add_argument("--programs", type=Path, help="the folder of pg_dump and pg_restore; those on PATH unless named")
        parser.add_argument("--without-trial", action="store_true", help="do not put it back into a database of its own")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.MIGRATION_DATABASE_URL:
            raise CommandError("MIGRATION_DATABASE_URL is not set. It is the address of the database as the owner's role.")
        server = Server(settings.MIGRATION_DATABASE_URL, options["programs"])
        trial = Server(settings.BACKUP_TRIAL_DATABASE_URL or settings.MIGRATION_DATABASE_URL, options["programs"])
        try:
            key = read_public_key(settings.BACKUP_PUBLIC_KEY)
            taken = take(
                server, into=options["folder"], key=key, now=clock.now(), trial=None if options["without_trial"] else trial
            )
        except (BackupError, ValueError, OSError) as problem:
            raise CommandError(f"No backup was made. {problem}") from problem
        try:
            audit.note_backup(is_tried=taken.tried, now=clock.now())
        except DatabaseError as error:
            self.stderr.write(f"The backup is made, and could not be noted for the operator's health page: {error}")
        rows = sum(table.rows for table in taken.contents.tables.values())
        tried = "put back for a trial, every row as it was" if taken.tried else "NOT put back for a trial"
        self.stdout.write(
            f"{taken.file}: {rows} rows of {len(taken.contents.tables)} tables, {taken.file.stat().st_size} bytes, {tried}."
        )
