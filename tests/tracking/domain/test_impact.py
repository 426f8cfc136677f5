"""What another rulebook changes for one man."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, man, pair
from tests.tracking.domain.test_evaluate import histories
from tests.tracking.evidence.candidate import RAISED_FLOOR, candidate
from tracking.domain.evaluate import evaluate
from tracking.domain.history import History
from tracking.domain.impact import Impact, impact_of
from tracking.domain.rulebook import Priority, RuleBook
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_BOTH = [anastrozole(day(400)), cypionate(day(900))]


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory) -> RuleBook:
    folder: Path = tmp_path_factory.mktemp("rules")
    return load_rulebook(candidate(folder, RAISED_FLOOR))


def impact(history: History, new: RuleBook, open_families: Any = ()) -> Impact:
    return impact_of(evaluate(history, RULEBOOK, NOW), evaluate(history, new, NOW), open_families)


def test_a_man_between_the_old_and_the_new_floor_falls_below(raised: RuleBook) -> None:
    said = impact(man(labs=pair("17.0", day(5)), regimens=ON_BOTH), raised)
    assert said.verdict == ("not below (borderline, current)", "below (below floor, current)")
    assert said.priority == (Priority.P2, Priority.P1)
    assert (said.appears, said.vanishes) == (("e2_below_floor_on_ai",), ("e2_borderline_on_ai",))
    assert said.changes


def test_the_other_way_round_it_is_the_other_way_round(raised: RuleBook) -> None:
    history = man(labs=pair("17.0", day(5)), regimens=ON_BOTH)
    said = impact_of(evaluate(history, raised, NOW), evaluate(history, RULEBOOK, NOW), ["low_e2"])
    assert said.verdict == ("below (below floor, current)", "not below (borderline, current)")
    assert said.appears == ("e2_borderline_on_ai",)


def test_a_man_far_from_it_is_not_touched_although_the_digests_differ(raised: RuleBook) -> None:
    history = man(labs=pair("30.0", day(5)), regimens=ON_BOTH)
    assert evaluate(history, RULEBOOK, NOW).outcome_digest != evaluate(history, raised, NOW).outcome_digest
    said = impact(history, raised)
    assert not said.changes
    assert said.verdict == ("not below (in range, current)",) * 2


def test_an_open_family_that_the_other_rules_do_not_find_would_close() -> None:
    history = man(labs=pair("30.0", day(5)))
    still = {finding.family for finding in evaluate(history, RULEBOOK, NOW).findings}
    said = impact(history, RULEBOOK, {*still, "of_a_low_result_long_ago"})
    assert said.closes == ("of_a_low_result_long_ago",)
    assert said.changes


@given(histories())
@settings(max_examples=40)
def test_a_rulebook_has_no_impact_on_itself(history: History) -> None:
    families = {finding.family for finding in evaluate(history, RULEBOOK, NOW).findings}
    assert not impact(history, RULEBOOK, families).changes
