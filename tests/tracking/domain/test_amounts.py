"""A dose keeps its digits and its unit; the rulebook says in which units a drug is dosed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from tracking.domain.amounts import canonical, part_in_words, part_of, read_amount, shown, units_used
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook

DRUGS = load_rulebook().drugs


@pytest.mark.parametrize(
    ("drug", "text", "printed", "own"),
    [
        ("hcg", "500 IU", "500 IU", "500"),
        ("hcg", "500iu", "500 IU", "500"),
        ("anastrozole", "0.50 mg", "0.50 mg", "0.50"),
        ("teriparatide", "20 mcg", "20 ug", "0.02"),
        ("teriparatide", "20µg", "20 ug", "0.02"),
        ("cholecalciferol", "50000 IU", "50000 IU", "1.25"),
        ("cholecalciferol", "25 ug", "25 ug", "0.025"),
    ],
)
def test_an_amount_is_kept_as_written_and_compared_in_the_drugs_unit(drug, text, printed, own):
    read = read_amount(text, DRUGS[drug], pointer="/dose")
    assert str(read) == printed
    assert canonical(read.number, read.unit, DRUGS[drug]) == Decimal(own)


@pytest.mark.parametrize(
    ("drug", "sent", "said"),
    [
        ("hcg", "500 mg", "hCG is not dosed in 'mg'. Accepted: IU"),
        ("anastrozole", "1 IU", "Accepted: mg"),
        ("anastrozole", "1", "not dosed in ''"),
        ("anastrozole", "1 tablet", "not dosed in 'tablet'"),
        ("anastrozole", "<1 mg", "plain number"),
        ("anastrozole", "0,5 mg", "comma"),
        ("anastrozole", "mg", "not a value"),
        ("anastrozole", "1 mg 2", "not a value"),
        ("anastrozole", 1, "text"),
        ("anastrozole", None, "text"),
    ],
)
def test_what_is_no_amount_of_this_drug_is_refused(drug, sent, said):
    with pytest.raises(Problem, match="/dose: ") as refused:
        read_amount(sent, DRUGS[drug], pointer="/dose")
    assert said in str(refused.value)


def test_milligrams_are_not_read_as_units():
    with pytest.raises(Problem, match="hCG is not dosed in 'mg'"):
        read_amount("500", DRUGS["hcg"], pointer="/dose_mg", unit="mg")


@pytest.mark.parametrize(
    ("dose", "words"),
    [("0.25", "quarter"), ("0.5", "half"), ("0.75", "three quarters"), ("1", "whole"), ("1.5", "1 1/2"), ("2", "2")],
)
def test_a_part_of_a_tablet_in_words(dose, words):
    share = part_of(Decimal(dose), Decimal(1), 4)
    assert share is not None
    assert part_in_words(share) == words


def test_a_dose_that_is_no_part_of_a_tablet():
    assert part_of(Decimal("0.3"), Decimal(1), 4) is None
    assert part_of(Decimal("0.125"), Decimal("0.125"), 4) == 1


def test_units_are_used_up_in_the_parts_that_can_be_taken():
    assert units_used(Decimal("0.3"), Decimal(1), 4) == Fraction(1, 2)
    assert units_used(Decimal(50), Decimal(75), 1) == 1
    assert units_used(Decimal(70), Decimal(200), 0) == Fraction(7, 20)


def test_what_is_worked_out_shows_three_decimals():
    assert [shown(Fraction(1, 3)), shown(Decimal("1.50")), shown(Fraction(200))] == ["0.333", "1.5", "200"]
