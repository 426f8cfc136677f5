"""The rulebook in plain lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tracking.domain.rulebook import RuleBook
from tracking.evidence import load_rulebook
from tracking.evidence.readable import figures, overdue, readable, title, verified_and_not

RULEBOOK = load_rulebook()
REVIEW = RULEBOOK.estradiol.coarse.next_review


def reviewed(**days: date) -> RuleBook:
    """The same rules with other days of review, by name of the rule of estradiol."""
    other = {f"estradiol.{name}": replace(RULEBOOK.rules[f"estradiol.{name}"], next_review=on) for name, on in days.items()}
    return replace(RULEBOOK, rules={**RULEBOOK.rules, **other})


def test_every_rule_is_told_with_figures_reason_sources_state_checker_and_review() -> None:
    lines = list(readable(RULEBOOK, date(2026, 11, 2)))
    text = "\n".join(lines)
    for rule in RULEBOOK.rules.values():
        start = lines.index(f"{rule.id}: {title(rule)}")
        end = next((at for at in range(start, len(lines)) if lines[at] == ""), len(lines))
        about = "\n".join(lines[start:end])
        assert f"why: {rule.reason}" in about
        assert all(f"source: {citation}" in about for citation in RULEBOOK.citations(rule.id))
        assert all(f"against it: {line}" in about for line in rule.contrary)
        assert f"checked by: {rule.checked_by}; next review: {rule.next_review}" in about
        assert ("NOT verified" in about) is not rule.verified
    assert "  floor: 16 pg/mL" in text


def test_the_first_lines_say_how_much_is_verified_and_that_nothing_is_overdue() -> None:
    verified, unverified = verified_and_not(RULEBOOK)
    assert verified + unverified == len(RULEBOOK.rules)
    first, second, *_ = readable(RULEBOOK, REVIEW)
    assert first == (
        f"Rulebook {RULEBOOK.version}: {len(RULEBOOK.rules)} rules, {verified} verified, {unverified} not verified."
    )
    assert second == "Overdue for review: none."


def test_a_review_is_overdue_from_the_day_after_and_the_oldest_comes_first() -> None:
    book = reviewed(coarse=date(2026, 10, 1), assay=date(2026, 9, 1), override=date(2026, 11, 2))
    assert [rule.id for rule in overdue(book, date(2026, 11, 2))] == ["estradiol.assay", "estradiol.coarse"]
    _, count, warning, *_ = readable(book, date(2026, 11, 2))
    assert count == "Overdue for review: 2."
    assert warning.startswith("  WARNING: estradiol.assay was to be reviewed by 2026-09-01")
    assert overdue(RULEBOOK, REVIEW) == ()
    assert overdue(RULEBOOK, REVIEW + timedelta(days=1))


def test_figures_are_named_and_carry_their_unit() -> None:
    assert figures(RULEBOOK.estradiol.other) == {
        "name": "immunoassay, or an assay not shown",
        "critical": "< 10 pg/mL",
        "floor": "20 pg/mL",
        "in range from": "25 pg/mL",
        "upper limit": "42 pg/mL",
    }
    assert figures(RULEBOOK.testosterone.low)["value"] == "300 ng/dL"
    assert figures(RULEBOOK.drugs["anastrozole"])["rechecks main due days"] == "42"
    assert figures(RULEBOOK.analytes["estradiol"])["units pmol/L"] == "500000/136191"
    assert figures(RULEBOOK.bone.regions["one_third_radius"])["default lsc percent"] == "none"


def test_a_title_has_the_name_of_the_thing_once() -> None:
    assert title(RULEBOOK.estradiol.staleness) == "Estradiol, staleness"
    assert title(RULEBOOK.estradiol.mass_spectrometry) == "Estradiol, mass spectrometry"
    assert title(RULEBOOK.drugs["testosterone_gel"]).startswith("Drug, testosterone gel")
