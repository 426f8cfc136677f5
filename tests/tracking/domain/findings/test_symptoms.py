"""Symptoms ask. They never decide a verdict, and never take a finding away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, man, moment, pair, scan, site
from tracking.domain.evaluate import Finding, evaluate
from tracking.domain.history import SymptomRecord
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
CODES = [*RULEBOOK.safety.breast_symptoms.symptoms, *RULEBOOK.safety.low_symptoms.symptoms]
ROWS: dict[str, Any] = {
    "regimens": [anastrozole(day(800)), cypionate(day(900))],
    "scans": [scan(day(790), site(t="-0.5"))],
}


def felt(code: str, score: int, ago: int, **more: Any) -> SymptomRecord:
    return SymptomRecord(f"{code}-{score}@{ago}", code, score, moment(day(ago), **more))


def findings(*labs: Any, symptoms: Any = (), **rows: Any) -> dict[str, Finding]:
    found = evaluate(man(labs=labs, symptoms=symptoms, **{**ROWS, **rows}), RULEBOOK, NOW).findings
    return {f.code: f for f in found}


class TestBreastSymptoms:
    @pytest.mark.parametrize(
        ("e2", "score", "there"),
        [("39.9", 8, False), ("40.0", 3, True), ("55.0", 2, False), ("61.0", 3, True), ("61.0", 0, False), (">50", 5, True)],
    )
    def test_with_a_high_estradiol(self, e2: str, score: int, there: bool) -> None:
        found = findings(*pair(e2, day(5)), symptoms=[felt("breast_tenderness", score, 3)])
        assert set(found) - {"e2_indeterminate_on_ai"} == ({"breast_symptoms_high_e2"} if there else set())

    def test_how_it_is_said(self) -> None:
        symptoms = [felt("breast_tenderness", 6, 3), felt("breast_swelling", 4, 3)]
        finding = findings(*pair("55", day(5)), symptoms=symptoms)["breast_symptoms_high_e2"]
        assert (finding.priority, finding.lane) == ("P3", "high")
        assert finding.prescriber.startswith(
            "Breast swelling 4/10 and breast tenderness 6/10 with an estradiol of 55 pg/mL on 28 Oct."
        )
        assert {"breast_tenderness-6@3", "breast_swelling-4@3"} <= set(finding.inputs)

    def test_only_with_a_current_estradiol(self) -> None:
        tender = [felt("breast_tenderness", 6, 3)]
        assert "breast_symptoms_high_e2" not in findings(*pair("55", day(400)), symptoms=tender)

    def test_the_latest_report_counts(self) -> None:
        gone = [felt("breast_tenderness", 6, 10), felt("breast_tenderness", 0, 3)]
        assert findings(*pair("55", day(5)), symptoms=gone) == {}
        assert "breast_symptoms_high_e2" in findings(*pair("55", day(5)), symptoms=[gone[0], felt("joint_pain", 0, 3)])


class TestLowSymptoms:
    @pytest.mark.parametrize("code", RULEBOOK.safety.low_symptoms.symptoms)
    def test_without_a_current_estradiol_ask_for_a_lab(self, code: str) -> None:
        finding = findings(symptoms=[felt(code, 5, 3)])["low_e2_symptoms_unmeasured"]
        assert finding.priority == "P4"
        assert "ask for estradiol and testosterone" in finding.prescriber

    @pytest.mark.parametrize(
        ("labs", "there"),
        [((), True), (pair("30", day(400)), True), (pair("<18", day(5)), True), (pair("30", day(5)), False)],
    )
    def test_only_where_none_can_be_read(self, labs: Any, there: bool) -> None:
        assert ("low_e2_symptoms_unmeasured" in findings(*labs, symptoms=[felt("joint_pain", 7, 3)])) is there

    def test_a_report_ends_by_itself_on_a_day_that_is_known(self) -> None:
        history = man(symptoms=[felt("fatigue", 7, 28)])
        said = evaluate(history, RULEBOOK, NOW)
        assert said.next_change_at is not None
        assert said.next_change_at.date() == day(-3)
        assert [f.code for f in said.findings] == ["low_e2_symptoms_unmeasured"]
        assert evaluate(history, RULEBOOK, said.next_change_at).findings == ()

    def test_a_date_not_known_is_taken_at_its_latest(self) -> None:
        assert "low_e2_symptoms_unmeasured" in findings(symptoms=[felt("fatigue", 7, 20, precision=Precision.UNKNOWN)])
        assert "low_e2_symptoms_unmeasured" in findings(symptoms=[felt("fatigue", 7, 50, precision=Precision.MONTH)])

    def test_a_report_of_later_is_not_known_yet(self) -> None:
        later = man(symptoms=[felt("fatigue", 7, 0, at="16:00")])
        said = evaluate(later, RULEBOOK, NOW)
        assert said.findings == ()
        assert said.next_change_at == later.symptoms[0].felt.at


class TestTheQuestionAtTheStartOfAnAi:
    def found(self, *labs: Any, started: int = 10, **rows: Any) -> bool:
        regimens = [anastrozole(day(started)), cypionate(day(900))]
        return "ai_start_question" in findings(*labs, regimens=regimens, **rows)

    def test_is_asked_once_in_the_first_recheck_window(self) -> None:
        assert self.found(started=56)
        assert not self.found(started=57)

    def test_its_end_is_known_ahead(self) -> None:
        history = man(labs=pair("30", day(1)), regimens=[anastrozole(day(56)), cypionate(day(900))])
        said = evaluate(history, RULEBOOK, NOW)
        assert said.next_change_at is not None
        assert "ai_start_question" in {f.code for f in said.findings}
        assert said.next_change_at.date() == day(-1)
        assert "ai_start_question" not in {f.code for f in evaluate(history, RULEBOOK, said.next_change_at).findings}

    def test_not_where_both_are_on_record(self) -> None:
        tender, high = felt("breast_tenderness", 5, 30), pair("50", day(30))
        assert not self.found(*high, symptoms=[tender])
        assert self.found(*high)
        assert self.found(symptoms=[tender])

    def test_what_came_after_the_start_does_not_explain_it(self) -> None:
        assert self.found(*pair("50", day(5)), symptoms=[felt("breast_tenderness", 5, 5)])
        assert self.found(*pair("39.9", day(30)), symptoms=[felt("breast_tenderness", 5, 30)])

    def test_a_second_drug_beside_the_first_is_no_start(self) -> None:
        assert not self.found(started=700)


@given(
    st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 10), st.integers(0, 60)), max_size=5),
    st.sampled_from(["9", "12.0", "17.0", "26", "<18"]),
)
def test_symptoms_never_change_a_verdict_nor_take_a_finding_away(reports: list[tuple[str, int, int]], e2: str) -> None:
    symptoms = {(code, ago): felt(code, score, ago) for code, score, ago in reports}
    with_them = evaluate(man(labs=pair(e2, day(5)), symptoms=list(symptoms.values()), **ROWS), RULEBOOK, NOW)
    without = evaluate(man(labs=pair(e2, day(5)), **ROWS), RULEBOOK, NOW)
    assert with_them.verdict == without.verdict
    assert all(finding in with_them.findings for finding in without.findings)


def test_no_symptom_of_the_rulebook_is_both_high_and_low() -> None:
    assert len(CODES) == len(set(CODES))
