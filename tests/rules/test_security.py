"""What the page on security says is shown by tests is shown by tests that exist, and it leaves out no requirement."""

from __future__ import annotations

import re
from collections import Counter

from backend.devstack.launcher import CHECKOUT
from tests.rules.test_safety import named_in

PAGE = (CHECKOUT / "docs" / "security.md").read_text(encoding="utf-8")
MODEL = (CHECKOUT / "docs" / "threat-model.md").read_text(encoding="utf-8")
# How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has. They come first in it, without a gap: those of
# level 3 have the last numbers of their section. 253 in all.
SECTIONS = {
    "1": (2, 9, 11, 3, 2), "2": (3, 3, 4, 1), "3": (0, 2, 4, 6, 5, 0, 2), "4": (3, 1, 2, 4), "5": (1, 3, 2, 3),
    "6": (3, 12, 4, 4, 5, 3, 0, 4), "7": (3, 4, 2, 5, 2, 2), "8": (2, 3, 1, 1), "9": (3, 4), "10": (2, 2, 4, 11, 5, 2, 3),
    "11": (2, 3, 3, 4, 1, 1), "12": (3, 2, 4), "13": (1, 5, 2, 5), "14": (2, 4, 3), "15": (3, 3, 7), "16": (1, 5, 4, 3, 3),
    "17": (1, 4, 2),
}  # fmt: skip
REQUIRED = {
    f"{chapter}.{section}.{number}"
    for chapter, counts in SECTIONS.items()
    for section, count in enumerate(counts, start=1)
    for number in range(1, count + 1)
}
STATES = {"met", "in part", "not met", "operator", "no"}
ROW = re.compile(r"^\| ((?:\d+\.\d+\.\d+(?:, | to )?)+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)


def stated() -> list[tuple[str, str, str]]:
    """Each requirement of the table with its state and where it is met."""
    return [(one, state.strip(), where) for numbers, _, state, where in ROW.findall(PAGE) for one in spelled_out(numbers)]


def spelled_out(numbers: str) -> list[str]:
    found = []
    for part in numbers.split(", "):
        first, _, last = part.partition(" to ")
        section, _, begins = first.rpartition(".")
        ends = (last or first).rpartition(".")[2]
        found += [f"{section}.{number}" for number in range(int(begins), int(ends) + 1)]
    return found


def test_every_test_that_it_names_exists_and_every_threat_has_one() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert [f"{path}::{name}" for path, name in named if name not in named_in(path)] == []
    files = re.findall(r"`((?:tests|docs|backend)/[\w/.-]+\.(?:py|md))`", PAGE + MODEL)
    assert [name for name in files if not (CHECKOUT / name).exists()] == []
    (threats,) = re.findall(r"^\| threat \|.*?\n\|---.*?\n(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert [row for row in threats.splitlines() if "::" not in row and "*The second lock*" not in row] == []


def test_every_requirement_of_level_two_is_answered_once() -> None:
    answered = Counter(number for number, _, _ in stated())
    assert len(REQUIRED) == 253
    assert REQUIRED - answered.keys() == set()
    assert answered.keys() - REQUIRED == set()
    assert [number for number, times in answered.items() if times > 1] == []
    assert {state for _, state, _ in stated()} <= STATES


def test_what_is_met_says_where_and_what_is_not_says_what_is_missing() -> None:
    for number, state, where in stated():
        if state == "met":
            assert re.search(r"`(tests|docs|backend)/|the same test|the test of|ruff's S", where), number
        if state in ("in part", "not met"):
            assert "**" in where, number
        assert len(where) > 3, number
