"""Findings on a low that nothing has ended, and on how long it lasted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, lab, man, pair
from tracking.domain.evaluate import Evaluation, Finding, evaluate
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_AI = [anastrozole(day(800), key="ai"), cypionate(day(900), key="t")]
OFF_AI = [cypionate(day(900), key="t")]


def judge(*labs: Any, regimens: Any = ON_AI, **rows: Any) -> Evaluation:
    return evaluate(man(labs=labs, regimens=regimens, **rows), RULEBOOK, NOW)


def low_finding(*labs: Any, **rows: Any) -> Finding:
    (finding,) = (f for f in judge(*labs, **rows).findings if f.family == "e2_low")
    return finding


def code(finding_code: str, said: Evaluation) -> Finding | None:
    return next((f for f in said.findings if f.code == finding_code), None)


class TestALowThatNothingHasEnded:
    def test_it_says_what_was_low_what_came_since_and_why_that_is_not_enough(self) -> None:
        finding = low_finding(lab("12.0", day(250), key="low"), lab("31", day(5), method="immunoassay", key="then"))
        assert (finding.code, finding.priority, finding.severity) == ("e2_recovery_unconfirmed", "P1", "high")
        assert finding.prescriber == (
            "Estradiol 12.0 pg/mL on 25 Feb (LC-MS/MS) is below the floor of 16.0 pg/mL. The 31 pg/mL of 28 Oct (immunoassay) "
            "does not end it: it is by a different, less specific assay. Not confirmed."
        )
        assert finding.inputs == ("low", "then", "ai")
        assert finding.params["reasons"] == "less_specific"

    @pytest.mark.parametrize(
        ("value", "regimens", "priority", "severity"),
        [("9.0", ON_AI, "P0", "critical"), ("12.0", ON_AI, "P1", "high"), ("9.0", OFF_AI, "P3", "moderate")],
    )
    def test_it_is_as_urgent_as_the_low_was(self, value: str, regimens: Any, priority: str, severity: str) -> None:
        low, then = lab(value, day(400)), lab("31", day(5), method="immunoassay")
        assert low_finding(low, regimens=regimens).priority == priority
        finding = low_finding(low, then, regimens=regimens)
        assert (finding.code, finding.priority, finding.severity) == ("e2_recovery_unconfirmed", priority, severity)

    def test_an_unreadable_result_does_not_take_the_low_out_of_the_queue(self) -> None:
        said = judge(lab("12.0", day(100)), lab("<18", day(5), key="then"))
        assert {f.code for f in said.findings} >= {"e2_recovery_unconfirmed", "e2_indeterminate_on_ai"}

    def test_a_confirmed_recovery_leaves_nothing(self) -> None:
        assert not any(f.family == "e2_low" for f in judge(lab("12.0", day(100)), lab("26.0", day(5))).findings)

    def test_an_undated_low_that_may_be_the_newest_stays_a_finding_beside_a_dated_result(self) -> None:
        from tracking.domain.reported import Precision

        finding = low_finding(lab("12.0", day(5), precision=Precision.UNKNOWN), lab("26.0", day(50)))
        assert finding.code == "e2_below_floor_on_ai"
        assert "Estradiol 12.0 pg/mL on a date not known" in finding.prescriber

    def test_a_worse_low_that_a_less_specific_assay_cannot_answer_keeps_its_urgency(self) -> None:
        finding = low_finding(lab("8.0", day(400)), lab("15.0", day(5), method="immunoassay"))
        assert (finding.code, finding.priority, finding.severity) == ("e2_below_floor_on_ai", "P0", "critical")
        assert "earlier_stands" in finding.note_codes

    def test_low_testosterone_of_the_same_draw_stays_until_a_later_one_is_higher(self) -> None:
        from tests.tracking.domain.build import total_testosterone

        labs = [*pair("12.0", day(250), "150"), lab("31", day(5), method="immunoassay")]
        assert code("e2_below_floor_and_low_t", judge(*labs)) is not None
        assert code("e2_below_floor_and_low_t", judge(*labs, total_testosterone("600", day(3)))) is None


class TestDaysBelow:
    def test_ninety_known_days_of_the_last_year(self) -> None:
        said = judge(lab("12.0", day(100), key="a"), lab("12.0", day(10), key="b"))
        finding = code("e2_days_below", said)
        assert finding is not None
        assert (finding.priority, finding.inputs) == ("P1", ("a", "b", "ai"))
        assert finding.prescriber == (
            "Estradiol was below the floor on at least 90 of the 365 days before 2 Nov, and on at most 90; "
            "275 days are unknown."
        )
        assert "90 of" not in str(finding.params)

    def test_it_is_urgent_by_exposure(self) -> None:
        labs = [lab("12.0", day(100), key="a"), lab("12.0", day(10), key="b")]
        off = code("e2_days_below", judge(*labs, regimens=OFF_AI))
        stopped = code("e2_days_below", judge(*labs, regimens=[anastrozole(day(800), day(5))]))
        assert off is not None
        assert stopped is not None
        assert (off.priority, off.severity, stopped.priority) == ("P3", "moderate", "P1")

    def test_thirty_known_days_are_a_note_on_the_low(self) -> None:
        finding = low_finding(lab("12.0", day(40)), lab("12.0", day(10)))
        assert "At least 30 days below the floor in the last 365, at most 30; 335 days unknown." in finding.notes


class TestNotesOnALow:
    def test_provisional_and_confirmed(self) -> None:
        assert "provisional" in low_finding(lab("12.0", day(5))).note_codes
        assert "confirmed" in low_finding(lab("12.0", day(30)), lab("13.0", day(5))).note_codes

    def test_a_critical_one_on_an_ai_acts_on_one_result(self) -> None:
        assert not {"provisional", "confirmed"} & set(low_finding(lab("8.0", day(5))).note_codes)
        assert "provisional" in low_finding(lab("8.0", day(5)), regimens=OFF_AI).note_codes

    def test_a_change_beyond_assay_and_body_is_said(self) -> None:
        finding = low_finding(lab("26.0", day(100)), lab("12.0", day(5)))
        assert "-53.8 % against 26.0 pg/mL on 25 Jul: more than assay and body alone explain." in finding.notes
        assert "changed" not in low_finding(lab("17.0", day(100)), lab("12.0", day(5))).note_codes

    def test_a_newer_higher_one_by_a_less_specific_assay_is_shown_as_not_confirmed(self) -> None:
        finding = low_finding(lab("12.0", day(40)), lab("31", day(5), method="immunoassay"))
        assert finding.code == "e2_below_floor_on_ai"
        assert "Higher, by a different assay: 31 pg/mL on 28 Oct (immunoassay). Not confirmed." in finding.notes
