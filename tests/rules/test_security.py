"""What the page on security says is shown by tests is shown by tests that exist."""

from __future__ import annotations

import re

from backend.devstack.launcher import CHECKOUT
from tests.rules.test_safety import named_in

PAGE = (CHECKOUT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_it_names_exists_and_every_threat_has_one() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert [f"{path}::{name}" for path, name in named if name not in named_in(path)] == []
    (threats,) = re.findall(r"^\| threat \|.*?\n\|---.*?\n(.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert [row for row in threats.splitlines() if "::" not in row] == []
