"""Two results that contradict one another stand side by side; the worse decides until one more settles it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tracking.domain.build import NOW, anastrozole, day, lab, man
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
LOW, HIGH = lab("12.0", day(25), key="low"), lab("26.0", day(5), key="high")


def judge(*labs: Any, **rows: Any) -> Evaluation:
    return evaluate(man(labs=labs, **rows), RULEBOOK, NOW)


def pairs(*labs: Any, **rows: Any) -> list[tuple[str, str, str]]:
    return [(pair.older, pair.newer, pair.worse) for pair in judge(*labs, **rows).series.disagreements]


def test_two_comparable_results_near_in_time_and_far_apart_disagree() -> None:
    assert pairs(LOW, HIGH) == [("low", "high", "low")]
    assert pairs(lab("26.0", day(25), key="high"), lab("12.0", day(5), key="low")) == [("high", "low", "low")]


@pytest.mark.parametrize(
    ("other", "rows"),
    [
        (lab("26.0", day(5), key="high", method="immunoassay"), {}),
        (lab("16.5", day(5), key="high"), {}),
        (lab("26.0", day(5), key="high"), {"regimens": [anastrozole(day(10))]}),
        (lab("26.0", day(5), key="high", precision=Precision.MONTH), {}),
    ],
    ids=["another assay", "not far apart", "a change between", "a day that is not known"],
)
def test_what_is_not_a_disagreement(other: Any, rows: dict[str, Any]) -> None:
    assert pairs(LOW, other, **rows) == []


def test_a_draw_before_the_regimen_had_settled_does_not_contradict_one_at_steady_state() -> None:
    assert pairs(LOW, HIGH, regimens=[anastrozole(day(30))]) == []
    both_early = lab("26.0", day(20), key="high")
    assert pairs(LOW, both_early, regimens=[anastrozole(day(30))]) == [("low", "high", "low")]


@pytest.mark.parametrize(
    ("one", "other", "disagree"),
    [("<10", "26.0", True), ("<18", "26.0", True), ("<18", "25.0", False), (">42", "26.0", True), (">42", "31.0", False)],
)
def test_a_censored_value_disagrees_only_by_all_that_it_can_stand_for(one: str, other: str, *, disagree: bool) -> None:
    assert bool(pairs(lab(one, day(25), key="a"), lab(other, day(5), key="b"))) is disagree


def test_units_are_compared_and_never_mixed() -> None:
    assert pairs(LOW, lab("95.4", day(5), unit="pmol/L", key="high")) == [("low", "high", "low")]
    assert pairs(LOW, lab("44.1", day(5), unit="pmol/L", key="same")) == []


def test_across_assays_they_stand_under_not_comparable() -> None:
    series = judge(LOW, lab("31.0", day(5), key="high", method="immunoassay")).series
    assert [(pair.older, pair.newer, pair.worse) for pair in series.not_comparable] == [("low", "high", "low")]
    assert series.disagreements == ()


def test_the_newer_never_wins_silently() -> None:
    said = judge(LOW, HIGH)
    assert (said.verdict.reading, said.verdict.disagrees_with, said.word) == ("low", "high", "below")
    assert said.headline == (
        "Below the floor: estradiol 12.0 pg/mL on 8 Oct (LC-MS/MS); floor 16.0 pg/mL. Provisional, on one result. "
        "Disputed by 26.0 pg/mL on 28 Oct (laboratory not stated); the worse counts."
    )
    assert "disputed" in next(f for f in said.findings if f.family == "e2_low").note_codes


def test_the_worse_may_be_the_newer() -> None:
    said = judge(lab("26.0", day(25), key="high"), lab("12.0", day(5), key="low"))
    assert (said.verdict.reading, said.verdict.disagrees_with) == ("low", "high")


@pytest.mark.parametrize(
    ("settling", "reading"),
    [
        (lab("25.0", day(1), key="third"), "third"),
        (lab("13.0", day(1), key="third"), "third"),
    ],
)
def test_one_more_comparable_result_settles_it(settling: Any, reading: str) -> None:
    assert judge(LOW, HIGH, settling).verdict.reading == reading


def test_a_more_specific_result_settles_it_and_a_less_specific_one_does_not() -> None:
    low, high = (lab(t, day(d), method="immunoassay", key=k) for t, d, k in (("12.0", 25, "low"), ("31.0", 5, "high")))
    assert judge(low, high).verdict.reading == "low"
    assert judge(low, high, lab("24.0", day(1), key="ms")).verdict.reading == "ms"
    assert judge(low, high, lab("31.0", day(1), key="x", method="unknown")).verdict.reading == "low"


def test_a_change_ends_it_and_not_the_low() -> None:
    said = judge(LOW, HIGH, regimens=[anastrozole(day(3))])
    assert (said.verdict.reading, said.verdict.disagrees_with) == ("high", "")
    assert said.series.low is not None
    assert (said.series.low.attempt, said.series.low.reasons) == ("high", ("disputed",))


def test_when_the_worse_is_too_old_the_other_is_still_no_answer() -> None:
    low, high = lab("12.0", day(370), key="low"), lab("26.0", day(345), key="high")
    said = judge(low, high)
    assert (said.verdict.reading, said.word) == ("high", "cannot say")
    assert "Missing: an estradiol that ends the low" in said.headline


def test_a_less_specific_result_after_it_makes_no_answer_of_it_either() -> None:
    """What was tried last to end the low is another then; the contradicted one still decides, and still answers nothing."""
    low, high = lab("8.0", day(222), key="low"), lab("20.0", day(197), key="high")
    later = lab("40.0", day(0), key="later", method="immunoassay")
    said = judge(low, high, later, regimens=[anastrozole(day(700))])
    assert (said.verdict.reading, said.verdict.higher, said.word) == ("high", "later", "cannot say")
    assert said.series.low is not None
    assert (said.series.low.attempt, said.series.low.doubted) == ("later", ("high",))


def test_a_new_low_leaves_nothing_doubted() -> None:
    said = judge(lab("12.0", day(370)), lab("26.0", day(345), key="high"), lab("11.0", day(20), key="again"))
    assert said.series.low is not None
    assert (said.series.low.last, said.series.low.doubted) == ("again", ())


class TestTheFinding:
    def test_it_shows_both_side_by_side_with_their_laboratories(self) -> None:
        from dataclasses import replace

        labs = [replace(LOW, laboratory="Lab A"), replace(HIGH, laboratory="Lab B")]
        (finding,) = (f for f in judge(*labs).findings if f.code == "labs_disagree")
        assert finding.prescriber == (
            "Two results disagree: estradiol 12.0 pg/mL on 8 Oct (Lab A, LC-MS/MS) and 26.0 pg/mL on 28 Oct (Lab B, LC-MS/MS), "
            "with no change between. The worse counts."
        )
        assert finding.clears.startswith("A repeat by LC-MS/MS")
        assert (finding.priority, finding.inputs) == ("P3", ("low", "high"))

    def test_it_is_gone_when_it_is_settled(self) -> None:
        assert "labs_disagree" not in {f.code for f in judge(LOW, HIGH, lab("25.0", day(1), key="third")).findings}
