"""What readers need: the rules in force, and the doors that a value can come through."""

from __future__ import annotations

import pytest

from tracking.evidence import load_rulebook


@pytest.fixture(scope="session")
def rulebook():
    return load_rulebook()
