"""manage.py export_labs: one man's results as CSV, FHIR R4 or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking import clock
from tracking.domain.actor import Actor
from tracking.models import Patient
from tracking.services import audit, exports
from tracking.services.access import acting_as

_BY = Actor.system("export-labs")


class Command(BaseCommand):
    help = "Write every result that stands about one man, as reported. import_labs reads what this writes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="is made, and never written over")
        parser.add_argument("--patient", type=UUID, required=True, metavar="UID", help="the man's uid, as staff see it")
        parser.add_argument("--format", choices=sorted(exports.FORMATS), default="csv")

    def handle(self, *_args: Any, **options: Any) -> None:
        with acting_as(_BY):
            man = Patient.objects.filter(uid=options["patient"]).first()
        if man is None:
            raise CommandError(f"There is no man with the uid {options['patient']}.")
        content = exports.results(patient=man, by=_BY, into=options["format"])
        try:
            with options["file"].open("xb") as file:
                file.write(content)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}.") from error
        audit.note_export(uid=man.uid, by=_BY, how=options["format"], now=clock.now())
        self.stdout.write(f"{len(content)} bytes in {options['file']}")
