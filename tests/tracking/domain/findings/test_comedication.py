"""Other drugs that matter: said with why, and changing nothing else; an AI from anywhere is an AI."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, dose, man, pair, regimen, scan, site, use
from tracking.domain.evaluate import Finding, evaluate
from tracking.domain.history import Origin
from tracking.domain.rulebook import CO_MEDICATION
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
OTHERS = sorted(code for code, rule in RULEBOOK.drugs.items() if rule.drug_class == CO_MEDICATION and rule.bears_on)
SCANNED = scan(day(790), site(t="-0.5"))


def finding(**rows: Any) -> Finding | None:
    found = {f.code: f for f in evaluate(man(**rows), RULEBOOK, NOW).findings}
    return found.get("comedication_matters")


@pytest.mark.parametrize("drug", OTHERS)
def test_each_says_why_it_matters(drug: str) -> None:
    found = finding(regimens=[regimen(drug, day(50), key="it")])
    assert found is not None
    rule = RULEBOOK.drugs[drug]
    assert (found.priority, found.inputs) == ("P4", ("it",))
    assert rule.reason in found.prescriber
    assert ("Not verified" in found.prescriber) is not rule.verified
    assert rule.id in found.rules


def test_all_of_them_are_one_line() -> None:
    found = finding(regimens=[regimen("finasteride", day(50)), regimen("prednisone", day(40))])
    assert found is not None
    assert found.prescriber.startswith("In force: Finasteride since 13 Sep and Prednisone since 23 Sep. Finasteride halves PSA")


def test_a_stopped_one_and_a_planned_one_are_not_in_force() -> None:
    assert finding(regimens=[regimen("finasteride", day(50), day(10)), regimen("prednisone", day(-3))]) is None


def test_a_logged_one_is_in_force_for_as_long_as_a_dose_stands_for() -> None:
    reach = RULEBOOK.drugs["biotin"].logged_days
    assert finding(doses=[dose("biotin", day(reach), "10")]) is not None
    assert finding(doses=[dose("biotin", day(reach + 1), "10")]) is None
    assert finding(doses=[dose("biotin", day(1), None, kind="skipped")]) is None


def test_the_day_it_ends_is_known_ahead() -> None:
    said = evaluate(man(regimens=[regimen("finasteride", day(50), day(-3))]), RULEBOOK, NOW)
    assert said.next_change_at is not None
    assert said.next_change_at.date() == day(-3)
    after = evaluate(man(regimens=[regimen("finasteride", day(50), day(-3))]), RULEBOOK, NOW + timedelta(days=3))
    assert "comedication_matters" not in {f.code for f in after.findings}


@pytest.mark.parametrize("drug", OTHERS)
def test_a_change_of_it_supersedes_no_estradiol_and_asks_for_no_draw(drug: str) -> None:
    rows = [anastrozole(day(800)), cypionate(day(900))]
    without = evaluate(man(labs=pair("26", day(10)), regimens=rows), RULEBOOK, NOW)
    with_it = evaluate(man(labs=pair("26", day(10)), regimens=[*rows, regimen(drug, day(5))]), RULEBOOK, NOW)
    assert with_it.verdict == without.verdict
    assert with_it.due == without.due
    assert with_it.context == without.context


def test_a_serm_is_no_protection_and_no_ai() -> None:
    rows = [cypionate(day(900)), anastrozole(day(800))]
    low = pair("12.0", day(5))
    without = evaluate(man(labs=low, regimens=rows), RULEBOOK, NOW)
    with_it = evaluate(man(labs=low, regimens=[*rows, regimen("raloxifene", day(700))]), RULEBOOK, NOW)
    assert all(finding in with_it.findings for finding in without.findings)
    assert "does not count as protection" in RULEBOOK.drugs["raloxifene"].reason


class TestAnAiThatNobodyPrescribed:
    OWN = regimen("aromatase_inhibitor_unprescribed", day(800), dose="25", origin=Origin.SELF, key="own")

    def codes(self, *labs: Any, regimens: Any) -> dict[str, str]:
        found = evaluate(man(labs=labs, regimens=regimens, scans=[SCANNED]), RULEBOOK, NOW).findings
        return {f.code: f.priority.value for f in found}

    def test_makes_a_low_one_a_low_on_an_ai(self) -> None:
        assert self.codes(*pair("12.0", day(5)), regimens=[self.OWN, cypionate(day(900))]) == {
            "e2_below_floor_on_ai": "P1",
            "comedication_matters": "P4",
        }

    def test_leaves_him_blind_without_an_estradiol(self) -> None:
        assert self.codes(regimens=[self.OWN, cypionate(day(900))])["no_current_e2_on_ai"] == "P2"

    def test_without_testosterone_is_most_urgent(self) -> None:
        rows = [self.OWN, cypionate(day(900), day(5))]
        assert self.codes(*pair("26", day(10)), regimens=rows)["ai_without_testosterone"] == "P0"

    def test_begun_after_a_draw_it_supersedes_it(self) -> None:
        rows = [cypionate(day(900)), regimen("aromatase_inhibitor_unprescribed", day(3), dose="25", origin=Origin.SELF)]
        said = evaluate(man(labs=pair("26", day(5)), regimens=rows), RULEBOOK, NOW)
        assert said.verdict.state == "superseded_by_change"


class TestAUseWithoutADose:
    """He uses something, and nobody knows how much: it is in force like any other."""

    def test_is_said_with_what_is_not_known(self) -> None:
        found = finding(uses=[use("prednisone", day(50), key="u")])
        assert found is not None
        assert found.prescriber.startswith("In force: Prednisone since 13 Sep (dose not known). ")
        assert found.inputs == ("u",)
        undated = finding(uses=[use("finasteride", None)])
        assert undated is not None
        assert undated.prescriber.startswith("In force: Finasteride since a date not known (dose not known). ")
        assert undated.params == {"finasteride": "unknown used"}

    def test_that_ended_is_not_in_force(self) -> None:
        assert finding(uses=[use("prednisone", day(50), day(1))]) is None

    def test_of_an_ai_makes_a_low_one_a_low_on_an_ai_and_asks_how_much(self) -> None:
        rows = {"labs": pair("12.0", day(5)), "regimens": [cypionate(day(900))], "scans": [SCANNED]}
        said = evaluate(man(**rows, uses=[use("anastrozole", day(800))]), RULEBOOK, NOW)
        assert "e2_below_floor_on_ai" in {f.code for f in said.findings}
        assert "ai_dose" in {item.code for item in said.missing}
        assert said.context.now.ai[0].weekly_mg is None

    def test_of_an_ai_with_a_log_says_how_much(self) -> None:
        doses = [dose("anastrozole", day(ago)) for ago in range(0, 90, 3)]
        said = evaluate(man(doses=doses, uses=[use("anastrozole", day(800))]), RULEBOOK, NOW)
        assert said.context.now.ai[0].basis == "logged"
        assert "ai_dose" not in {item.code for item in said.missing}

    @pytest.mark.parametrize(
        ("drug", "since", "asked"),
        [
            ("anastrozole", None, "drug_since"),
            ("testosterone_gel", None, "drug_since"),
            ("testosterone_gel", day(50), "testosterone_dose"),
            ("biotin", None, "biotin_dose"),
            ("denosumab", day(50), "bone_drug_given"),
        ],
    )
    def test_asks_for_what_matters(self, drug: str, since: date | None, asked: str) -> None:
        standing = evaluate(man(uses=[use(drug, since)]), RULEBOOK, NOW)
        assert asked in {item.code for item in standing.missing}
        ended = evaluate(man(uses=[use(drug, since, day(1))]), RULEBOOK, NOW)
        assert asked not in {item.code for item in ended.missing}

    def test_of_a_co_medication_asks_for_no_dose_where_none_matters(self) -> None:
        asked = {item.code for item in evaluate(man(uses=[use("finasteride", day(50))]), RULEBOOK, NOW).missing}
        assert asked == {item.code for item in evaluate(man(), RULEBOOK, NOW).missing}

    def test_has_its_words_in_every_explanation(self) -> None:
        said = evaluate(man(uses=[use("anastrozole", day(800))]), RULEBOOK, NOW)
        for words in (RULEBOOK.words.explain, RULEBOOK.words.explain_man):
            assert f"basis_{said.context.now.ai[0].basis}" in words
