"""The checklist of bone risk: a count with its sources, and no probability. All invented."""

from __future__ import annotations

from typing import Any

from tests.tracking.domain.build import NOW, day, fracture, lab, man, scan, site
from tracking.domain.evaluate import evaluate
from tracking.domain.history import RiskFactorRecord
from tracking.domain.risk import Risk
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def risk(**rows: Any) -> Risk:
    return evaluate(man(**rows), RULEBOOK, NOW).risk


def factor(code: str, key: str = "1", **more: Any) -> RiskFactorRecord:
    return RiskFactorRecord(key, code, more.get("since"), more.get("until"))


def test_nothing_is_standard_one_is_moderate_and_two_are_high() -> None:
    assert risk().level == "standard"
    assert risk(risk_factors=[factor("smoking")]).level == "moderate"
    both = risk(risk_factors=[factor("smoking"), factor("glucocorticoids", "2")])
    assert (both.level, both.count) == ("high", 2)


def test_one_factor_from_two_sources_counts_once_and_names_both() -> None:
    labs = [lab("12", day(30), analyte="vitamin_d_25oh", unit="ng/mL", key="v")]
    found = risk(labs=labs, risk_factors=[factor("low_vitamin_d", "r")])
    assert (found.level, found.count) == ("moderate", 1)
    assert [f.key for f in found.factors] == ["r", "v"]
    assert "12 ng/mL on 3 Oct 2026" in found.words


def test_a_fragility_fracture_is_high_by_itself_however_it_is_recorded() -> None:
    assert risk(fractures=[fracture(day(2000))]).level == "high"
    assert risk(risk_factors=[factor("fragility_fracture")]).level == "high"
    assert risk(fractures=[fracture(day(2000), fragility=False)]).level == "standard"


def test_the_class_of_a_scan_counts_only_with_its_reference() -> None:
    assert risk(scans=[scan(day(20), site(t="-2.6"))]).level == "high"
    assert risk(scans=[scan(day(20), site(t="-1.5"))]).level == "moderate"
    assert risk(scans=[scan(day(20), site(t="-2.6"), reference="")]).level == "standard"


def test_a_factor_that_ended_or_is_to_come_does_not_count() -> None:
    assert risk(risk_factors=[factor("smoking", until=day(0)), factor("alcohol_excess", since=day(-1))]).level == "standard"


def test_the_words_call_it_a_count_and_never_a_probability_of_fracture() -> None:
    said = evaluate(man(risk_factors=[factor("smoking")]), RULEBOOK, NOW).as_dict()["risk"]
    assert said["words"] == "Moderate by the checklist: smoking (on record). A count, not a probability."
    assert said["count"] == 1
