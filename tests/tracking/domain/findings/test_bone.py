"""What asks for a look at the vertebrae, and what a moved scanner leaves open. All invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.tracking.domain.build import NOW, ZONE, anastrozole, day, fracture, lab, man, moment, scan, site
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.findings import Finding
from tracking.domain.history import Person, SymptomRecord
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_AI = [anastrozole(day(800), key="ai")]


def judge(**rows: Any) -> Evaluation:
    return evaluate(man(**rows), RULEBOOK, NOW)


def named(said: Evaluation, code: str) -> Finding | None:
    return next((finding for finding in said.findings if finding.code == code), None)


def height(text: str, ago: int, **more: Any) -> Any:
    return lab(text, day(ago), analyte="body_height", unit="cm", **more)


def pain(score: int, ago: int) -> SymptomRecord:
    return SymptomRecord(f"p{ago}", "back_pain", score, moment(day(ago), precision=Precision.DAY))


def test_height_is_held_against_the_tallest_on_record_whenever_that_was() -> None:
    tall = height("182", 3000, precision=Precision.YEAR)
    finding = named(judge(labs=[tall, height("179", 900), height("178.0", 5)]), "vertebral_assessment")
    assert finding is not None
    assert "a height of 178.0 cm after 182 cm" in finding.prescriber
    assert named(judge(labs=[height("179", 900), height("178.0", 5)]), "vertebral_assessment") is None
    regained = [tall, height("178.0", 50), height("178.1", 5)]
    assert named(judge(labs=regained), "vertebral_assessment") is None


def test_back_pain_is_new_by_when_it_began_and_not_by_when_it_was_last_said() -> None:
    assert named(judge(symptoms=[pain(7, 200), pain(7, 5)]), "vertebral_assessment") is None
    assert named(judge(symptoms=[pain(7, 200), pain(2, 100), pain(7, 5)]), "vertebral_assessment") is not None
    assert named(judge(symptoms=[pain(7, 20), pain(2, 5)]), "vertebral_assessment") is None


def test_several_reasons_make_one_finding_that_is_sooner_on_an_ai() -> None:
    rows: dict[str, Any] = {"fractures": [fracture(day(20))], "symptoms": [pain(8, 5)]}
    off, on = (named(judge(**rows, regimens=regimens), "vertebral_assessment") for regimens in ([], ON_AI))
    assert off is not None
    assert on is not None
    assert (off.priority, on.priority, off.params["because"]) == ("P3", "P2", "fracture, back_pain")


def test_a_fracture_on_an_ai_stands_when_the_ai_is_stopped_and_one_before_or_after_it_is_none() -> None:
    for stop, expected in ((day(20), "P0"), (day(1), "P0"), (day(40), None)):
        said = judge(fractures=[fracture(day(21))], regimens=[anastrozole(day(800), stop, key="ai")])
        finding = named(said, "fracture_on_ai")
        assert (finding and finding.priority) == expected
        assert finding is None or ("while on anastrozole" in finding.prescriber and finding.inputs == ("fracture", "ai"))
    assert named(judge(fractures=[fracture(day(21))], regimens=[anastrozole(day(10))]), "fracture_on_ai") is None


TWO = [
    scan(day(790), site(bmd="1.000", lsc="0.030"), key="one"),
    replace(scan(day(400), site(bmd="0.900", lsc="0.030"), key="two"), scanner_changed=True),
    scan(day(20), site(bmd="0.800", lsc="0.030"), key="three"),
]


def test_across_a_moved_scanner_a_change_is_undetermined_and_says_why() -> None:
    said = judge(scans=TWO[:2], regimens=ON_AI)
    (change,) = said.bone.changes
    assert (change.verdict, change.why, change.lsc, change.percent_a_year) == ("undetermined", "scanner_changed", "", None)
    finding = named(said, "bone_change_undetermined")
    assert finding is not None
    assert "the scanner was moved or replaced between the visits" in finding.prescriber
    assert named(said, "bone_loss_on_ai") is None
    assert {"dexa_cross_calibration"} == {m.code for m in said.missing} & {"dexa_cross_calibration", "dexa_lsc"}


def test_visits_after_the_move_are_compared_again() -> None:
    said = judge(scans=TWO, regimens=ON_AI)
    assert [(c.from_key, c.verdict) for c in said.bone.changes] == [("one", "undetermined"), ("two", "loss")]


def test_a_move_at_another_facility_says_nothing_about_this_one() -> None:
    elsewhere = replace(TWO[1], facility="Elsewhere")
    said = judge(scans=[TWO[0], elsewhere, replace(TWO[2], device="Horizon 1")], regimens=ON_AI)
    assert [c.verdict for c in said.bone.changes] == ["loss"]


def test_the_change_of_scale_is_said_also_where_the_change_is_within_the_error() -> None:
    scans = [scan(date(2025, 5, 1), site(bmd="1.000", lsc="0.03")), scan(date(2026, 6, 1), site(bmd="0.990", lsc="0.03"))]
    said = judge(scans=scans, person=Person(ZONE, date(1975, 6, 1)))
    finding = named(said, "bone_scale_changed")
    assert finding is not None
    assert finding.prescriber == (
        "Total hip: the scale changed from Z to T between 1 May 2025 and 1 Jun; bone density changed by -1.00 %."
    )
