"""Findings on bone drugs that a clinician recorded."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.domain.findings.finding import Facts, Finding


def find_bone_therapy(_facts: Facts) -> Iterator[Finding]:
    yield from ()
