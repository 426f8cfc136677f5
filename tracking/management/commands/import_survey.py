"""manage.py import_survey: the published survey as statistical records."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking import clock
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.exchange.survey import read_survey
from tracking.models import DrugUse, LabResult, Patient
from tracking.services import rulebooks, surveys
from tracking.services.access import acting_as


class Command(BaseCommand):
    help = "Load the survey file of data/ as one-draw statistical records. Safe to repeat: men who are there stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file described in data/README.md")
        parser.add_argument("--list-taking", metavar="DRUG", help="print, as JSON, the men who take this (testosterone, ...)")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            men = list(read_survey(path.read_text(encoding="utf-8").splitlines()))
            self._import(men, hashlib.sha256(path.read_bytes()).hexdigest())
        except OSError as error:
            raise CommandError(
                f"{path} cannot be read: {error.strerror}. Name the CSV file, data/nhanes_2013_2014_men.csv."
            ) from error
        except Problem as refused:
            raise CommandError(str(refused)) from refused
        if options["list_taking"]:
            self.stdout.write(json.dumps(_taking(options["list_taking"])))

    def _import(self, men: list[Any], sha256: str) -> None:
        done = 0
        for count in surveys.import_men(men, now=clock.now(), sha256=sha256):
            done += count
            self.stderr.write(f"\r{done} of {len(men)} men", ending="" if sys.stderr.isatty() and done < len(men) else "\n")


def _taking(drug: str) -> list[dict[str, Any]]:
    with acting_as(Actor.system("import-survey")):
        return [_row(man) for man in surveys.statistical(**{f"takes_{drug}": "1"})]


def _row(man: Patient) -> dict[str, Any]:
    labs = {lab.analyte: str(lab.reported.value) for lab in LabResult.objects.live().filter(patient=man)}
    return {
        "key": man.statistical_key,
        "facts": man.statistical_facts,
        "labs": labs,
        "uses": sorted(DrugUse.objects.live().filter(patient=man).values_list("drug", flat=True)),
        "evaluation": rulebooks.basis_of(man.standing.evaluation),
    }
