"""Where one value stands against one threshold. ``None``: the value does not say."""

from __future__ import annotations

import pytest

from tracking.domain.reported import parse_value
from tracking.domain.thresholds import is_above, is_below
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
