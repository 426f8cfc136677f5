"""Every boundary example of every rule is run through the code that the rule governs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.tracking.evidence.examples import bone, dosing, entry, episodes, findings, monitoring, series, timing
from tests.tracking.evidence.examples.given import RULEBOOK, Given
from tracking.domain.evaluate import evaluate
from tracking.domain.evaluation import Evaluation
from tracking.domain.findings import Finding
from tracking.domain.rulebook import Rule
from tracking.evidence.checks import NEVER_TO_THE_MAN

MODULES = (bone, dosing, entry, episodes, findings, monitoring, series, timing)
RUNNERS: dict[str, Callable[[Given], str]] = {
    name.removeprefix("run_"): run for module in MODULES for name, run in vars(module).items() if name.startswith("run_")
}
EXAMPLES = [(rule, number) for rule in RULEBOOK.rules.values() for number in range(len(rule.examples))]


@pytest.mark.parametrize(("rule", "number"), EXAMPLES, ids=[f"{rule.id}-{number}" for rule, number in EXAMPLES])
def test_the_example_comes_out_as_the_rule_says(rule: Rule, number: int) -> None:
    example = rule.examples[number]
    assert RUNNERS[example.check](example.given) == example.expect


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    """Every finding of every evaluation that the examples make."""
    every: list[Finding] = []

    conclude = evaluate

    def noting(*given: Any) -> Evaluation:
        evaluation = conclude(*given)
        every.extend(evaluation.findings)
        return evaluation

    with pytest.MonkeyPatch.context() as patch:
        for module in MODULES:
            if hasattr(module, "evaluate"):
                patch.setattr(module, "evaluate", noting)
        for rule, number in EXAMPLES:
            RUNNERS[rule.examples[number].check](rule.examples[number].given)
    return every


def test_every_finding_of_the_rulebook_is_shown_by_an_example(found: list[Finding]) -> None:
    assert {finding.code for finding in found} == set(RULEBOOK.findings)


def test_every_sentence_of_a_finding_is_filled_and_the_man_reads_no_word_that_is_not_for_him(found: list[Finding]) -> None:
    for finding in found:
        for sentence in (finding.prescriber, finding.man, finding.clears, *finding.notes):
            assert sentence.strip(), finding.code
            assert not set("{}") & set(sentence), (finding.code, sentence)
        assert not any(word in finding.man.lower() for word in NEVER_TO_THE_MAN), finding.man


def test_every_rule_has_an_example_and_every_kind_of_example_is_used() -> None:
    assert all(rule.examples for rule in RULEBOOK.rules.values())
    assert {example.check for rule in RULEBOOK.rules.values() for example in rule.examples} == set(RUNNERS)
