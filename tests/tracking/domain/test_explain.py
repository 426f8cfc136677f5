"""An evaluation explains itself in full, to a prescriber and to the man. All men are invented."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.tracking.domain.build import (
    NOW,
    anastrozole,
    cypionate,
    day,
    dose,
    lab,
    man,
    pair,
    scan,
    site,
    total_testosterone,
)
from tests.tracking.domain.test_evaluate import histories
from tracking.domain.citing import content_of, with_rules
from tracking.domain.evaluate import evaluate
from tracking.domain.explain import Section, explain
from tracking.domain.explain_to_man import explain_to_man
from tracking.domain.history import FloorOverride, History, Level
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook
from tracking.evidence.checks import NEVER_TO_THE_MAN

RULEBOOK = load_rulebook()
CONTENT = json.loads(json.dumps(content_of(RULEBOOK)))
GOLDEN = Path(__file__).parent / "golden"
ON_BOTH = [anastrozole(day(400), key="ai"), cypionate(day(900), key="t")]
# Twice a week, the last dose on the evening before the draw five days ago.
LOGGED = [dose("anastrozole", day(6 + 7 * week // 2), at="20:00") for week in range(12)]

MEN: dict[str, History] = {
    "below_floor_on_ai": man(
        labs=[
            *pair("15.2", day(5), "640", low="8.0", high="35.0"),
            *pair("14.8", day(40), "655", low="8.0", high="35.0"),
            *pair("24.1", day(220), "610"),
        ],
        regimens=ON_BOTH,
        doses=LOGGED,
        scans=[scan(day(430), site(bmd="0.981", t="-1.2", lsc="0.028"))],
    ),
    "immunoassay_cannot_say": man(
        labs=[*pair("<24", day(12), "580", method="immunoassay", low="11.3", high="43.2")],
        regimens=[anastrozole(day(120), key="ai"), cypionate(day(900), key="t")],
    ),
    "superseded_by_change": man(
        labs=pair("24", day(60), "702"),
        regimens=[
            anastrozole(day(400), day(20), key="before"),
            anastrozole(day(20), dose="1", key="after"),
            cypionate(day(900), key="t"),
        ],
    ),
    "floor_of_his_own": man(
        labs=pair("66.1", day(9), "21.4", unit="pmol/L"),
        regimens=ON_BOTH,
        floors=[FloorOverride(Decimal(20), "Dr. Bell", "two fractures of the wrist", date(2027, 3, 2), Level.PATIENT)],
    ),
    "osteoporosis_lsc_not_recorded": man(
        labs=pair("26.3", day(20), "590"),
        regimens=ON_BOTH,
        scans=[
            scan(day(410), site("lumbar_spine", "0.862", t="-2.4", vertebrae="L1-L4", side="")),
            scan(day(30), site("lumbar_spine", "0.835", t="-2.7", vertebrae="L1-L4", side="")),
        ],
    ),
    "no_data": man(),
    "one_draw_of_unknown_date": man(
        labs=[
            lab("9.4", day(4000), precision=Precision.UNKNOWN, evidence="self_declared"),
            total_testosterone("150", day(4000), precision=Precision.UNKNOWN),
        ],
    ),
}


def whole(history: History) -> dict[str, Any]:
    """As it reads back: through JSON, and with the texts of its rules joined."""
    return with_rules(json.loads(json.dumps(evaluate(history, RULEBOOK, NOW).as_dict())), CONTENT)


def printed(sections: tuple[Section, ...]) -> str:
    blocks = ("\n".join((section.title, *(f"  {line}" for line in section.lines))) for section in sections)
    return "\n\n".join(blocks) + "\n"


def lines(sections: tuple[Section, ...], code: str) -> tuple[str, ...]:
    return next((section.lines for section in sections if section.code == code), ())


def explained(history: History) -> tuple[Section, ...]:
    return explain(whole(history), CONTENT["words"])


def explained_to_him(history: History, *, released: bool = True) -> tuple[Section, ...]:
    return explain_to_man(whole(history), CONTENT["words"], released=released)


@pytest.mark.parametrize("name", MEN)
def test_the_whole_explanation_reads_as_the_golden_file(name: str) -> None:
    said = f"{printed(explained(MEN[name]))}\n{'=' * 40}\n\n{printed(explained_to_him(MEN[name]))}"
    said = said.replace(RULEBOOK.version, f"{RULEBOOK.label}+(hash)")
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8"), f"read {GOLDEN / 'README.md'}"


def test_every_golden_file_has_its_man() -> None:
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(MEN)


def test_the_value_is_given_as_reported_with_its_assay_and_what_shows_it() -> None:
    said = lines(explained(MEN["below_floor_on_ai"]), "result")
    assert said[0].startswith("Estradiol 15.2 pg/mL, LC-MS/MS (stated by the laboratory), drawn 28 Oct 2026 08:00")
    assert "The laboratory's range for men: 8.0 to 35.0 pg/mL." in said


def test_the_floor_says_whose_it_is_how_it_was_converted_and_whether_it_is_verified() -> None:
    (first, *_) = lines(explained(MEN["below_floor_on_ai"]), "floor")
    assert first.startswith(f"Floor 16.0 pg/mL: 16 pg/mL for mass spectrometry, by rulebook {RULEBOOK.version}; verified;")
    (own, *_) = lines(explained(MEN["floor_of_his_own"]), "floor")
    assert own == (
        "Floor 73.4 pmol/L: 20 pg/mL, set by Dr. Bell (for this man) in place of the rulebook's; "
        "it counts through 2 Mar 2027. Reason: two fractures of the wrist"
    )


def test_a_result_that_does_not_speak_for_today_is_not_said_to_read_in_range() -> None:
    said = lines(explained(MEN["superseded_by_change"]), "result")
    assert "On the day of the draw it read in range; that says nothing of today." in said
    assert "By itself it reads in range." in lines(explained(MEN["osteoporosis_lsc_not_recorded"]), "result")


def test_while_its_unit_is_in_question_nobody_reads_how_high_a_result_would_be() -> None:
    def said(**more: Any) -> str:
        return " ".join(lines(explained(man(labs=[lab("95", day(5), high="160", typed=True, **more)])), "floor"))

    assert "in range to 160" not in said()
    assert "in range to 160" in said(unit_confirmed=True)


def test_rules_that_are_not_verified_are_named_as_such() -> None:
    said = explained(MEN["below_floor_on_ai"])
    unverified = lines(said, "unverified")
    assert "Not read in a source: estradiol.assay." in unverified
    assert not any("estradiol.mass_spectrometry" in line for line in unverified)
    assert any(line.startswith("estradiol.assay (not verified; checked by Engineering") for line in lines(said, "rules"))


def test_everything_used_is_there_with_its_citation_and_what_speaks_against_it() -> None:
    basis = whole(MEN["below_floor_on_ai"])
    text = printed(explain(basis, CONTENT["words"]))
    assert all(f"{rule['id']} (" in text for rule in basis["rules"])
    assert all(source in text for rule in basis["rules"] for source in rule["sources"])
    assert all(line in text for rule in basis["rules"] for line in rule["contrary"])
    assert all(line in text for line in basis["standing"])
    assert all(item["words"] in text for item in (*basis["missing"], *basis["due"]))


def test_an_evaluation_reads_back_in_the_words_of_its_own_rulebook() -> None:
    """The rule is reworded and unverified later; the old evaluation is not."""
    basis = evaluate(MEN["below_floor_on_ai"], RULEBOOK, NOW).as_dict()
    rule = replace(RULEBOOK.estradiol.assay, reason="Another reason.", verified=True)
    later = content_of(replace(RULEBOOK, version="2027.1+other", rules={**RULEBOOK.rules, rule.id: rule}))
    assert "Another reason." in printed(explain(with_rules(basis, later), later["words"]))
    assert "Another reason." not in printed(explain(with_rules(basis, CONTENT), CONTENT["words"]))


def test_what_other_parts_of_the_engine_have_put_into_words_is_passed_on() -> None:
    basis = whole(MEN["below_floor_on_ai"])
    basis["timing"]["said"] = ["Drawn an hour before the dose."]
    basis["derived"] = [{"words": "Calculated free testosterone 10 ng/dL."}]
    said = explain(basis, CONTENT["words"])
    assert lines(said, "timing")[0] == "Drawn an hour before the dose."
    assert lines(said, "beside") == ("Calculated free testosterone 10 ng/dL.",)


@given(histories())
@settings(max_examples=60)
def test_any_evaluation_can_be_explained_and_no_sentence_is_left_open(history: History) -> None:
    said = explained(history)
    assert [section.code for section in said][:2] == ["conclusion", "result"]
    for section in (*said, *explained_to_him(history)):
        assert section.title
        assert all(line.strip() and "{" not in line and "None" not in line.replace("None.", "") for line in section.lines)


@given(histories())
@settings(max_examples=60)
def test_the_man_reads_no_tier_no_priority_and_no_judgement(history: History) -> None:
    text = printed(explained_to_him(history)).lower()
    assert not any(word in text for word in NEVER_TO_THE_MAN)
    assert not any(f"p{number}:" in text for number in range(5))
    assert not any(tier in text for tier in ("borderline", "in range", "above range", "indeterminate"))


def test_before_a_release_the_man_reads_the_facts_and_no_comparison() -> None:
    said = explained_to_him(MEN["below_floor_on_ai"], released=False)
    assert [section.code for section in said] == ["result", "drawn", "taken"]
    assert "below" not in printed(said)
    assert "15.2 pg/mL, LC-MS/MS" in printed(said)
