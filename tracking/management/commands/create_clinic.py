"""manage.py create_clinic: a clinic and its first prescriber."""

from __future__ import annotations

import getpass
import json
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking.domain.problems import Problem
from tracking.services import clinics


class Command(BaseCommand):
    help = "Set up a clinic with a prescriber who can sign in to the admin. Safe to repeat. Prints the clinic's id as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the clinic's name")
        parser.add_argument("--zone", help="its IANA time zone, for when its day begins; UTC where it is left out")
        parser.add_argument("--email", required=True, help="the prescriber's e-mail address, with which he signs in")
        parser.add_argument("--prescriber", required=True, help="the prescriber's name")

        parser.add_argument("--administers", action="store_true", help="make the prescriber an administrator of the clinic")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            clinic = clinics.set_up(name=options["name"], zone=options["zone"])
        except Problem as refused:
            raise CommandError(refused.issues[0].detail) from None
        password = os.environ.get("PRESCRIBER_PASSWORD") or getpass.getpass("Password for the prescriber: ")
        clinics.add_prescriber(
            clinic=clinic,
            email=options["email"],
            name=options["prescriber"],
            password=password,
            administers=options["administers"],
        )
        self.stdout.write(json.dumps({"clinic": str(clinic.uid), "name": clinic.name}))
