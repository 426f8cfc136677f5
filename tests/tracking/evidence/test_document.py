"""The page for people says what the rulebook says."""

from __future__ import annotations

from pathlib import Path

from tracking.evidence import load_rulebook
from tracking.evidence.document import document

PAGE = Path(__file__).parents[3] / "docs" / "evidence.md"


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(load_rulebook()), (
        "run: python -m tracking.evidence.document > docs/evidence.md"
    )


def test_the_page_names_every_rule_and_every_source() -> None:
    page, rulebook = document(load_rulebook()), load_rulebook()
    assert all(f"### `{rule}`" in page for rule in rulebook.rules)
    assert all(f'<a id="{source}">' in page for source in rulebook.sources)


def test_the_page_says_that_no_clinician_has_checked() -> None:
    assert "no clinician yet" in document(load_rulebook())
