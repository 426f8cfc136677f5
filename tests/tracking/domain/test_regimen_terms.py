"""An AI says why it was started and when it is looked at again; dose, schedule and tablet agree."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.domain.regimen_terms import check_ai_terms, check_amounts, part_text, tablet_part
from tracking.domain.reported import Comparator, Value
from tracking.domain.schedule import parse_schedule
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
TODAY = date(2026, 11, 2)


def mg(digits, unit="mg"):
    return Value(Comparator.EQUAL, digits, unit)


def refused(drug="anastrozole", origin=Origin.PRESCRIBED, **said):
    stated = {"reason": "E2 58 pg/mL", "review_on": date(2027, 1, 2), "starts_on": TODAY, "ends_on": None}
    try:
        check_ai_terms(RULEBOOK.drugs[drug], origin, **(stated | said), today=TODAY, rulebook=RULEBOOK)
    except Problem as problem:
        return [(issue.pointer, issue.code) for issue in problem.issues]
    return []


@pytest.mark.parametrize(
    ("said", "issues"),
    [
        ({}, []),
        ({"reason": " "}, [("/reason", "ai-reason-missing")]),
        ({"review_on": None}, [("/review_on", "ai-review-missing")]),
        ({"reason": "", "review_on": None}, [("/reason", "ai-reason-missing"), ("/review_on", "ai-review-missing")]),
        ({"review_on": date(2027, 5, 2)}, []),
        ({"review_on": date(2027, 5, 3)}, [("/review_on", "ai-review-out-of-limits")]),
        ({"review_on": date(2026, 11, 1)}, [("/review_on", "ai-review-out-of-limits")]),
        # Ahead of today where it began before, of its start where that is still to come.
        ({"starts_on": date(2025, 1, 1), "review_on": date(2027, 5, 2)}, []),
        ({"starts_on": date(2025, 1, 1), "review_on": date(2025, 6, 1)}, []),
        ({"starts_on": date(2026, 12, 1), "review_on": date(2027, 6, 1)}, []),
        ({"starts_on": date(2026, 12, 1), "review_on": date(2027, 6, 2)}, [("/review_on", "ai-review-out-of-limits")]),
        ({"starts_on": date(2025, 1, 1), "ends_on": date(2026, 1, 1), "review_on": None}, []),
        ({"origin": Origin.SELF, "review_on": None}, []),
        ({"origin": Origin.SELF, "reason": ""}, [("/reason", "ai-reason-missing")]),
        ({"origin": Origin.SELF, "review_on": date(2027, 5, 3)}, [("/review_on", "ai-review-out-of-limits")]),
        ({"drug": "testosterone_gel", "reason": "", "review_on": None}, []),
        ({"drug": "aromatase_inhibitor_unprescribed", "origin": Origin.SELF, "reason": ""}, [("/reason", "ai-reason-missing")]),
    ],
)
def test_reason_and_review_of_an_ai(said, issues):
    assert refused(**said) == issues


def test_the_months_are_those_of_the_rulebook():
    assert RULEBOOK.monitoring.ai_review.most_months == 6


def test_the_stated_dose_is_the_largest_of_those_that_differ():
    split = parse_schedule({"kind": "daily", "times": 2, "amounts": ["60", "40"]})
    check_amounts(mg("60.0"), split, pointer="/dose_mg")
    with pytest.raises(Problem, match=r"/dose_mg: .*60, 40"):
        check_amounts(mg("50"), split, pointer="/dose_mg")


def test_a_dose_is_a_part_of_its_tablet():
    assert tablet_part(mg("0.25"), mg("1"), RULEBOOK) == Fraction(1, 4)
    assert tablet_part(mg("0.25"), None, RULEBOOK) is None
    assert (part_text("0.25", "1"), part_text("0.25", "")) == ("quarter", "")
    for dose, strength in (("0.3", "1"), ("1", "0")):
        with pytest.raises(Problem, match=r"/strength"):
            tablet_part(mg(dose), mg(strength), RULEBOOK)
    with pytest.raises(Problem, match=r"in the unit of the dose"):
        tablet_part(mg("0.02"), mg("20", "ug"), RULEBOOK)
