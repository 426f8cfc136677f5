"""Findings on other drugs that matter to estradiol and bone."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.domain.findings.finding import Facts, Finding


def find_comedication(_facts: Facts) -> Iterator[Finding]:
    yield from ()
