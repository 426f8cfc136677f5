"""Every unit of the rulebook is one of UCUM, and every factor agrees with another implementation of it.

`make e2e` asks a third one (tests/clients/fhir/units.test.mjs). Molar masses (g/mol) are from the formulas and the standard
atomic weights, not from the rulebook: PTH 1-84 by its sequence, cholesterol as such, triglycerides as triolein, by which
laboratories convert.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pint import DimensionalityError
from ucumvert import PintUcumRegistry

from tracking.evidence import load_rulebook

MOLAR_MASSES = json.loads(Path(__file__).with_name("molar_masses.json").read_text())
# A printed factor of four digits is off by half of its last one at most.
PRINTED = 6e-4
ANALYTES = load_rulebook().analytes


@pytest.fixture(scope="module")
def oracle() -> PintUcumRegistry:
    return PintUcumRegistry()


@pytest.mark.parametrize("analyte", ANALYTES)
def test_every_factor_between_units_of_an_analyte_agrees(analyte: str, oracle: PintUcumRegistry) -> None:
    units = ANALYTES[analyte].units
    first, *others = units
    for unit in others:
        one, other = oracle.from_ucum(first), oracle.from_ucum(unit)
        try:
            factor, tolerance = one.to(other).magnitude, 1e-9
        except DimensionalityError:  # a mass and an amount of the substance
            factor = (one / (MOLAR_MASSES[analyte] * oracle.from_ucum("g/mol"))).to(other).magnitude
            tolerance = PRINTED
        assert float(units[unit] / units[first]) == pytest.approx(factor, rel=tolerance), f"{first} to {unit}"


def test_there_is_something_to_compare(oracle: PintUcumRegistry) -> None:
    assert sum(len(rule.units) - 1 for rule in ANALYTES.values()) >= 25
    assert all(oracle.from_ucum(unit) is not None for rule in ANALYTES.values() for unit in rule.units)
