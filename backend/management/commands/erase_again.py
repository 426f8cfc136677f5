"""Erase men anew whom a restore from backup has brought back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from backend.accounts import closing
from tracking import clock
from tracking.services import erasure


class Command(BaseCommand):
    help = "Erase, at once, men who had been erased before a backup was put back. The log lines `erased` name them by uid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("uids", nargs="+", type=UUID, metavar="UID")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say of each whether he was there. Safe to repeat."""
        unknown = []
        for uid in options["uids"]:
            found = erasure.erase_again(uid, now=clock.now(), leave=closing.end_sign_ins)
            self.stdout.write(f"{uid}: {'erased' if found else 'not here, or erased already'}")
            unknown += [] if found else [uid]
        if len(unknown) == len(options["uids"]):
            raise CommandError("None of them was here. Are these the uids of the log lines `erased`?")
