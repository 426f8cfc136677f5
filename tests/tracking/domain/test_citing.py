"""The texts of rules are kept once, and an evaluation gets back exactly what it left out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from tests.tracking.domain.build import NOW, anastrozole, day, man, pair
from tests.tracking.domain.test_evaluate import histories
from tracking.domain.citing import content_of, with_rules
from tracking.domain.evaluate import evaluate
from tracking.domain.history import History
from tracking.domain.plain import plain
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
CONTENT = content_of(RULEBOOK)


def test_the_content_holds_every_rule_with_its_sources_its_checker_and_its_figures() -> None:
    assert set(CONTENT["rules"]) == set(RULEBOOK.rules)
    floor = CONTENT["rules"]["estradiol.mass_spectrometry"]
    assert floor["figures"]["bands"][1] == {"tier": "below_floor", "start": "10", "end": "16"}
    assert floor["sources"][1]["id"] == "mellstrom-2008"
    assert floor["sources"][1]["verified"]
    assert "Mellstrom" in floor["sources"][1]["citation"]
    assert "no clinician yet" in floor["checked_by"]
    assert (CONTENT["version"], CONTENT["label"]) == (RULEBOOK.version, RULEBOOK.label)


def test_the_content_reads_back_as_json_exact_ratios_included() -> None:
    assert json.loads(json.dumps(CONTENT)) == CONTENT
    assert "/" in CONTENT["rules"]["analyte.estradiol"]["figures"]["units"]["pmol/L"]


@given(histories())
@settings(max_examples=60)
def test_what_is_joined_is_what_the_findings_and_rules_said(history: History) -> None:
    said = evaluate(history, RULEBOOK, NOW)
    whole = with_rules(said.as_dict(), CONTENT)
    assert [dict(finding) for finding in whole["findings"]] == plain(said.findings)
    assert [rule["id"] for rule in whole["rules"]] == list(said.rules)
    for rule in whole["rules"]:
        assert rule["sources"] == list(RULEBOOK.citations(rule["id"]))
        assert rule["contrary"] == list(RULEBOOK.rules[rule["id"]].contrary)


def test_the_stored_form_holds_no_text_of_a_rule() -> None:
    stored = evaluate(man(labs=pair("12.0", day(5)), regimens=[anastrozole(day(400))]), RULEBOOK, NOW).as_dict()
    text = json.dumps(stored)
    assert not any(rule.reason in text for rule in RULEBOOK.rules.values())
    assert not any(source.title in text for source in RULEBOOK.sources.values())


def test_a_rule_that_the_rulebook_does_not_have_is_never_filled_from_another() -> None:
    stored = evaluate(man(labs=pair("12.0", day(5))), RULEBOOK, NOW).as_dict()
    with pytest.raises(KeyError, match="of a former rulebook"):
        with_rules({**stored, "rules": ["of a former rulebook"]}, CONTENT)
