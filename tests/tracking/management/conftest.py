"""Three invented men: one between the floor and a raised one, one far above both, one of whom nothing is known."""

from __future__ import annotations

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.services import labs


@pytest.fixture
def record(db):
    """An estradiol by mass spectrometry of some days ago, later ones more recent."""
    days = iter(range(28, 32))

    def store(man, value):
        return labs.record(
            patient=man,
            by=Actor.system("test"),
            now=NOW,
            staff=True,
            analyte="estradiol",
            value=value,
            unit="pg/mL",
            collected_at=f"2026-10-{next(days)}T08:10:00+01:00",
            method="lcmsms",
            method_evidence="lab_message",
        )

    return store


@pytest.fixture
def three_men(make_man, record):
    men = [make_man(f"{name} Invented") for name in ("Adam", "Brian", "Chris")]
    record(men[0], "17.0")
    record(men[1], "30.0")
    return men
