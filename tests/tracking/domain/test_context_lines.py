"""The noise of CLINICAL 9.6 stays out of the queue: it is told as context and is nobody's work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, lab, man, moment, pair, scan, site
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.history import SymptomRecord
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
QUIET = {
    "regimens": [anastrozole(day(800)), cypionate(day(900))],
    "scans": [scan(day(790), site(t="-0.5"))],
}


def judge(*labs: Any, **rows: Any) -> Evaluation:
    # Long enough before the others that no two results of one regimen contradict one another.
    return evaluate(man(labs=[*pair("26", day(40)), *labs], **{**QUIET, **rows}), RULEBOOK, NOW)


def lines(said: Evaluation) -> dict[str, str]:
    return {line.code: line.words for line in said.context_lines}


@pytest.mark.parametrize(
    ("labs", "code", "words"),
    [
        (
            [lab("59.2", day(5), analyte="shbg", unit="nmol/L")],
            "shbg_high",
            "SHBG 59.2 nmol/L on 28 Oct is above 59.1 nmol/L: at the same total less estradiol is free.",
        ),
        (
            [lab("20", day(5), analyte="vitamin_d_25oh", unit="ng/mL")],
            "vitamin_d_low",
            "25-OH vitamin D 20 ng/mL on 28 Oct is below 30 ng/mL.",
        ),
        (
            [lab("29", day(5), analyte="vitamin_d_25oh", unit="ng/mL")],
            "vitamin_d_low",
            "25-OH vitamin D 29 ng/mL on 28 Oct is below 30 ng/mL.",
        ),
        (
            [lab("55", day(2))],
            "e2_above_range",
            "Estradiol 55 pg/mL on 31 Oct is above 42 pg/mL; no breast symptoms are recorded.",
        ),
        (
            [lab("70", day(2))],
            "e2_above_range",
            "Estradiol 70 pg/mL on 31 Oct is above 42 pg/mL; no breast symptoms are recorded.",
        ),
    ],
    ids=["SHBG", "vitamin D 20", "vitamin D 29", "above range", "above 60"],
)
def test_noise_is_a_line_and_no_finding(labs: list[Any], code: str, words: str) -> None:
    said = judge(*labs)
    assert lines(said)[code] == words
    assert said.findings == ()


def test_a_value_inside_its_limits_makes_no_line() -> None:
    quiet = (lab("59.1", day(5), analyte="shbg", unit="nmol/L"), lab("30", day(5), analyte="vitamin_d_25oh", unit="ng/mL"))
    assert lines(judge(*quiet)) == {}


def test_above_range_with_breast_symptoms_is_a_finding_and_no_line() -> None:
    tender = SymptomRecord("s", "breast_tenderness", 6, moment(day(2)))
    said = judge(lab("55", day(2)), symptoms=[tender])
    assert "e2_above_range" not in lines(said)
    assert [f.code for f in said.findings] == ["breast_symptoms_high_e2"]


def test_a_bone_marker_that_is_not_compared_is_said_to_be() -> None:
    ctx = replace(lab("500", day(5), analyte="ctx", unit="pg/mL"), laboratory="Bell Lab")
    assert lines(judge(ctx))["marker_not_compared"].startswith("CTX (C-telopeptide) 500 pg/mL on 28 Oct is not compared")
    assert "marker_not_compared" not in lines(judge(replace(ctx, fasting=True)))


def test_a_line_cites_its_rule_and_its_result() -> None:
    said = judge(lab("70", day(5), analyte="shbg", unit="nmol/L", key="shbg"))
    assert "shbg" in said.inputs
    assert "testosterone.shbg_high" in set(said.rules)
    assert said.as_dict()["context_lines"][0]["code"] == "shbg_high"
