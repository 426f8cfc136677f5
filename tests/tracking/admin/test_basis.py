"""A stored evaluation in words for prescribers."""

from __future__ import annotations

from tests.tracking.domain.build import NOW, day, lab, man
from tracking.admin.basis import results_of, thresholds_of
from tracking.domain.evaluate import evaluate
from tracking.evidence import load_rulebook


def basis(**more):
    return evaluate(man(labs=[lab("95", day(5), high="160", typed=True, **more)]), load_rulebook(), NOW).as_dict()


def test_while_its_unit_is_in_question_nobody_reads_how_high_a_result_would_be():
    (said,) = results_of(basis())
    assert (said["tier_words"], said["span"]) == ("indeterminate", "unit in question")
    assert thresholds_of(basis()) == []


def test_a_result_that_can_be_read_shows_what_it_can_be_and_its_limits():
    (said,) = results_of(basis(unit_confirmed=True))
    assert (said["tier_words"], said["span"]) == ("in range", "in range")
    assert ("above range", "> 160 pg/mL") in thresholds_of(basis(unit_confirmed=True))
