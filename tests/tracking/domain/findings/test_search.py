"""Every finding: when it is there, how urgent it is, and what it says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    ZONE,
    anastrozole,
    cypionate,
    day,
    dose,
    fracture,
    lab,
    man,
    pair,
    regimen,
    scan,
    site,
    total_testosterone,
)
from tracking.domain.evaluate import Finding, evaluate
from tracking.domain.history import Person
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_AI = [anastrozole(day(800), key="ai"), cypionate(day(900), key="t")]
OFF_AI = [cypionate(day(900), key="t")]
SCANNED = scan(day(790), site(t="-0.5"))


def findings(*labs: Any, regimens: Any = ON_AI, scans: Any = (SCANNED,), **rows: Any) -> dict[str, Finding]:
    found = evaluate(man(labs=labs, regimens=regimens, scans=scans, **rows), RULEBOOK, NOW).findings
    return {finding.code: finding for finding in found}


def priorities(*labs: Any, **rows: Any) -> dict[str, str]:
    return {code: finding.priority.value for code, finding in findings(*labs, **rows).items()}


@pytest.mark.parametrize(
    ("e2", "on_ai", "off_ai"),
    [
        ("9.0", {"e2_critical_on_ai": "P0"}, {"e2_low_off_ai": "P3"}),
        ("12.0", {"e2_below_floor_on_ai": "P1"}, {"e2_low_off_ai": "P3"}),
        ("<16", {"e2_below_floor_on_ai": "P1"}, {"e2_low_off_ai": "P3"}),
        ("<18", {"e2_indeterminate_on_ai": "P2"}, {}),
        ("17.0", {"e2_borderline_on_ai": "P3"}, {}),
        ("26.0", {}, {}),
        ("60.0", {}, {}),
    ],
)
def test_estradiol_by_exposure(e2: str, on_ai: dict[str, str], off_ai: dict[str, str]) -> None:
    assert priorities(*pair(e2, day(5))) == on_ai
    assert priorities(*pair(e2, day(5)), regimens=OFF_AI) == off_ai


def test_both_hormones_low_is_most_urgent_on_or_off_an_ai() -> None:
    low = pair("12.0", day(5), "150")
    assert priorities(*low)["e2_below_floor_and_low_t"] == "P0"
    assert priorities(*low, regimens=OFF_AI)["e2_below_floor_and_low_t"] == "P0"
    assert findings(*low)["e2_below_floor_and_low_t"].prescriber == (
        "Estradiol 12.0 pg/mL on 28 Oct is below the floor of 16.0 pg/mL, and testosterone 150 ng/dL is below 200 ng/dL: "
        "both thresholds are missed."
    )


def test_a_testosterone_with_a_change_between_does_not_make_the_pair() -> None:
    labs = [lab("12.0", day(5)), total_testosterone("150", day(8))]
    changed = [*ON_AI, regimen("testosterone_gel", day(7))]
    assert "e2_below_floor_and_low_t" not in findings(*labs, regimens=changed)
    assert "e2_below_floor_and_low_t" in findings(*labs)


def test_a_superseded_low_stays_a_finding_and_says_what_it_stands_before() -> None:
    changed = [anastrozole(day(800), day(3)), anastrozole(day(3), dose="0.25"), cypionate(day(900))]
    finding = findings(*pair("12.0", day(5)), regimens=changed)["e2_below_floor_on_ai"]
    assert "superseded" in finding.note_codes
    assert "Drawn before the change of 30 Oct; nothing newer replaces it." in finding.notes


def test_a_stale_low_stays_a_finding() -> None:
    found = findings(*pair("12.0", day(300)))
    assert "stale" in found["e2_below_floor_on_ai"].note_codes
    assert "no_current_e2_on_ai" in found


def test_stopping_the_ai_lowers_the_priority_of_a_low_and_says_that_it_was_drawn_on_it() -> None:
    stopped = [anastrozole(day(800), day(3)), cypionate(day(900))]
    finding = findings(*pair("12.0", day(5)), regimens=stopped)["e2_low_off_ai"]
    assert finding.priority == "P3"
    assert "It was drawn while he was on anastrozole." in finding.notes


def test_starting_an_ai_after_a_low_makes_it_a_low_on_an_ai() -> None:
    assert "e2_below_floor_on_ai" in findings(*pair("12.0", day(5)), regimens=[anastrozole(day(2)), *OFF_AI])


def test_the_notes_of_a_result_ride_on_its_finding_and_lower_nothing() -> None:
    labs = [*pair("15.0", day(5), method="lcmsms", evidence="self_declared"), lab("25", day(5), analyte="crp", unit="mg/L")]
    finding = findings(*labs)["e2_below_floor_on_ai"]
    assert finding.priority == "P1"
    assert {"assay_unverified", "confirm_crp"} <= set(finding.note_codes)
    assert "upper_limit_default" not in finding.note_codes  # it says nothing about a low
    assert len(findings(*labs)) == 1


def test_the_margin_travels_with_the_finding() -> None:
    assert str(findings(*pair("12.0", day(5)))["e2_below_floor_on_ai"].margin) == "0.750000"


class TestBlindOnAnAi:
    def test_ten_weeks_after_the_start(self) -> None:
        for days, there in ((69, False), (70, True)):
            assert ("no_current_e2_on_ai" in findings(regimens=[anastrozole(day(days))])) is there

    def test_ten_weeks_after_the_first_change_that_no_draw_followed(self) -> None:
        """Changing the dose every six weeks without a draw does not put it off."""
        rows = [anastrozole(day(800), day(80)), anastrozole(day(80), day(40), dose="0.25"), anastrozole(day(40), dose="1")]
        assert "no_current_e2_on_ai" in findings(*pair("26", day(85)), regimens=rows)
        assert "no_current_e2_on_ai" not in findings(*pair("26", day(60)), regimens=rows)

    def test_four_months_after_the_last_readable_draw_in_the_first_year_and_seven_later(self) -> None:
        young, old = [anastrozole(day(300))], [anastrozole(day(900))]
        assert "no_current_e2_on_ai" in findings(*pair("26", date(2026, 7, 2)), regimens=young)
        assert "no_current_e2_on_ai" not in findings(*pair("26", date(2026, 7, 4)), regimens=young)
        assert "no_current_e2_on_ai" in findings(*pair("26", date(2026, 4, 2)), regimens=old)
        assert "no_current_e2_on_ai" not in findings(*pair("26", date(2026, 4, 4)), regimens=old)

    def test_an_unreadable_draw_does_not_stop_the_clock(self) -> None:
        found = findings(*pair("26", day(300)), *pair("<18", day(230)))
        assert "no_current_e2_on_ai" in found
        assert "e2_indeterminate_on_ai" not in found  # one sentence, the stronger one

    def test_a_current_unreadable_draw_is_said_as_such(self) -> None:
        found = findings(*pair("26", day(300)), *pair("<18", day(5)))
        assert "e2_indeterminate_on_ai" in found
        assert "no_current_e2_on_ai" not in found

    def test_without_an_ai_nobody_is_blind(self) -> None:
        assert "no_current_e2_on_ai" not in findings(regimens=OFF_AI)


class TestTherapy:
    def test_an_ai_that_goes_on_after_testosterone_was_stopped(self) -> None:
        rows = [anastrozole(day(800), key="ai"), cypionate(day(900), day(5), key="t")]
        finding = findings(*pair("26", day(10)), regimens=rows)["ai_without_testosterone"]
        assert finding.priority == "P0"
        assert finding.prescriber == "Anastrozole goes on although testosterone was stopped on 28 Oct."
        assert finding.inputs == ("ai", "t")

    def test_testosterone_that_was_never_recorded_is_missing_and_not_stopped(self) -> None:
        said = evaluate(man(regimens=[anastrozole(day(20))]), RULEBOOK, NOW)
        assert "ai_without_testosterone" not in {finding.code for finding in said.findings}
        assert "testosterone_regimen" in {item.code for item in said.missing}

    def test_a_logged_dose_shows_that_testosterone_goes_on(self) -> None:
        rows = [anastrozole(day(800)), cypionate(day(900), day(40))]
        doses = [dose("testosterone_cypionate", day(3), "80")]
        assert "ai_without_testosterone" in findings(regimens=rows)
        assert "ai_without_testosterone" not in findings(regimens=rows, doses=doses)

    @pytest.mark.parametrize(
        ("text", "more", "codes"),
        [
            ("299", {}, {"testosterone_low"}),
            ("300", {}, set()),
            ("<300", {}, {"testosterone_low"}),
            ("<350", {}, set()),
            ("10.39", {"unit": "nmol/L"}, {"testosterone_low"}),
            ("10.40", {"unit": "nmol/L"}, set()),
            ("1101", {}, {"testosterone_high"}),
            (">1500", {}, {"testosterone_high"}),
            ("950", {"high": "916"}, {"testosterone_high"}),
            ("1150", {"high": "1197"}, set()),
            ("<1150", {"high": "916"}, set()),
        ],
    )
    def test_testosterone_low_and_high(self, text: str, more: dict[str, str], codes: set[str]) -> None:
        found = priorities(total_testosterone(text, day(5), **more), regimens=OFF_AI)
        assert set(found) == codes
        assert all(priority == "P4" for priority in found.values())

    def test_a_testosterone_before_a_change_or_of_long_ago_says_nothing_about_today(self) -> None:
        assert findings(total_testosterone("250", day(5)), regimens=[cypionate(day(3))]) == {}
        assert findings(total_testosterone("250", day(400)), regimens=[], scans=()) == {}

    @pytest.mark.parametrize(
        ("text", "unit", "priority"),
        [
            ("53.9", "%", None),
            ("54.0", "%", "P1"),
            ("0.54", "L/L", "P1"),
            ("59.9", "%", "P1"),
            ("60.0", "%", "P0"),
            (">53", "%", None),
        ],
    )
    def test_hematocrit(self, text: str, unit: str, priority: str | None) -> None:
        found = findings(lab(text, day(5), analyte="hematocrit", unit=unit), regimens=OFF_AI)
        assert [(f.code, f.priority) for f in found.values()] == ([("hematocrit_high", priority)] if priority else [])

    def test_the_severity_rises_with_the_priority(self) -> None:
        assert (
            findings(lab("61", day(5), analyte="hematocrit", unit="%"), regimens=OFF_AI)["hematocrit_high"].severity
            == "critical"
        )


class TestBone:
    def test_a_new_fracture_on_an_ai(self) -> None:
        finding = findings(*pair("26", day(5)), fractures=[fracture(day(30))])["fracture_on_ai"]
        assert (finding.priority, finding.params["fragility"]) == ("P0", "yes")

    @pytest.mark.parametrize(
        ("broken", "there"),
        [
            (fracture(day(366)), False),
            (fracture(day(801)), False),
            (fracture(day(30), precision=Precision.UNKNOWN), False),
            (fracture(date(2026, 1, 1), precision=Precision.YEAR), True),
            (fracture(day(30), fragility=None), True),
        ],
        ids=["over a year ago", "before the AI", "date unknown", "some time this year", "how is not stated"],
    )
    def test_which_fractures_count_as_new_on_an_ai(self, broken: Any, there: bool) -> None:
        assert ("fracture_on_ai" in findings(*pair("26", day(5)), fractures=[broken])) is there

    def test_a_fracture_before_the_ai_is_none_on_it(self) -> None:
        assert "fracture_on_ai" not in findings(regimens=[anastrozole(day(10))], fractures=[fracture(day(30))])

    def test_osteoporosis_at_the_baseline_asks_whether_the_ai_is_needed(self) -> None:
        finding = findings(*pair("26", day(5)), scans=[scan(day(790), site(t="-2.6"))])["osteoporosis_on_ai"]
        assert finding.priority == "P1"
        assert "reconsider whether the AI is needed" in " ".join(finding.notes)

    def test_below_fifty_the_z_score_decides(self) -> None:
        young = Person(ZONE, date(1990, 1, 1))
        found = findings(*pair("26", day(5)), scans=[scan(day(790), site(t="-2.9", z="-2.1"))], person=young)
        assert set(found) == {"low_for_age_on_ai"}

    def test_the_largest_loss_is_said_and_all_scans_are_named(self) -> None:
        scans = [
            scan(day(790), site(bmd="1.000", lsc="0.03"), site("lumbar_spine", "1.000", lsc="0.03"), key="one"),
            scan(day(50), site(bmd="0.960", lsc="0.03"), site("lumbar_spine", "0.900", lsc="0.03"), key="two"),
        ]
        finding = findings(*pair("26", day(5)), scans=scans)["bone_loss_on_ai"]
        assert finding.prescriber.startswith("Lumbar spine: 1 to 0.9 g/cm2")
        assert "(-10.00 %), beyond the facility's error of 0.03 g/cm2, on anastrozole." in finding.prescriber
        assert set(finding.inputs) == {"one", "two"}

    def test_loss_without_an_ai_is_shown_and_makes_no_work(self) -> None:
        scans = [scan(day(790), site(bmd="1.000", lsc="0.03")), scan(day(50), site(bmd="0.900", lsc="0.03"))]
        assert findings(*pair("26", day(5)), regimens=OFF_AI, scans=scans) == {}

    def test_an_error_that_is_not_recorded_leaves_a_change_undetermined(self) -> None:
        scans = [scan(day(790), site(bmd="1.000")), scan(day(50), site(bmd="0.969"))]
        finding = findings(*pair("26", day(5)), scans=scans)["bone_change_undetermined"]
        assert finding.priority == "P4"
        assert "loss is neither shown nor ruled out; ask for its LSC" in finding.prescriber

    def test_no_baseline_ninety_days_after_the_start(self) -> None:
        for days, there in ((89, False), (90, True)):
            assert ("dexa_baseline_overdue" in findings(regimens=[anastrozole(day(days))], scans=())) is there

    def test_any_later_scan_answers_the_baseline(self) -> None:
        assert "dexa_baseline_overdue" not in findings(*pair("26", day(5)), scans=[scan(day(100))])


def test_findings_come_most_urgent_first() -> None:
    rows = [anastrozole(day(800)), cypionate(day(900), day(200))]
    labs = [*pair("9.0", day(10), "150"), lab("55", day(10), analyte="hematocrit", unit="%")]
    found = evaluate(man(labs=labs, regimens=rows), RULEBOOK, NOW).findings
    assert [f.code for f in found] == [
        "e2_below_floor_and_low_t",
        "e2_critical_on_ai",
        "ai_without_testosterone",
        "hematocrit_high",
        "dexa_baseline_overdue",
        "testosterone_low",
    ]


def test_every_finding_cites_its_rules_sources_and_inputs() -> None:
    labs = [*pair("9.0", day(10), "150"), lab("55", day(10), analyte="hematocrit", unit="%")]
    for finding in evaluate(man(labs=labs, regimens=ON_AI, fractures=[fracture(day(9))]), RULEBOOK, NOW).findings:
        assert finding.sources
        assert finding.inputs
        assert finding.clears
        assert all(rule in RULEBOOK.rules for rule in finding.rules)
        assert "{" not in finding.prescriber + finding.man + finding.clears + " ".join(finding.notes)


def test_contrary_evidence_stands_beside_a_low() -> None:
    finding = findings(*pair("12.0", day(5)))["e2_below_floor_on_ai"]
    assert any("untested under 60" in line for line in finding.contrary)


def test_the_day_that_decides_is_the_mans_own() -> None:
    """On the evening of 1 November in New York it is still the 1st, though the server has the 2nd."""
    started = day(70) - timedelta(days=1)
    assert TODAY - started == timedelta(days=71)
    late = NOW.replace(hour=3)  # 22:00 on the 1st in New York
    found = evaluate(man(regimens=[anastrozole(day(70))]), RULEBOOK, late).findings
    assert "no_current_e2_on_ai" not in {finding.code for finding in found}
