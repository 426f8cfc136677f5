"""When the unit of a typed estradiol is in question, and what it then says. The limits themselves are examples of the rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, lab, man, total_testosterone
from tracking.domain.estradiol import Reading
from tracking.domain.evaluate import Evaluation, evaluate, gather
from tracking.domain.history import LabRecord
from tracking.domain.reported import Precision
from tracking.domain.unit_question import Sign, in_unit
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_AI = [anastrozole(day(800)), cypionate(day(900))]


def typed(text: str, ago: int = 5, **more: Any) -> LabRecord:
    return lab(text, day(ago), **{"typed": True, "key": f"e{ago}", **more})


def readings(*labs: LabRecord, regimens: Any = ()) -> dict[str, Reading]:
    return dict(gather(man(labs=labs, regimens=regimens), RULEBOOK, NOW).readings)


def asked(*labs: LabRecord, **more: Any) -> set[str]:
    return {key for key, reading in readings(*labs, **more).items() if reading.question is not None}


def judge(*labs: LabRecord, regimens: Any = ()) -> Evaluation:
    return evaluate(man(labs=labs, regimens=regimens), RULEBOOK, NOW)


def found(said: Evaluation) -> dict[str, str]:
    return {f.code: f.priority for f in said.findings if f.code.startswith("e2")}


@pytest.mark.parametrize(
    "more", [{"typed": False}, {"unit_confirmed": True}, {"unit": "nmol/L", "high": "0.11"}], ids=["sent", "confirmed", "nmol"]
)
def test_only_a_typed_unit_that_nobody_confirmed_is_asked_for(more: dict[str, Any]) -> None:
    assert asked(typed("26", high="110"))
    assert not asked(typed("26" if "unit" not in more else "0.026", **{"high": "110", **more}))


def test_a_result_in_the_other_unit_is_held_against_the_one_before_in_one_unit() -> None:
    assert not asked(lab("26", day(90)), typed("95.5", unit="pmol/L", high="160"))
    assert asked(lab("26", day(90)), typed("26", unit="pmol/L", high="160"))
    assert asked(lab("95.5", day(90), unit="pmol/L"), typed("95.5", high="42"))


@pytest.mark.parametrize("text", ["<84", ">=64"])
def test_a_censored_result_has_no_ratio(text: str) -> None:
    assert not asked(lab("20", day(90)), typed(text, high="42"))
    assert not asked(lab("<20", day(90)), typed("70", high="42"))


def test_nothing_is_divided_by_zero() -> None:
    assert not asked(lab("0", day(90)), typed("70", high="42"))


def test_only_a_dated_result_is_held_against() -> None:
    for precision in (Precision.MONTH, Precision.YEAR, Precision.UNKNOWN):
        assert not asked(lab("20", day(90), precision=precision), typed("70", high="42"))
    assert asked(lab("20", day(90), precision=Precision.DAY), typed("70", high="42"))


def test_one_doubtful_entry_raises_no_doubt_about_the_next() -> None:
    """26, 95 typed wrongly, 26 again: only the middle one is asked for. Two wrong ones are both asked for."""
    first = lab("26", day(200), key="first")
    assert asked(first, typed("95", 100, high="42"), typed("26", 5, high="42")) == {"e100"}
    assert asked(first, typed("95", 100, high="42"), typed("97", 5, high="42")) == {"e100", "e5"}


def test_an_answer_about_one_makes_it_the_measure_of_the_next() -> None:
    high = typed("95", 100, high="42", unit_confirmed=True)
    assert asked(lab("26", day(200)), high, typed("97", 5, high="42")) == set()
    assert asked(lab("26", day(200)), high, typed("26", 5, high="42")) == {"e5"}


def test_without_a_range_on_an_ai_means_at_the_draw() -> None:
    started_after = [anastrozole(day(5))]
    assert not asked(typed("45"), regimens=started_after)
    assert asked(typed("45"), regimens=[anastrozole(day(6))])
    assert asked(typed("45"), regimens=[anastrozole(day(60), day(5))])
    assert not asked(typed("45"), regimens=[anastrozole(day(60), day(6))])


def test_a_draw_of_unknown_day_is_asked_for_where_he_can_have_been_on_an_ai() -> None:
    within_the_month = [anastrozole(day(20), day(10))]
    month = typed("45", 32, precision=Precision.MONTH)
    assert asked(replace(month, reported=typed("45", 29, precision=Precision.MONTH).reported), regimens=within_the_month)
    assert asked(typed("45", precision=Precision.UNKNOWN), regimens=within_the_month)
    assert not asked(typed("45", precision=Precision.UNKNOWN))


@pytest.mark.parametrize(("text", "open_"), [(">35", True), (">=35", True), ("<35", False), (">34", False)])
def test_without_a_range_a_censored_result_is_asked_for_where_it_is_surely_so_high(text: str, open_: bool) -> None:
    assert bool(asked(typed(text), regimens=ON_AI)) is open_


def test_every_sign_is_named() -> None:
    signs = readings(lab("12", day(90)), typed("45"), regimens=ON_AI)["e5"].question
    assert signs is not None
    assert signs.signs == (Sign.RATIO, Sign.NO_RANGE)
    assert (signs.before_text, signs.times) == ("12 pg/mL", Decimal("3.75"))
    said = judge(lab("12", day(90)), typed("45"), regimens=ON_AI)
    (why,) = (line for line in said.reasons if line.startswith("Why"))
    assert why.endswith("question: 3.75 times the result before, 12 pg/mL; entered without the laboratory's range, on an AI.")


def test_the_result_before_is_an_input_of_the_finding() -> None:
    (finding,) = (f for f in judge(lab("26", day(90), key="before"), typed("95", high="42")).findings)
    assert finding.inputs == ("e5", "before")


def test_low_in_either_unit_stays_as_low_as_it_was_entered() -> None:
    said = judge(lab("55", day(90), key="before"), typed("15", high="42"), regimens=ON_AI)
    assert (said.word, said.verdict.tier, said.verdict.worst_tier) == ("below", "below_floor", "critical")
    assert found(said) == {"e2_below_floor_on_ai": "P1"}
    (finding,) = (f for f in said.findings if f.code == "e2_below_floor_on_ai")
    assert any("low in either: 15 pg/mL (55.1 pmol/L) or 15 pmol/L (4.1 pg/mL)" in note for note in finding.notes)
    assert said.missing[0].code == "estradiol_unit"


def test_the_best_and_the_worst_tier_tell_both_units() -> None:
    reading = readings(typed("45"), regimens=ON_AI)["e5"]
    assert (reading.tier, reading.worst_tier, reading.best_tier) == ("indeterminate", "below_floor", "above_range")
    assert (reading.bounds, reading.reassures, reading.at_boundary) == ("unit_in_question", False, False)


def test_nothing_about_its_height_is_noted_while_it_is_open() -> None:
    reading = readings(typed("95", high="160", evidence="self_declared"))["e5"]
    assert reading.notes == ("assay_unverified", "unit_in_question")


@pytest.mark.parametrize(
    ("text", "regimens", "expected"),
    [
        ("45", ON_AI, {"e2_indeterminate_on_ai": "P1"}),
        ("30", ON_AI, {"e2_indeterminate_on_ai": "P0"}),
        ("45", [], {"e2_unit_in_question": "P3"}),
        ("95", ON_AI, {"e2_indeterminate_on_ai": "P2"}),
        ("95", [], {"e2_unit_in_question": "P4"}),
    ],
)
def test_a_question_never_makes_a_low_one_less_urgent(text: str, regimens: Any, expected: dict[str, str]) -> None:
    """45 pmol/L is low as entered; that its unit is doubtful does not put it further down."""
    assert found(judge(typed(text, unit="pmol/L", high="42"), regimens=regimens)) == expected


def test_nor_with_both_hormones_low_nor_where_it_no_longer_speaks_for_today() -> None:
    entered = typed("45", unit="pmol/L", high="42")
    said = judge(entered, total_testosterone("150", day(5)), regimens=[])
    assert found(said) == {"e2_unit_in_question": "P0"}
    old = replace(entered, reported=typed("45", 400, unit="pmol/L").reported)
    assert found(judge(old, regimens=ON_AI))["e2_indeterminate_on_ai"] == "P1"


def test_nor_where_an_older_low_by_a_better_assay_decides() -> None:
    """The verdict rests on the low of July; what is in question is critical as it was entered, with a very low testosterone."""
    july = [lab("12", day(100)), total_testosterone("150", day(100))]
    both = [typed("20", unit="pmol/L", method="immunoassay", high="42"), total_testosterone("150", day(5))]
    said = judge(*july, *both)
    assert (said.verdict.tier, found(said)["e2_unit_in_question"]) == ("below_floor", "P0")
    assert "20 pmol/L" in next(f for f in said.findings if f.code == "e2_unit_in_question").prescriber


def test_the_answer_closes_it() -> None:
    wrong, confirmed, corrected = typed("45"), typed("45", unit_confirmed=True), typed("45", unit="pmol/L")
    assert [judge(row, regimens=ON_AI).verdict.tier for row in (wrong, confirmed, corrected)] == [
        "indeterminate",
        "above_range",
        "below_floor",
    ]


def test_the_whole_report_moves_to_the_other_unit() -> None:
    moved = in_unit(typed("45", low="10", high="42"), "pmol/L")
    assert moved.range_low is not None
    assert moved.range_high is not None
    assert (str(moved.reported.value), str(moved.range_low), str(moved.range_high)) == ("45 pmol/L", "10 pmol/L", "42 pmol/L")
    assert moved.lloq is None
