"""What the man himself reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, WEEKLY, anastrozole, day, dose, lab, man
from tracking.domain.evaluate import evaluate, words_for_man
from tracking.domain.for_man import Comparison
from tracking.evidence import load_rulebook
from tracking.evidence.checks import NEVER_TO_THE_MAN, sentences_for_man

RULEBOOK = load_rulebook()
ALWAYS = "New severe back pain or a fracture: seek care now."
NOBODY = "No clinic is connected to this account"


def read(*labs: Any, regimens: Any = (), clinic_connected: bool = False, **more: Any) -> tuple[str, ...]:
    said = evaluate(man(labs=labs, regimens=regimens), RULEBOOK, NOW)
    return words_for_man(said.for_man, RULEBOOK, clinic_connected=clinic_connected, **more)


def test_value_unit_and_the_labs_range_come_first_and_always() -> None:
    lines = read(lab("12.0", day(5), low="8.0", high="35.0"), clinic_connected=True, comparison=Comparison.WAITS)
    assert lines == (
        "Your estradiol on 28 Oct: 12.0 pg/mL.",
        "Your lab's range: 8.0 to 35.0 pg/mL.",
        "What this result means waits for your clinic, which looks at it first.",
        ALWAYS,
    )


def test_a_result_at_the_limit_is_held_against_an_earlier_low_only_where_there_is_one() -> None:
    alone = " ".join(read(lab("16.0", day(5))))
    assert "It is not below the level" in alone
    assert "earlier result" not in alone
    after = " ".join(read(lab("12.0", day(100)), lab("16.0", day(5))))
    assert "It reads higher than an earlier result" in after
    assert "What would settle it: an estradiol that ends the low" in after
    assert "It is not below" not in after


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"high": "29"}, "Your lab's range: up to 29 pg/mL."),
        ({}, "Your lab gave no range."),
        ({"low": "8"}, "Your lab gave no range."),
    ],
)
def test_a_range_is_printed_as_far_as_the_lab_gave_it(more: dict[str, str], line: str) -> None:
    assert line in read(lab("26.0", day(5), **more))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("9.0", "It is very low: below 10.0 pg/mL."),
        ("12.0", "It is below the level that your bones are watched against (16.0 pg/mL)."),
        ("26.0", "It is not below the level that your bones are watched against (16.0 pg/mL)."),
        (
            "<18",
            (
                "It does not show whether you are below the level that your bones are watched against. "
                "What would settle it: an estradiol by LC-MS/MS."
            ),
        ),
        ("16.0", "It stands right at a limit; the lab's rounding could hide a value on the other side."),
        ("50.0", "Above the lab's range. By itself this is not a reason to start or raise an estrogen blocker."),
    ],
)
def test_the_comparison_in_his_words(text: str, line: str) -> None:
    assert line in read(lab(text, day(5)))


def test_low_by_the_floor_yet_normal_for_the_lab_is_explained() -> None:
    line = "Your lab's range describes most men. This level is about bone and is a different question."
    assert line in read(lab("12.0", day(5), low="8.0", high="35.0"))


def test_the_clinic_is_said_to_know_only_where_it_was_told() -> None:
    told = read(lab("12.0", day(5)), clinic_connected=True, notified_on=date(2026, 10, 28))
    assert any("Your clinic was notified on 28 Oct" in line and "by 2 Nov, call them" in line for line in told)
    untold = read(lab("12.0", day(5)), clinic_connected=True)
    assert not any("notified" in line for line in untold)
    alone = read(lab("12.0", day(5)), notified_on=date(2026, 10, 28))
    assert any(line.startswith(NOBODY) for line in alone)
    assert not any("notified" in line for line in alone)


def test_a_superseded_result_does_not_speak_for_today_but_a_low_one_is_still_said() -> None:
    fine = read(lab("26.0", day(5)), regimens=[anastrozole(day(3))])
    assert "It was drawn before your change of 30 Oct, so it does not speak for today." in fine
    assert not any("not below" in line for line in fine)
    low = read(lab("12.0", day(5)), regimens=[anastrozole(day(3))])
    assert any(line.startswith("It is below the level") for line in low)


def test_a_stale_result_is_said_to_be_too_old() -> None:
    assert "It is too old to speak for today." in read(lab("26.0", day(500)))


def test_without_a_result_he_is_told_so() -> None:
    assert read()[0] == "There is no estradiol on record for you."


@pytest.mark.parametrize("text", ["5", "9.0", "12.0", "16.0", "17.0", "<18", "26.0", "50", "70", ">42"])
def test_no_sentence_names_a_tier_judges_or_tells_him_what_to_take(text: str) -> None:
    for line in read(lab(text, day(5), low="8.0", high="35.0"), regimens=[anastrozole(day(400))]):
        assert not any(word in line.lower() for word in NEVER_TO_THE_MAN)
        assert "act now" not in line


def test_the_whole_catalogue_for_him_keeps_to_that() -> None:
    for place, sentence in sentences_for_man(RULEBOOK):
        assert not any(word in sentence.lower() for word in NEVER_TO_THE_MAN), place


ASKS = (
    "Please look at your report: does it say pg/mL or pmol/L? Until that is clear, this number can mean two different levels."
)


def test_a_unit_in_question_is_asked_for_at_once_and_in_place_of_the_comparison() -> None:
    question = lab("95", day(5), high="160", typed=True)
    asked = ("Your estradiol on 28 Oct: 95 pg/mL.", "Your lab's range: up to 160 pg/mL.", ASKS)
    assert read(question, clinic_connected=True) == (*asked, ALWAYS)
    waiting = read(question, clinic_connected=True, comparison=Comparison.WAITS)
    assert waiting == (*asked, "What this result means waits for your clinic, which looks at it first.", ALWAYS)


def test_low_in_either_unit_is_said_beside_the_question() -> None:
    lines = read(lab("55", day(90)), lab("15", day(5), typed=True, high="42"))
    assert ASKS in lines
    assert "It is below the level that your bones are watched against (16 pg/mL)." in lines


@pytest.mark.parametrize("unit", ["pg/mL", "pmol/L"])
@pytest.mark.parametrize("text", ["30", "45", "95"])
def test_while_the_question_is_open_he_reads_neither_high_nor_what_he_must_not_read(text: str, unit: str) -> None:
    limit = "160" if unit == "pg/mL" else "42"
    for line in read(lab(text, day(5), unit=unit, high=limit, typed=True), regimens=[anastrozole(day(400))]):
        assert not any(word in line.lower() for word in (*NEVER_TO_THE_MAN, "above", "high", "estrogen blocker"))


def test_what_the_clinic_finds_is_told_to_him_as_the_same_question() -> None:
    for regimens in ([], [anastrozole(day(400))]):
        said = evaluate(man(labs=[lab("95", day(5), high="160", typed=True)], regimens=regimens), RULEBOOK, NOW)
        (finding,) = (f for f in said.findings if f.code.startswith("e2"))
        assert finding.man.endswith(ASKS)


def test_a_result_that_does_not_reassure_or_may_be_higher_than_usual_says_so_while_it_speaks_for_today() -> None:
    weekly = [anastrozole(day(400), schedule=WEEKLY)]
    skipped = [dose("anastrozole", day(7), None, kind="skipped")]
    doubts = (
        "Something on that day can make this kind of test read too high, so it does not settle the question.",
        "It may be higher than your usual level.",
    )

    def lines(text: str, *more: Any) -> tuple[str, ...]:
        history = man(labs=[lab(text, day(5), method="immunoassay", biotin=True)], regimens=[*weekly, *more], doses=skipped)
        return words_for_man(evaluate(history, RULEBOOK, NOW).for_man, RULEBOOK, clinic_connected=True)

    assert set(doubts) <= set(lines("30"))
    assert not set(doubts) & set(lines("18"))
    assert not set(doubts) & set(lines("30", anastrozole(day(3), dose="1", key="change")))


def test_a_newer_value_by_another_kind_of_test_is_shown_beside_the_one_that_counts() -> None:
    lines = read(lab("12.0", day(40)), lab("31", day(5), method="immunoassay"))
    assert lines[0] == "Your estradiol on 23 Sep: 12.0 pg/mL."
    assert "Your newer estradiol on 28 Oct: 31 pg/mL, by another kind of test. It does not take the place of this one." in lines


def test_of_two_results_that_do_not_agree_he_reads_both() -> None:
    lines = read(lab("12.0", day(25)), lab("26.0", day(5)))
    assert (
        "Another estradiol on 28 Oct: 26.0 pg/mL. The two do not agree; until one more is drawn, the lower one counts." in lines
    )


def test_a_higher_value_that_ends_nothing_is_not_called_not_below() -> None:
    lines = read(lab("12.0", day(400)), lab("31", day(5), method="immunoassay"))
    assert any(line.startswith("It reads higher than an earlier result") for line in lines)
    assert not any("It is not below" in line for line in lines)
