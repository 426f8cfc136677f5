"""The value as laboratories write it, and what they write where there is none (PEERS, bug 1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.exchange.results import NoResult, Range, read_range, read_result


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("<5", "<5", ""),
        ("< 5", "<5", ""),
        ("≤5", "<=5", ""),
        (">1500", ">1500", ""),
        ("<5.0", "<5.0", ""),
        ("<0.05", "<0.05", ""),
        ("5.10", "5.10", ""),
        (" 24.1 ", "24.1", ""),
        ("24.1 High", "24.1", ""),
        ("24.1 H", "24.1", ""),
        ("24.1H", "24.1", ""),
        ("24.1 pg/mL", "24.1", "pg/mL"),
        ("<5 L pg/mL", "<5", "pg/mL"),
        (">= 5 mL/min/{1.73_m2}", ">=5", "mL/min/{1.73_m2}"),
    ],
)
def test_comparator_and_digits_stay_as_written(written, value, unit):
    assert read_result(written) == (value, unit)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("ND", "not detected, and no limit of detection is given"),
        ("TNP", "test not performed"),
        ("QNS", "quantity of the specimen not sufficient"),
        ("qns.", "quantity of the specimen not sufficient"),
        ("Not  Detected", "not detected, and no limit of detection is given"),
        ("", "empty"),
    ],
)
def test_what_is_no_result_says_why_and_is_never_nought(written, reason):
    with pytest.raises(NoResult) as none:
        read_result(written)
    assert none.value.reason == reason


@pytest.mark.parametrize("written", ["5,1", "1,250", "five", "=1+1", "1e3", "-5", "5.1.2", "<", "NaN", "٥", "1e999"])
def test_what_has_no_single_reading_is_refused(written):
    with pytest.raises(Problem):
        read_result(written)


def test_a_comma_is_a_fraction_only_where_it_was_declared():
    assert read_result("5,1", decimal=",") == ("5.1", "")
    assert read_result("<0,05", decimal=",") == ("<0.05", "")
    with pytest.raises(Problem, match="comma was declared"):
        read_result("1.250", decimal=",")


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("10.0-42.0", "10.0", "42.0"),
        ("10.0 - 42.0 pg/mL", "10.0", "42.0"),
        ("(8.0–35.0)", "8.0", "35.0"),
        ("264 to 916", "264", "916"),
        ("<29", "", "29"),
        ("<=29", "", "29"),
        ("≤ 29 pg/mL", "", "29"),
        (">39", "39", ""),
        ("> OR = 60", "", ""),
        ("see note", "", ""),
        ("", "", ""),
        ("1,0-2,0", "", ""),
    ],
)
def test_a_range_is_read_or_left_empty_and_never_guessed(written, low, high):
    assert read_range(written) == Range(low, high)


def test_a_range_follows_the_declared_sign_for_fractions():
    assert read_range("1,0-2,0", decimal=",") == Range("1.0", "2.0")


@given(st.text(max_size=60), st.sampled_from([".", ","]))
def test_whatever_is_written_is_a_value_no_result_or_a_problem(text, decimal):
    try:
        value, _ = read_result(text, decimal=decimal)
    except (NoResult, Problem):
        value = ""
    assert isinstance(read_range(text, decimal=decimal), Range)
    assert "," not in value
