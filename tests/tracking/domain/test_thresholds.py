"""Where one value stands against one threshold. ``None``: the value does not say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tracking.domain.reported import parse_value
from tracking.domain.thresholds import is_above, is_at_least, is_below, over, under
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


@pytest.mark.parametrize(
    ("text", "below", "above"),
    [
        ("299", True, False),
        ("300", False, False),
        ("301", False, True),
        ("<300", True, False),
        ("<301", None, None),
        ("<=299", True, False),
        ("<=300", None, False),
        (">300", False, True),
        (">299", None, None),
        (">=300", False, None),
        (">=301", False, True),
        (">=299", None, None),
    ],
)
def test_a_value_against_300(text: str, below: bool | None, above: bool | None) -> None:
    rule, value = RULEBOOK.testosterone.low, parse_value(text, "ng/dL")
    assert (is_below(value, rule, RULEBOOK), is_above(value, rule, RULEBOOK)) == (below, above)


def test_the_threshold_is_rounded_to_the_reported_decimals() -> None:
    rule = RULEBOOK.testosterone.low
    assert is_below(parse_value("10", "nmol/L"), rule, RULEBOOK) is False
    assert is_below(parse_value("10.3", "nmol/L"), rule, RULEBOOK) is True


@pytest.mark.parametrize(
    ("text", "at_least"),
    [("299", False), ("300", True), (">=300", True), (">300", True), (">299", None), ("<300", False), ("<=300", None)],
)
def test_at_least(text: str, at_least: bool | None) -> None:
    assert is_at_least(parse_value(text, "ng/dL"), RULEBOOK.testosterone.low, RULEBOOK) is at_least


@pytest.mark.parametrize(
    ("text", "below", "above"),
    [("916", False, False), ("917", False, True), ("<=917", None, None), ("<916", True, False), (">=917", False, True)],
)
def test_a_laboratorys_own_limit(text: str, below: bool | None, above: bool | None) -> None:
    value = parse_value(text, "ng/dL")
    assert (under(value, Decimal(916)), over(value, Decimal(916))) == (below, above)
