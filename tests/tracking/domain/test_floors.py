"""Whose floor an estradiol is held against. How a result is read by it stands with the readings (test_estradiol.py)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.tracking.domain.build import TODAY
from tracking.domain.floors import floor_for
from tracking.domain.history import FloorOverride, Level
from tracking.domain.reported import Assay, Method, MethodEvidence
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
SHOWN = Assay(Method.LCMSMS, MethodEvidence.LAB_MESSAGE)
UNKNOWN = Assay(Method.UNKNOWN, MethodEvidence.NONE)


def test_a_floor_without_an_assay_has_an_owner() -> None:
    assert floor_for(UNKNOWN, RULEBOOK).whose == f"rulebook {RULEBOOK.version}"


def test_the_rulebook_has_one_floor_for_mass_spectrometry_that_is_shown_and_one_for_all_else() -> None:
    assert (floor_for(SHOWN, RULEBOOK).kind, floor_for(UNKNOWN, RULEBOOK).kind) == ("mass_spectrometry", "other")


def test_a_setting_counts_until_it_expires_and_the_nearest_to_the_man_before_all_others() -> None:
    of_clinic = FloorOverride(Decimal(25), "Bell Clinic", "", None, Level.CLINIC)
    of_man = FloorOverride(Decimal(20), "Dr. Bell", "two fractures", TODAY)
    for floors in ([of_clinic, of_man], [of_man, of_clinic]):
        assert floor_for(SHOWN, RULEBOOK, floors, TODAY).whose == "Dr. Bell"
        assert floor_for(SHOWN, RULEBOOK, floors, TODAY + timedelta(days=1)).whose == "Bell Clinic"
