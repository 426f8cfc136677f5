"""When blood and blood pressure beside estradiol are due, and what answers. All invented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import ADAM, NOW, ZONE, anastrozole, cypionate, day, lab, man, pair, scan, site
from tracking.domain.due import DueItem
from tracking.domain.evaluate import evaluate
from tracking.domain.history import IntervalOverride, LabRecord, Person
from tracking.domain.monitoring import plan
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
START = date(2025, 1, 10)
ON_AI = [anastrozole(START, key="a")]
ON_TESTOSTERONE = [cypionate(START, key="t")]


def vitamin_d(text: str, on: date, **more: Any) -> LabRecord:
    return lab(text, on, analyte="vitamin_d_25oh", unit="ng/mL", **more)


def calcium(text: str, on: date, **more: Any) -> LabRecord:
    return lab(text, on, analyte="calcium", unit="mg/dL", **more)


def pth(on: date, **more: Any) -> LabRecord:
    return lab("40", on, analyte="pth", unit="pg/mL", **more)


def items(kind: str, *labs: LabRecord, regimens: Any = ON_AI, **rows: Any) -> dict[str, DueItem]:
    return {i.anchor: i for i in plan(man(labs=labs, regimens=regimens, **rows), RULEBOOK, NOW) if i.kind == kind}


def open_item(kind: str, *labs: LabRecord, **rows: Any) -> DueItem:
    (item,) = (i for i in items(kind, *labs, **rows).values() if i.is_open)
    return item


def test_an_ai_asks_for_a_baseline_of_vitamin_d_calcium_pth_and_lipids_and_testosterone_for_the_rest() -> None:
    asked = {i.kind for i in plan(man(regimens=ON_AI), RULEBOOK, NOW)} - {"lab_e2_t", "dexa"}
    assert asked == {"vitamin_d", "calcium", "pth", "lipids"}
    asked = {i.kind for i in plan(man(regimens=ON_TESTOSTERONE), RULEBOOK, NOW)} - {"lab_e2_t"}
    assert asked == {"hematocrit", "psa", "blood_pressure"}


def test_a_result_of_the_year_before_the_start_is_the_baseline_and_an_older_one_is_not() -> None:
    found = items("vitamin_d", vitamin_d("30", date(2024, 1, 10), key="v"))
    assert (found["start:a:baseline"].state, found["start:a:baseline"].answered_by) == ("answered", "v")
    assert items("vitamin_d", vitamin_d("30", date(2024, 1, 9)))["start:a:baseline"].is_open


def test_then_once_a_year_from_the_last_result_that_answered() -> None:
    found = items("vitamin_d", vitamin_d("30", START, key="v"), vitamin_d("31", date(2025, 12, 20), key="w"))
    assert found["start:a:v"].answered_by == "w"
    assert found["start:a:w"].due_on == date(2026, 12, 20)
    assert "12 months after that of 20 Dec 2025" in found["start:a:w"].words


def test_an_early_result_is_read_and_does_not_move_the_date() -> None:
    found = items("vitamin_d", vitamin_d("30", date(2026, 3, 1), key="v"), vitamin_d("31", date(2026, 6, 1), key="early"))
    assert found["start:a:v"].is_open
    assert found["start:a:v"].due_on == date(2027, 3, 1)


def test_an_early_low_one_moves_the_date_and_so_does_the_one_that_is_no_longer_low() -> None:
    first, low = vitamin_d("30", date(2026, 3, 1), key="v"), vitamin_d("19.9", date(2026, 9, 1), key="low")
    found = items("vitamin_d", first, low)
    assert (found["start:a:v"].state, found["start:a:v"].superseded_by) == ("superseded", "low")
    assert (found["start:a:low"].due_on, found["start:a:low"].reason) == (date(2026, 12, 1), "panel_low")
    better = vitamin_d("20.0", date(2026, 10, 20), key="better")
    assert open_item("vitamin_d", first, low, better).due_on == date(2027, 10, 20)


def test_a_censored_vitamin_d_that_may_be_low_counts_as_low() -> None:
    assert open_item("vitamin_d", vitamin_d("<30", day(20))).reason == "panel_low"
    assert open_item("vitamin_d", vitamin_d(">20", day(20))).reason == "panel_interval"


@pytest.mark.parametrize("precision", [Precision.MONTH, Precision.UNKNOWN])
def test_a_result_whose_day_is_not_known_answers_nothing(precision: Precision) -> None:
    assert items("vitamin_d", vitamin_d("30", START, precision=precision))["start:a:baseline"].is_open


def test_lipids_answer_only_when_all_of_them_were_drawn_on_one_day() -> None:
    parts = [lab("150", day(5), analyte=a, unit="mg/dL") for a in ("cholesterol_total", "hdl")]
    assert items("lipids", *parts)["start:a:baseline"].is_open
    later = lab("150", day(4), analyte="triglycerides", unit="mg/dL")
    assert items("lipids", *parts, later)["start:a:baseline"].is_open
    whole = lab("150", day(5), analyte="triglycerides", unit="mg/dL")
    assert items("lipids", *parts, whole)["start:a:baseline"].state == "answered"


def test_calcium_is_asked_for_once_and_pth_again_where_calcium_is_off() -> None:
    assert not any(i.is_open for i in items("calcium", calcium("9.5", START)).values())
    off = calcium("10.6", date(2026, 10, 1), key="off")
    item = items("pth", pth(START), off)["calcium:off"]
    assert (item.due_on, item.is_open) == (date(2026, 10, 31), True)
    assert items("pth", pth(START), off, pth(date(2026, 10, 1), key="p"))["calcium:off"].answered_by == "p"
    assert items("pth", pth(START), off, pth(date(2026, 9, 30)))["calcium:off"].is_open
    again = calcium("9.6", date(2026, 10, 9), key="fine")
    assert items("pth", pth(START), off, again)["calcium:off"].superseded_by == "fine"


def test_pth_is_asked_for_again_where_bone_was_lost() -> None:
    scans = [scan(START, site(bmd="1.000", lsc="0.03")), scan(day(20), site(bmd="0.950", lsc="0.03"), key="two")]
    assert items("pth", pth(START), scans=scans)["loss:two"].is_open


def test_bone_markers_are_planned_only_where_a_clinician_follows_them() -> None:
    assert items("bone_markers") == {}
    own = [IntervalOverride("o", "bone_markers", 3, "Dr. Bell", "followed", day(-300))]
    ctx = lab("300", date(2026, 9, 1), analyte="ctx", unit="pg/mL", key="c")
    item = open_item("bone_markers", ctx, intervals=own)
    assert item.due_on == date(2026, 12, 1)
    assert "Every 3 months, set by Dr. Bell until" in item.words


def test_an_interval_of_his_own_counts_until_it_expires_and_within_bounds_and_never_outweighs_a_low_one() -> None:
    one = vitamin_d("30", date(2026, 9, 1))
    own = IntervalOverride("o", "vitamin_d", 6, "Dr. Bell", "winter", day(0))
    assert open_item("vitamin_d", one, intervals=[own]).due_on == date(2027, 3, 1)
    for ignored in (("vitamin_d", 6, day(1)), ("vitamin_d", 2, day(-5)), ("vitamin_d", 13, day(-5))):
        kind, months, until = ignored
        other = IntervalOverride("o", kind, months, "Dr. Bell", "winter", until)
        assert open_item("vitamin_d", one, intervals=[other]).due_on == date(2027, 9, 1)
    low = vitamin_d("12", date(2026, 9, 1))
    assert open_item("vitamin_d", low, intervals=[own]).due_on == date(2026, 12, 1)


def test_hematocrit_comes_back_six_months_after_the_start_and_then_once_a_year() -> None:
    before = lab("44", date(2024, 12, 20), analyte="hematocrit", unit="%", key="h")
    found = items("hematocrit", before, regimens=ON_TESTOSTERONE)
    assert found["start:t:first"].due_on == date(2025, 7, 10)
    second = lab("46", date(2025, 7, 1), analyte="hematocrit", unit="%", key="i")
    found = items("hematocrit", before, second, regimens=ON_TESTOSTERONE)
    assert (found["start:t:first"].answered_by, found["start:t:i"].due_on) == ("i", date(2026, 7, 1))


def test_psa_waits_for_his_fortieth_birthday_and_an_unknown_age_does_not_reassure() -> None:
    young = Person(ZONE, date(1986, 11, 3))
    assert items("psa", regimens=ON_TESTOSTERONE, person=young) == {}
    said = evaluate(man(regimens=ON_TESTOSTERONE, person=young), RULEBOOK, NOW + timedelta(days=1))
    assert [i.due_on for i in said.due if i.kind == "psa"] == [date(2026, 11, 3)]
    assert items("psa", regimens=ON_TESTOSTERONE, person=Person(ZONE)) != {}


def test_open_blood_that_can_go_with_the_next_estradiol_is_due_with_it() -> None:
    both = pair("26", date(2026, 8, 15))
    vitamin = vitamin_d("30", date(2025, 11, 1), key="v")
    found = plan(man(labs=[*both, vitamin], regimens=ON_AI), RULEBOOK, NOW)
    draw = next(i for i in found if i.kind == "lab_e2_t" and i.is_open)
    item = next(i for i in found if i.anchor == "start:a:v")
    assert draw.due_on == date(2027, 2, 15)
    assert item.due_on == date(2026, 11, 1)  # too far off: it stands on its own day
    nearer = plan(man(labs=[*pair("26", date(2026, 6, 10)), vitamin], regimens=ON_AI), RULEBOOK, NOW)
    item = next(i for i in nearer if i.anchor == "start:a:v")
    assert (item.due_on, item.params["with"]) == (date(2026, 12, 10), "2026-12-10")
    assert "with the estradiol due on 10 Dec 2026" in item.words


def test_a_stop_ends_what_was_open_and_what_was_answered_stays() -> None:
    stopped = [anastrozole(START, day(30), key="a")]
    found = items("vitamin_d", vitamin_d("30", START, key="v"), regimens=stopped)
    assert (found["start:a:baseline"].state, found["start:a:v"].state) == ("answered", "superseded")


def test_a_new_exposure_has_items_of_its_own() -> None:
    twice = [anastrozole(date(2024, 1, 1), date(2024, 12, 1), key="a"), anastrozole(date(2025, 6, 1), key="b")]
    found = items("vitamin_d", vitamin_d("30", date(2024, 8, 1), key="v"), regimens=twice)
    assert {"start:a:baseline", "start:b:baseline"} <= set(found)
    assert found["start:b:baseline"].answered_by == "v"


def test_the_man_is_asked_for_blood_and_the_clinic_for_reviews() -> None:
    assert {i.audience for i in plan(man(regimens=[*ON_AI, *ON_TESTOSTERONE]), RULEBOOK, NOW)} == {"man"}
    assert ADAM.birth_date is not None
