"""axe-core over a page that is open: what breaks WCAG 2.2 AA, in one line each.

It is put in through the debugger, so that the page's own policy stays as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.clients.npm import node

__all__ = ["Violation", "violations"]

HERE = Path(__file__).parent / "axe"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The same page in other colours breaks no other rule than these.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
# Only what is wrong: listing all that is right takes as long again.
_ALWAYS = {"resultTypes": ["violations"], "preload": False}


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one element breaks."""

    rule: str
    target: str
    html: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.target}: {self.why} {self.html}"


@functools.cache
def _source() -> str:
    node("npm", "ci", "--ignore-scripts", cwd=HERE)
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *, colours_only: bool = False) -> Iterator[Violation]:
    """What axe-core finds, in Django's own pages as in ours."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    run = {"type": "rule", "values": OF_COLOUR} if colours_only else {"type": "tag", "values": TAGS}
    rules = {} if colours_only else {"rules": {"target-size": {"enabled": True}}}
    result: Any = page.evaluate("options => axe.run(document, options)", {"runOnly": run, **rules, **_ALWAYS})
    for broken in result["violations"]:
        for element in broken["nodes"]:
            target = " ".join(map(str, element["target"]))
            yield Violation(broken["id"], target, element["html"][:160], _first(element["failureSummary"]))


def _first(summary: str) -> str:
    """What one of the reasons is, without the line that says that there are some."""
    lines = [line.strip() for line in summary.splitlines()]
    return lines[1] if len(lines) > 1 else summary
