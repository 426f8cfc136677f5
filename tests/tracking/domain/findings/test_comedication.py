"""Other drugs that matter: said with why, and changing nothing else; an AI from anywhere is an AI."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, dose, man, pair, regimen, scan, site
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
