"""What readers need: the rules in force, and the doors that a value can come through."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tracking.exchange.bundles import written
from tracking.evidence import load_rulebook
from tracking.exchange.fhir_bundle import read_fhir
from tracking.exchange.incoming import Form, Line, Parsed


@pytest.fixture(scope="session")
def rulebook():
    return load_rulebook()


@pytest.fixture
def read(rulebook):
    def read_content(content: Any) -> Parsed:
        raw = content if isinstance(content, bytes) else written(content)
        return read_fhir(raw, form=Form(), rulebook=rulebook)

    return read_content


@pytest.fixture
def line(read):
    def read_one(resource: dict[str, Any]) -> Line:
        (only,) = read(resource).lines
        return only

    return read_one


@pytest.fixture
def item(line):
    def read_item(resource: dict[str, Any]) -> Any:
        found = line(resource)
        assert found.item is not None, found.why
        return found.item

    return read_item
