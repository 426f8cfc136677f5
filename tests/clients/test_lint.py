"""A linter of documents, as app developers have it, over ours: its strict set of rules, with each one that is off reasoned."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.clients.npm import node
from tests.tracking.api.contract import document

HERE = Path(__file__).parent / "lint"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def test_the_linter_finds_nothing_to_mend(tmp_path: Path) -> None:
    node("npm", "ci", cwd=HERE)
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document()))
    node("node", "node_modules/.bin/redocly", "lint", str(file), "--config", "redocly.yaml", cwd=HERE, **QUIET)


def test_each_rule_that_is_off_says_why() -> None:
    off = [line for line in (HERE / "redocly.yaml").read_text().splitlines() if re.search(r": (off|warn)\b", line)]
    assert [line for line in off if "#" not in line] == []
