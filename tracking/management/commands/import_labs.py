"""manage.py import_labs: a laboratory's file into one man's record."""

from __future__ import annotations

from os import fstat
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking import clock
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.exchange.formats import FORMATS
from tracking.exchange.incoming import Form
from tracking.exchange.limits import MOST_BYTES, refuse_beyond
from tracking.exchange.times import ORDERS
from tracking.models import ImportBatch, Patient
from tracking.models.imports import RowState
from tracking.services import imported, imports
from tracking.services.access import acting_as

_BY = Actor.system("import-labs")
_SETTLED = (RowState.READY, RowState.STORED)


class Command(BaseCommand):
    help = (
        "Read a CSV, FHIR R4 or HL7 v2 file for one man and say of each row what is to become of it. Nothing is stored without "
        "--commit. Safe to repeat: the same file is the same import."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--patient", type=UUID, required=True, metavar="UID", help="the man's uid, as staff see it")
        parser.add_argument("--format", choices=sorted(FORMATS), default="", help="told from the file where it is left out")
        parser.add_argument("--decimal", choices=(".", ","), default=".", help="the sign for fractions in a table")
        parser.add_argument("--dates", choices=ORDERS, default="iso", help="the order of dates in a table")
        parser.add_argument(
            "--zone", default="", help="IANA zone of times without an offset; the man's own where it is left out"
        )
        parser.add_argument("--source", default="", help="where the file comes from, if it does not say so")
        parser.add_argument("--commit", action="store_true", help="store what is ready")
        parser.add_argument("--undo", metavar="REASON", default="", help="withdraw what this file stored")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            content = _content(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except Problem as refused:
            raise CommandError(str(refused)) from refused
        try:
            man = _man(options["patient"])
            batch = self._imported(man, content, options)
        except Problem as refused:
            raise CommandError(str(refused)) from refused
        self._report(batch, man)

    def _imported(self, man: Patient, content: bytes, options: dict[str, Any]) -> ImportBatch:
        declared = {name: options[name] for name in ("decimal", "dates", "source")}
        form = Form(zone=options["zone"] or man.zone, **declared)
        common: dict[str, Any] = {"patient": man, "by": _BY, "now": clock.now(), "staff": True}
        batch, _ = imports.receive(content=content, form=form, named=options["format"], **common)
        if options["undo"]:
            return imports.undo(uid=batch.uid, reason=options["undo"], **common)
        if options["commit"]:
            self._tell(0)
            batch = imports.commit(uid=batch.uid, progress=self._tell, **common)
            self._tell(100)
        return batch

    def _tell(self, percent: int) -> None:
        self.stderr.write(f"\r{percent} %", ending="\n" if percent == 100 else "")  # noqa: PLR2004  all of it

    def _report(self, batch: ImportBatch, man: Patient) -> None:
        with acting_as(_BY):
            for row in imported.rows_of(batch, man).exclude(state__in=_SETTLED).order_by("number"):
                reasons = " ".join(map(_reason, row.why))
                self.stdout.write(f"{row.place}: {row.state}. {reasons}".rstrip())
            counted = imported.counts(batch, man)
        self.stdout.write(", ".join(f"{number} {state}" for state, number in counted.items() if number))


def _man(uid: UUID) -> Patient:
    with acting_as(_BY):
        man = Patient.objects.filter(uid=uid).first()
    if man is None:
        raise CommandError(f"There is no man with the uid {uid}.")
    return man


def _content(path: Path) -> bytes:
    """The bytes of a file. One that is larger than what is read is refused by what it claims, before it is in memory."""
    with path.open("rb") as file:
        refuse_beyond(MOST_BYTES, fstat(file.fileno()).st_size, "bytes")
        return file.read(MOST_BYTES + 1)


def _reason(why: dict[str, Any]) -> str:
    """Which field, and what is wrong with it."""
    field = why["pointer"].lstrip("/")
    text: str = why["text"].format(**why["params"])
    return f"{field}: {text}" if field else text
