"""What changes between two rulebooks is said in words, field by field."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tracking.evidence.candidate import RAISED_FLOOR, candidate
from tracking.evidence import load_rulebook
from tracking.evidence.compare import differences

RULEBOOK = load_rulebook()


# File, text in it, what replaces it; under which heading that is said, and how.
CHANGES = [
    ("estradiol", "cap_months = 9", "cap_months = 8", "Rules changed", "Estradiol, staleness, cap months: 9 to 8"),
    ("testosterone", "value = 300", "value = 310", "Rules changed", "Testosterone, low, value: 300 to 310 ng/dL"),
    (
        "estradiol",
        'critical_operator = "<"',
        'critical_operator = "<="',
        "Rules changed",
        "Estradiol, mass spectrometry, critical: < 10 pg/mL to <= 10 pg/mL",
    ),
    ("findings_bone", 'priority = "P1"', 'priority = "P2"', "Rules changed", "priority: P1 to P2"),
    ("bone", "review = 2027-05-01", "review = 2028-05-01", "Rules changed", "next review: 2027-05-01 to 2028-05-01"),
    ("estradiol", "verified = true", "verified = false", "Rules changed", "verified: yes to no"),
    (
        "words",
        'stale = "Too old to speak for today; nothing newer replaces it."',
        'stale = "Too old."',
        "Sentences changed",
        'note.stale: "Too old to speak for today; nothing newer replaces it." to "Too old."',
    ),
    ("sources", "year = 2016", "year = 2017", "Sources changed", "2016. doi:10.1172/JCI84137."),
    ("words", "[standing]", '[standing]\nmore = "One more."', "Sentences changed", 'standing.more added: "One more."'),
    ("estradiol", 'value = "9.9"', 'value = "9.8"', "Rules changed", "mass spectrometry, boundary examples: others"),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change[0]}: {change[1][:20]}")
def test_a_change_is_said_from_old_to_new(tmp_path: Path, change: tuple[str, str, str, str, str]) -> None:
    file, old, new, heading, line = change
    found = differences(RULEBOOK, load_rulebook(candidate(tmp_path, {file: [(old, new)]})))
    assert set(found) == {heading}
    (said,) = found[heading]
    assert line in said


def test_a_limit_that_two_bands_share_is_one_change_in_its_unit(tmp_path: Path) -> None:
    found = differences(RULEBOOK, load_rulebook(candidate(tmp_path, RAISED_FLOOR)))
    assert found == {"Rules changed": ("Estradiol, mass spectrometry, floor: 16 to 18 pg/mL",)}


def test_added_and_removed_rules_are_named_with_their_reason(tmp_path: Path) -> None:
    renamed = {"findings_therapy": [("[testosterone_low]", "[testosterone_lower]")]}
    found = differences(RULEBOOK, load_rulebook(candidate(tmp_path, renamed)))
    reason = RULEBOOK.findings["testosterone_low"].reason
    assert found["Rules added"] == (f"Finding, testosterone lower (Testosterone low): {reason}",)
    assert found["Rules removed"] == (f"Finding, testosterone low (Testosterone low): {reason}",)


def test_a_rulebook_does_not_differ_from_itself_nor_by_its_layout(tmp_path: Path) -> None:
    same = {"estradiol": [("[coarse]", "# the same, written otherwise\n\n[coarse]")]}
    assert differences(RULEBOOK, load_rulebook(candidate(tmp_path, same))) == {}


def test_turned_round_the_old_and_the_new_change_places(tmp_path: Path) -> None:
    other = load_rulebook(candidate(tmp_path, RAISED_FLOOR))
    assert differences(other, RULEBOOK)["Rules changed"] == ("Estradiol, mass spectrometry, floor: 18 to 16 pg/mL",)
