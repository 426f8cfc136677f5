"""Hazards of CLINICAL 9.11 that only the whole record shows, each by its name."""

from __future__ import annotations

import pytest

from tracking.domain.actor import Actor
from tracking.models import Evaluation, Finding, LabResult
from tracking.services import evaluations, labs
from tracking.services.access import acting_as

SENT = {"analyte": "estradiol", "unit": "pg/mL", "collected_at": "2026-10-20T08:10:00+02:00", "method": "lcmsms"}
SWAPPED = "filed under the wrong man"


@pytest.fixture
def clinic_files(now):
    """A member of staff enters a result into the record of a man."""
    clerk = Actor.system("clerk")

    def enter(man, value):
        return labs.record(patient=man, by=clerk, now=now, staff=True, value=value, **SENT)

    def take_back(man, recorded):
        key = str(recorded.row.uid)
        return labs.withdraw(patient=man, key=key, by=clerk, now=now, staff=True, reason=SWAPPED)

    return enter, take_back


def said_of(man):
    with acting_as(Actor.system("test")):
        row = evaluations.of(man)
        found = sorted(Finding.objects.filter(evaluation=row).values_list("code", "priority"))
        return row.word, row.state, row.tier, row.priority, row.basis["headline"], found


def test_two_mens_files_swapped(adam, carl, make_man, clinic_files):
    """The wrong results go with their reason, and both men stand as if each file had gone to the right one at first."""
    enter, take_back = clinic_files
    low, good = enter(adam, "9.0"), enter(carl, "27.0")
    assert (said_of(adam)[0], said_of(carl)[0]) == ("below", "not_below")
    take_back(adam, low)
    take_back(carl, good)
    enter(adam, "27.0")
    enter(carl, "9.0")

    right_adam, right_carl = make_man("Ben Invented"), make_man("Dan Invented")
    enter(right_adam, "27.0")
    enter(right_carl, "9.0")
    assert said_of(adam) == said_of(right_adam)
    assert said_of(carl) == said_of(right_carl)
    assert (said_of(adam)[0], said_of(carl)[0]) == ("not_below", "below")


def test_a_swapped_file_stays_readable_with_the_reason_it_was_taken_back(adam, clinic_files):
    enter, take_back = clinic_files
    take_back(adam, enter(adam, "9.0"))
    with acting_as(Actor.system("test")):
        (row,) = LabResult.objects.filter(patient=adam)
        words = list(Evaluation.objects.filter(patient=adam).order_by("id").values_list("word", flat=True))
    assert (row.digits, row.withdrawn_reason) == ("9.0", SWAPPED)
    assert words[-2:] == ["below", "no_current_data"], "what was said in between stays on record"
