"""What a low finding says agrees with the verdict that stands beside it."""

from __future__ import annotations

import pytest

from tests.tracking.domain.build import NOW, TODAY, anastrozole, day, lab, man
from tracking.domain.evaluate import evaluate
from tracking.evidence import load_rulebook


@pytest.mark.parametrize(
    ("value", "unit", "on_ai", "code", "says"),
    [
        ("73", "pmol/L", False, "e2_low_off_ai", "rounding may be below, the floor of 73 pmol/L"),
        ("72", "pmol/L", False, "e2_low_off_ai", "is below the floor of 73 pmol/L"),
        ("73", "pmol/L", True, "e2_below_floor_on_ai", "rounding may be below, the floor of 73 pmol/L"),
        ("10.0", "pg/mL", True, "e2_critical_on_ai", "rounding may be below, 10.0 pg/mL, the critical limit"),
        ("9.8", "pg/mL", True, "e2_critical_on_ai", "is below 10.0 pg/mL, the critical limit"),
    ],
)
def test_a_value_at_its_limit_is_not_said_to_be_below_it(value: str, unit: str, *, on_ai: bool, code: str, says: str) -> None:
    labs = [lab(value, TODAY, unit=unit, method="immunoassay", evidence="lab_message")]
    evaluation = evaluate(man(labs=labs, regimens=[anastrozole(day(200))] if on_ai else []), load_rulebook(), NOW)
    (finding,) = [finding for finding in evaluation.findings if finding.code == code]
    assert says in finding.prescriber
