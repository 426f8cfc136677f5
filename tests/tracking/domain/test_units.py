"""Conversion is exact; only what is shown, or held against a reported value, is rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.domain.reported import parse_value
from tracking.domain.units import (
    convert,
    displayed,
    exact_threshold,
    read_display_units,
    read_unit,
    rounded,
    shown,
    threshold,
    trimmed,
)
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
PAIRS = [
    (analyte, one, other)
    for analyte, rule in RULEBOOK.analytes.items()
    for one in rule.units
    for other in rule.units
    if one != other
]


@pytest.mark.parametrize(
    ("analyte", "number", "unit", "to_unit", "shows"),
    [
        ("estradiol", "10", "pg/mL", "pmol/L", "36.71"),
        ("estradiol", "16", "pg/mL", "pmol/L", "58.74"),
        ("estradiol", "20", "pg/mL", "pmol/L", "73.43"),
        ("estradiol", "30", "pg/mL", "pmol/L", "110.14"),
        ("estradiol", "42", "pg/mL", "pmol/L", "154.20"),
        ("estradiol", "60", "pg/mL", "pmol/L", "220.28"),
        ("testosterone_total", "200", "ng/dL", "nmol/L", "6.93"),
        ("testosterone_total", "300", "ng/dL", "nmol/L", "10.40"),
        ("testosterone_total", "600", "ng/dL", "nmol/L", "20.80"),
        ("testosterone_total", "1100", "ng/dL", "nmol/L", "38.14"),
        ("estradiol", "55.8", "pmol/L", "pg/mL", "15.20"),
        ("estradiol", "42.2", "pmol/L", "pg/mL", "11.49"),
        ("testosterone_free", "1.0", "ng/dL", "pmol/L", "34.67"),
    ],
)
def test_the_anchor_values_of_the_rulebook(analyte: str, number: str, unit: str, to_unit: str, shows: str) -> None:
    assert str(rounded(convert(Decimal(number), RULEBOOK.analytes[analyte], unit, to_unit), 2)) == shows


@given(st.sampled_from(PAIRS), st.decimals(min_value=0, max_value=10**6, places=6))
def test_there_and_back_is_exact(pair: tuple[str, str, str], number: Decimal) -> None:
    analyte, one, other = pair
    rule = RULEBOOK.analytes[analyte]
    there = convert(number, rule, one, other)
    assert there * rule.units[one] / rule.units[other] == Fraction(number)


@given(st.sampled_from(PAIRS), st.decimals(0, 10**4, places=3), st.decimals(0, 10**4, places=3))
def test_conversion_keeps_the_order(pair: tuple[str, str, str], low: Decimal, high: Decimal) -> None:
    analyte, one, other = pair
    rule = RULEBOOK.analytes[analyte]
    low, high = sorted((low, high))
    assert convert(low, rule, one, other) <= convert(high, rule, one, other)


@pytest.mark.parametrize(
    ("analyte", "unit"),
    [("bsap", "U/L"), ("shbg", "ug/dL"), ("estradiol", "ng/dL "), ("ntx_serum", "nmol/L"), ("hematocrit", "1")],
)
def test_a_mass_is_never_taken_for_an_activity_or_for_another_dimension(analyte: str, unit: str) -> None:
    with pytest.raises(Problem) as refused:
        read_unit(analyte, unit, RULEBOOK)
    (issue,) = refused.value.issues
    assert (issue.pointer, issue.code) == ("/unit", "unit-unknown")
    assert all(accepted in issue.detail for accepted in RULEBOOK.analytes[analyte].units)


@pytest.mark.parametrize("sent", ["", "  "])
def test_a_missing_unit_is_refused_and_the_accepted_ones_are_named(sent: str) -> None:
    with pytest.raises(Problem, match=r"/unit: State the unit. Accepted for estradiol: pg/mL, ng/L, pmol/L"):
        read_unit("estradiol", sent, RULEBOOK)


@pytest.mark.parametrize(
    ("analyte", "sent", "code"),
    [
        ("estradiol", "pg/ml", "pg/mL"),
        ("estradiol", "PMOL / L", "pmol/L"),
        ("testosterone_total", "µg/L", "ug/L"),
        ("crp", "mg/l", "mg/L"),
    ],
)
def test_other_spellings_become_ucum_codes(analyte: str, sent: str, code: str) -> None:
    assert read_unit(analyte, sent, RULEBOOK) == code


def test_an_unknown_analyte_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(Problem, match=r"/analyte: 'estrogen' is not an analyte. Accepted: albumin, .*estradiol"):
        read_unit("estrogen", "pg/mL", RULEBOOK)


@pytest.mark.parametrize(("decimals", "limit"), [(0, "73"), (1, "73.4"), (2, "73.43"), (3, "73.426")])
def test_a_threshold_is_rounded_to_the_reported_decimals(decimals: int, limit: str) -> None:
    assert str(threshold(RULEBOOK, "estradiol", Decimal(20), "pg/mL", "pmol/L", decimals=decimals)) == limit


def test_the_exact_threshold_is_not_rounded_to_any_reported_decimals() -> None:
    exact = exact_threshold(RULEBOOK, "estradiol", Decimal(20), "pg/mL", "pmol/L")
    assert str(exact).startswith("73.4262910")
    assert len(exact.as_tuple().digits) == 50


@pytest.mark.parametrize(
    ("number", "decimals", "shows"), [("2.5", 0, "2"), ("3.5", 0, "4"), ("0.125", 2, "0.12"), ("0.375", 2, "0.38")]
)
def test_halves_round_to_even(number: str, decimals: int, shows: str) -> None:
    assert str(rounded(Fraction(number), decimals)) == shows


@pytest.mark.parametrize(("number", "shows"), [("100", "100"), ("1E+2", "100"), ("1.50", "1.5"), ("0.00", "0"), ("-2.0", "-2")])
def test_trailing_zeros_go_and_exponents_never_appear(number: str, shows: str) -> None:
    assert str(trimmed(Decimal(number))) == shows


def test_a_comparator_survives_display_in_another_unit() -> None:
    assert shown(parse_value("<5.0", "pg/mL"), RULEBOOK.analytes["estradiol"], "pmol/L", 1) == "<18.4"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("24.0", "88.1"),
        ("<5", "<18.4"),
        (">=1500", ">=5507"),
        ("0.05", "0.184"),
        ("0", "0.00"),
        ("24.05", "88.30"),
        ("123456", "453246"),
    ],
)
def test_what_is_shown_in_his_unit_keeps_the_comparator_and_three_digits_at_least(typed, shown):
    rule = load_rulebook().analytes["estradiol"]
    assert displayed(parse_value(typed, "pg/mL"), rule, "pmol/L") == shown
    assert displayed(parse_value(typed, "pg/mL"), rule, "pg/mL") == parse_value(typed, "pg/mL").text


@given(number=st.decimals(min_value="0.01", max_value="9999", places=2))
def test_what_is_shown_is_never_further_from_the_exact_value_than_half_its_last_digit(number):
    rule = load_rulebook().analytes["estradiol"]
    shown = Decimal(displayed(parse_value(f"{number:f}", "pg/mL"), rule, "pmol/L"))
    half = Fraction(Decimal(1).scaleb(int(shown.as_tuple().exponent))) / 2
    assert abs(Fraction(shown) - convert(number, rule, "pg/mL", "pmol/L")) <= half
    assert len(str(shown).replace(".", "").lstrip("0")) >= 3


def test_every_unit_that_is_not_accepted_is_named_and_a_mass_is_no_activity():
    rulebook = load_rulebook()
    assert read_display_units({"estradiol": "pmol/l"}, rulebook) == {"estradiol": "pmol/L"}
    with pytest.raises(Problem) as refused:
        read_display_units({"estradiol": "[iU]/L", "colour": "pg/mL", "shbg": ""}, rulebook)
    assert [issue.pointer for issue in refused.value.issues] == [
        "/display_units/estradiol",
        "/display_units/colour",
        "/display_units/shbg",
    ]
