from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tracking.models import Clinic, Prescriber, User
from tracking.services import clinics

STATED = ("Invented Clinic", "--email", "bell@example.org", "--prescriber", "Dr. Bell")


def create(*more: str) -> dict[str, str]:
    said = StringIO()
    call_command("create_clinic", *STATED, *more, stdout=said)
    return json.loads(said.getvalue())


def test_a_clinic_has_its_zone_from_the_start_or_later_and_repeating_changes_nothing_else(db: None, monkeypatch: Any) -> None:
    monkeypatch.setenv("PRESCRIBER_PASSWORD", "correct horse battery")
    first = create()
    assert Clinic.objects.get().zone == "UTC"
    assert create("--zone", "America/New_York") == create() == first
    assert Clinic.objects.get().zone == "America/New_York"
    assert Prescriber.objects.count() == 1
    bell = Prescriber.objects.get().user
    assert not clinics.administers(bell)
    create("--administers")
    create()
    assert clinics.administers(User.objects.get(pk=bell.pk))
    with pytest.raises(CommandError, match=r"'Mars/Olympus' is not a time zone. Send an IANA name"):
        create("--zone", "Mars/Olympus")
    assert Clinic.objects.get().zone == "America/New_York"
