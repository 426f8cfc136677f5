"""Findings on the rest of the blood, and blood pressure."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.domain.findings.finding import Facts, Finding


def find_safety(_facts: Facts) -> Iterator[Finding]:
    yield from ()
