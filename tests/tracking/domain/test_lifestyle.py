"""Measures of his life as typed, in their own unit. The limits themselves are examples of the rules."""

from __future__ import annotations

import pytest

from tracking.domain.lifestyle import check_amount, measure, read_amount
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
SUN = measure("sun", RULEBOOK)


@pytest.mark.parametrize("code", sorted(RULEBOOK.checkin.lifestyle))
def test_each_has_a_name_a_unit_and_accepts_none_at_all(code: str) -> None:
    rule = measure(code, RULEBOOK)
    assert rule.name
    value = read_amount("0", rule.unit, rule)
    assert check_amount(value, rule) == check_amount(read_amount("0.5", rule.unit, rule), rule)


def test_digits_stay_as_typed() -> None:
    assert read_amount("90.50", "min/week", SUN).digits == "90.50"


@pytest.mark.parametrize(
    ("sent", "unit", "pointer", "code"),
    [
        ("90", "", "/unit", "unit-missing"),
        ("90", "h/week", "/unit", "unit-unknown"),
        ("<90", "min/week", "/value", "amount-censored"),
        ("1,5", "min/week", "/value", "value-comma"),
        (90, "min/week", "/value", "value-not-text"),
    ],
)
def test_what_cannot_be_read_is_named(sent: object, unit: str, pointer: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        read_amount(sent, unit, SUN)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [(pointer, code)]


def test_an_unknown_measure_is_refused_with_those_there_are() -> None:
    with pytest.raises(Problem, match="alcohol, calcium, high_impact"):
        measure("steps", RULEBOOK)
