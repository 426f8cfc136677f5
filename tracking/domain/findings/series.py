"""Findings on how long estradiol has been low, and where laboratories disagree."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.domain.findings.finding import Facts, Finding


def find_series(_facts: Facts) -> Iterator[Finding]:
    yield from ()
