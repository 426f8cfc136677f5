"""The rest of the blood, and blood pressure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tracking.domain.build import NOW, day, lab, man
from tracking.domain.evaluate import Finding, evaluate
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def findings(*labs: Any) -> dict[str, Finding]:
    return {f.code: f for f in evaluate(man(labs=labs), RULEBOOK, NOW).findings}


def calcium(text: str, *, unit: str = "mg/dL", ago: int = 5, **more: Any) -> Any:
    return lab(text, day(ago), analyte="calcium", unit=unit, **more)


def albumin(text: str, *, ago: int = 5, **more: Any) -> Any:
    return lab(text, day(ago), analyte="albumin", unit="g/dL", **more)


def pressure(which: str, text: str, *, ago: int = 5) -> Any:
    return lab(text, day(ago), analyte=f"blood_pressure_{which}", unit="mm[Hg]")


class TestCalcium:
    @pytest.mark.parametrize(
        ("text", "code", "priority"),
        [
            ("7.4", "calcium_low", "P0"),
            ("7.5", "calcium_low", "P4"),
            ("<7.5", "calcium_low", "P0"),
            ("8.5", "calcium_low", "P4"),
            ("8.6", None, None),
            ("10.3", None, None),
            ("10.4", "calcium_high", "P4"),
            ("12.0", "calcium_high", "P4"),
            ("12.1", "calcium_high", "P0"),
            (">12.0", "calcium_high", "P0"),
            ("<9.0", None, None),
        ],
    )
    def test_uncorrected_at_its_limits(self, text: str, code: str | None, priority: str | None) -> None:
        found = {name: finding.priority.value for name, finding in findings(calcium(text)).items()}
        assert found == ({code: priority} if code else {})

    def test_uncorrected_is_said_to_be(self) -> None:
        finding = findings(calcium("7.4", key="ca"))["calcium_low"]
        assert finding.prescriber == (
            "Calcium 7.4 mg/dL on 28 Oct (not corrected for albumin; reported 7.4 mg/dL) is below 7.5 mg/dL."
        )
        assert finding.note_codes == ("calcium_uncorrected",)
        assert finding.severity == "critical"

    def test_corrected_by_the_albumin_of_the_draw(self) -> None:
        assert findings(calcium("8.0"), albumin("3.0")) == {}
        finding = findings(calcium("10.2", key="ca"), albumin("3.0", key="alb"))["calcium_high"]
        assert finding.inputs == ("ca", "alb")
        assert finding.note_codes == ()
        assert "Calcium 11.0 mg/dL on 28 Oct (corrected for albumin; reported 10.2 mg/dL)" in finding.prescriber

    def test_a_high_albumin_can_hide_a_low_calcium(self) -> None:
        assert findings(calcium("8.8"), albumin("5.0"))["calcium_low"].priority == "P4"
        assert findings(calcium("8.2"), albumin("5.0"))["calcium_low"].priority == "P0"

    @pytest.mark.parametrize("other", [albumin("2.0", ago=6), albumin("<2.0"), albumin("2.0", precision=Precision.MONTH)])
    def test_another_albumin_does_not_correct(self, other: Any) -> None:
        assert findings(calcium("7.4"), other)["calcium_low"].priority == "P0"

    def test_the_laboratorys_own_range_counts(self) -> None:
        assert findings(calcium("8.5", low="8.4", high="10.2")) == {}
        finding = findings(calcium("10.3", low="8.4", high="10.2"))["calcium_high"]
        assert finding.prescriber.endswith("is above 10.2 mg/dL.")

    def test_no_laboratory_range_makes_a_very_low_one_fine(self) -> None:
        assert findings(calcium("7.2", low="7.0", high="10.2"))["calcium_low"].priority == "P0"
        assert findings(calcium("12.5", low="7.0", high="13.0"))["calcium_high"].priority == "P0"

    def test_in_moles(self) -> None:
        assert findings(calcium("1.86", unit="mmol/L"))["calcium_low"].priority == "P0"
        assert findings(calcium("1.87", unit="mmol/L"))["calcium_low"].priority == "P4"

    def test_a_later_one_takes_it_back(self) -> None:
        assert findings(calcium("7.0", ago=20), calcium("9.0", ago=5)) == {}


@pytest.mark.parametrize(
    ("text", "high", "there"), [("65", "", False), ("66", "", True), ("66", "70", False), ("60", "55", True)]
)
def test_parathyroid_hormone_by_the_laboratorys_limit_or_the_rules(text: str, high: str, there: bool) -> None:
    finding = findings(lab(text, day(5), analyte="pth", unit="pg/mL", high=high)).get("pth_high")
    assert (finding is not None) is there
    assert finding is None or (finding.priority, finding.lane) == ("P4", "safety")


class TestBloodPressure:
    @pytest.mark.parametrize(
        ("systolic", "diastolic", "priority"),
        [
            ("139", "89", None),
            ("140", "89", "P4"),
            ("139", "90", "P4"),
            ("179", "119", "P4"),
            ("180", "80", "P2"),
            ("120", "120", "P2"),
        ],
    )
    def test_the_worse_of_the_two_decides(self, systolic: str, diastolic: str, priority: str | None) -> None:
        found = findings(pressure("systolic", systolic), pressure("diastolic", diastolic))
        assert [f.priority.value for f in found.values()] == ([priority] if priority else [])

    def test_both_are_said_in_one_finding(self) -> None:
        found = findings(pressure("systolic", "150"), pressure("diastolic", "95"))
        assert found["blood_pressure_high"].prescriber == (
            "Blood pressure systolic 150 mm[Hg] on 28 Oct and diastolic 95 mm[Hg] on 28 Oct; "
            "limits systolic 140 mm[Hg] and diastolic 90 mm[Hg]."
        )

    def test_a_later_reading_takes_it_back(self) -> None:
        assert findings(pressure("systolic", "185", ago=9), pressure("systolic", "130", ago=5)) == {}
