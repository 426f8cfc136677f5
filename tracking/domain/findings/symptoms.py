"""Findings on what he feels; never a verdict of its own."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.domain.findings.finding import Facts, Finding


def find_symptoms(_facts: Facts) -> Iterator[Finding]:
    yield from ()
