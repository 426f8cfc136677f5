"""manage.py restore: a backup put back into a database of its own, compared row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from backend.accounts import closing
from backend.backup.envelope import DamagedError, read_private_key
from backend.backup.erasures import erase_again, read_list, still_there
from backend.backup.putting import put_back
from backend.backup.server import BackupError, Server
from tracking import clock

# Everything is put back, and must not be opened yet.
NOT_TO_BE_OPENED = 3


class Command(BaseCommand):
    help = (
        "Check a backup and put it back into a new database (--into NAME), or for a trial, and compare every row with what was"
        " there when it was taken. The database in use is not touched. Needs MIGRATION_DATABASE_URL, of a role that may create"
        " databases; docs/operations.md says what comes before and after."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, required=True, help="the private key that backup_key wrote")
        parser.add_argument("--into", metavar="NAME", help="a database that is not there yet; without it, a trial")
        parser.add_argument(
            "--erased", type=Path, help="whom to erase again: the log with its lines `erased`, or uids, one a line"
        )
        parser.add_argument("--programs", type=Path, help="the folder of pg_restore; the one on PATH unless named")

    def handle(self, *_args: Any, **options: Any) -> None:
        url = settings.MIGRATION_DATABASE_URL
        if not url:
            raise CommandError("MIGRATION_DATABASE_URL is not set. It is an address of the server to restore on.")
        if not options["into"]:
            url = settings.BACKUP_TRIAL_DATABASE_URL or url
        server = Server(url, options["programs"])
        try:
            erased = read_list(options["erased"].read_text()) if options["erased"] else []
            key = read_private_key(options["key"].read_bytes())
            held = put_back(options["file"], key=key, server=server, name=options["into"], now=clock.now())
            back = still_there(server.named(options["into"]), erased) if options["into"] else []
        except (BackupError, DamagedError, ValueError, OSError) as problem:
            raise CommandError(f"Nothing was restored. {problem}") from problem
        rows = sum(table.rows for table in held.tables.values())
        where = f"in {options['into']}" if options["into"] else "for a trial"
        self.stdout.write(f"Put back {where}: {rows} rows of {len(held.tables)} tables, every row as it was.")
        if back:
            self._erase_again(server.named(options["into"]), back)
        elif options["into"] and not erased:
            self.stdout.write("Nobody was named who had been erased since (--erased): whoever was is back.")

    def _erase_again(self, restored: Server, back: list[UUID]) -> None:
        """Whoever is on the list and came back goes at once; what cannot be done is said, and the code is another."""
        named = ", ".join(map(str, back))
        try:
            is_current = erase_again(restored, back, now=clock.now(), leave=closing.end_sign_ins)
        except DatabaseError as problem:
            raise CommandError(
                f"{len(back)} men on the erasure list are back in {restored.database}, and could not be erased: {named}."
                " Before anybody is let in: manage.py erase_again with these uids.",
                returncode=NOT_TO_BE_OPENED,
            ) from problem
        if not is_current:
            raise CommandError(
                f"{len(back)} men on the erasure list are back: {named}. The tables in {restored.database} are older than"
                " this code. Before anybody is let in: manage.py migrate --database owner, then manage.py erase_again with"
                " these uids.",
                returncode=NOT_TO_BE_OPENED,
            )
        if left := still_there(restored, back):
            raise CommandError(f"Not erased: {', '.join(map(str, left))}.", returncode=NOT_TO_BE_OPENED)
        self.stdout.write(f"Erased again in {restored.database}, as they had been: {named}.")
