"""Before and after a change: side by side, and never more than that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, TODAY, WEEKLY, anastrozole, cypionate, day, dose, lab, man, pair, regimen
from tracking.domain.evaluate import gather
from tracking.domain.history import Origin
from tracking.domain.titration.comparison import Answer, Comparison, compare
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_T = cypionate(day(400), key="t", schedule=WEEKLY)
ON = day(60)
REGIMENS = (ON_T, anastrozole(day(300), ON, key="before"), anastrozole(ON, dose="0.25", key="after"))
BEFORE = pair("12.0", day(70), t="610")


def compared(
    *labs: Any, regimens: Any = REGIMENS, drug: str = "anastrozole", on: Any = ON, began: str | None = "after", **rows: Any
) -> Comparison:
    facts = gather(man(labs=[*BEFORE, *labs], regimens=regimens, **rows), RULEBOOK, NOW)
    return compare(drug, on, began, facts)


def test_the_first_usable_result_after_a_change_stands_beside_the_last_one_before_it() -> None:
    said = compared(*pair("21.0", day(20), t="590"), *pair("24.0", day(5)))
    assert said.answer is Answer.ANSWERED
    assert (said.before.value, said.before.unit, said.before.assay, said.before.tier) == (
        "12.0",
        "pg/mL",
        "LC-MS/MS",
        "below_floor",
    )
    assert (said.before.on, said.before.testosterone) == (day(70), "610 ng/dL")
    assert (said.after.value, said.after.on, said.after.testosterone) == ("21.0", day(20), "590 ng/dL")
    assert (said.days, said.comparable, said.due_on) == (40, True, None)


def test_until_then_it_says_when_the_recheck_is_due() -> None:
    said = compared()
    assert (said.answer, said.after, said.days, said.comparable) == (Answer.WAITING, None, None, None)
    assert said.due_on == ON + timedelta(days=42)
    assert said.words == ("No usable result after it yet: the recheck is due on 15 Oct.",)


def test_a_draw_of_the_day_of_the_change_came_before_it_and_one_too_early_answers_nothing() -> None:
    said = compared(*pair("14.0", ON), *pair("30.0", ON + timedelta(days=10)))
    assert (said.before.value, said.answer) == ("14.0", Answer.WAITING)


def test_a_draw_that_could_not_be_used_is_named_and_the_repeat_answers() -> None:
    unreadable = pair("<24", day(30), method="immunoassay")
    said = compared(*unreadable)
    assert said.answer is Answer.WAITING
    assert "The draw of 3 Oct came after it and could not be used." in said.words
    alone = compared(lab("22.0", day(30)), *pair("21.0", day(20)))
    assert (alone.answer, alone.after.value, alone.codes[0]) == (Answer.ANSWERED, "21.0", "not_usable")


def test_a_later_change_takes_its_place_and_no_result_is_lent_to_it() -> None:
    again = (*REGIMENS[:2], anastrozole(ON, day(55), dose="0.25", key="after"), anastrozole(day(55), dose="0.125", key="later"))
    said = compared(*pair("24.0", day(20)), regimens=again)
    assert (said.answer, said.after) == (Answer.CHANGED_AGAIN, None)
    assert said.words == ("Changed again on 8 Sep, before a usable result answered it.",)
    assert compared(*pair("24.0", day(20)), regimens=again, on=day(55), began="later").after.value == "24.0"


def test_of_two_changes_of_one_drug_on_one_day_the_result_answers_the_one_that_held() -> None:
    again = (*REGIMENS[:2], anastrozole(ON, ON, dose="0.25", key="after"), anastrozole(ON, dose="0.125", key="later"))
    said = compared(*pair("24.0", day(20)), regimens=again)
    assert (said.answer, said.after) == (Answer.CHANGED_AGAIN, None)
    assert said.words == ("Changed again on 3 Sep, before a usable result answered it.",)
    assert compared(*pair("24.0", day(20)), regimens=again, began="later").after.value == "24.0"
    assert compared(*pair("24.0", day(20)), regimens=again, began=None).answer is Answer.CHANGED_AGAIN


def test_a_version_that_was_taken_back_has_no_result() -> None:
    """What stood before it ended on that day all the same: that is a stop, and not the change that was confirmed."""
    said = compared(*pair("38.0", day(20)), regimens=REGIMENS[:2], began="")
    assert (said.answer, said.after, said.codes) == (Answer.TAKEN_BACK, None, ("taken_back",))
    ahead = TODAY + timedelta(days=3)
    assert compared(on=ahead, began="").codes == ("taken_back",)


def test_two_changes_of_one_day_share_one_recheck_and_each_names_the_other() -> None:
    both = (*REGIMENS[1:], cypionate(day(400), ON, key="t"), cypionate(ON, dose="60", key="t2"))
    labs = pair("24.0", day(10))
    for drug, other in (("anastrozole", "testosterone cypionate"), ("testosterone_cypionate", "anastrozole")):
        said = compared(*labs, regimens=both, drug=drug, began="after" if drug == "anastrozole" else "t2")
        assert (said.answer, said.after.value) == (Answer.ANSWERED, "24.0")
        assert any(other in words for code, words in zip(said.codes, said.words, strict=True) if code == "also_changed")


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (pair("24.0", day(20), method="immunoassay"), "differs_assay"),
        (pair("24.0", day(20), evidence="self_declared"), "differs_assay"),
    ],
)
def test_another_kind_of_assay_is_not_comparable(after: Any, code: str) -> None:
    said = compared(*after)
    assert (said.comparable, code in said.codes) == (False, True)
    assert said.after.value == "24.0"


def test_another_known_phase_of_the_interval_is_not_comparable() -> None:
    rows = [dose("testosterone_cypionate", day(70), "80", at="04:00"), dose("testosterone_cypionate", day(26), "80")]
    said = compared(*pair("24.0", day(20)), doses=rows)
    assert (said.before.testosterone_phase, said.after.testosterone_phase) == ("early", "trough")
    assert said.comparable is False
    assert "early in the dosing interval; at the trough" in said.words[0]


def test_a_phase_that_is_not_known_is_noted_and_tells_nothing_apart() -> None:
    said = compared(*pair("24.0", day(20)))
    assert (said.comparable, "phase_unknown" in said.codes) == (True, True)


def test_other_units_stand_as_reported_and_are_noted() -> None:
    said = compared(lab("88", day(20), unit="pmol/L"), pair("1", day(20), t="600")[1])
    assert (said.after.value, said.after.unit) == ("88", "pmol/L")
    assert "differs_unit" in said.codes


def test_a_censored_value_keeps_its_comparator() -> None:
    low = (ON_T, anastrozole(day(300), day(65), key="b"), anastrozole(day(65), dose="0.25", key="a"))
    said = compared(*pair("<10", day(20)), regimens=low, on=day(65), began="a")
    assert (said.after.value, said.after.tier) == ("<10", "critical")


def test_nothing_before_it_is_said() -> None:
    facts = gather(man(labs=pair("24.0", day(20)), regimens=REGIMENS), RULEBOOK, NOW)
    said = compare("anastrozole", ON, "after", facts)
    assert (said.before, said.comparable, said.codes) == (None, None, ("no_before",))


def test_a_stop_is_answered_as_a_change_is() -> None:
    stopped = (ON_T, anastrozole(day(300), ON, key="before"))
    assert compared(*pair("38.0", day(20)), regimens=stopped, began=None).after.value == "38.0"


def test_a_stop_and_the_start_of_another_product_on_one_day_share_one_result() -> None:
    switched = (ON_T, anastrozole(day(300), ON, key="before"), regimen("letrozole", ON, dose="0.5", key="other"))
    labs = pair("24.0", day(20))
    assert compared(*labs, regimens=switched, began=None).after.value == "24.0"
    assert compared(*labs, regimens=switched, drug="letrozole", began="other").after.value == "24.0"


def test_what_has_not_begun_is_said_with_its_day() -> None:
    later = (ON_T, anastrozole(day(300), TODAY + timedelta(days=3), key="b"), anastrozole(TODAY + timedelta(days=3), dose="1"))
    said = compared(regimens=later, on=TODAY + timedelta(days=3))
    assert (said.answer, said.words) == (Answer.NOT_BEGUN, ("It begins on 5 Nov.",))


def test_what_his_own_statement_covers_is_no_change() -> None:
    own = (*REGIMENS, anastrozole(day(300), origin=Origin.SELF, key="own"))
    assert compared(*pair("24.0", day(20)), regimens=own).answer is Answer.NOT_A_CHANGE


def test_a_drug_without_a_recheck_says_so() -> None:
    more = (*REGIMENS, regimen("denosumab", ON, dose="60"))
    assert compared(regimens=more, drug="denosumab").answer is Answer.NO_RECHECK


def test_nothing_is_worked_out_of_the_two() -> None:
    said = compared(*pair("21.0", day(20)))
    text = " ".join(said.words)
    assert "%" not in text
    assert not {"12.0", "21.0", "9.0", "16.5"} & set(text.split())


@given(st.lists(st.integers(min_value=0, max_value=120), max_size=8, unique=True), st.integers(min_value=1, max_value=110))
def test_whatever_was_drawn_a_result_is_taken_for_one_side_only_and_never_too_early(drawn: list[int], ago: int) -> None:
    changed = (ON_T, anastrozole(day(300), day(ago), key="b"), anastrozole(day(ago), dose="0.25", key="a"))
    labs = [row for each in drawn for row in pair("24.0", day(each))]
    said = compare("anastrozole", day(ago), "a", gather(man(labs=labs, regimens=changed), RULEBOOK, NOW))
    earliest = RULEBOOK.drugs["anastrozole"].rechecks[0].earliest_draw_days
    late_enough = [each for each in drawn if ago - each >= earliest]
    before = [each for each in drawn if each >= ago]
    assert (said.after.on if said.after else None) == (day(max(late_enough)) if late_enough else None)
    assert (said.before.on if said.before else None) == (day(min(before)) if before else None)
    assert (said.answer is Answer.ANSWERED) == bool(late_enough)
