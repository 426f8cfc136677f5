"""All findings of one evaluation, the most urgent first."""

from __future__ import annotations

from tracking.domain.findings.bone import find_bone
from tracking.domain.findings.estradiol import find_estradiol
from tracking.domain.findings.finding import Facts, Finding
from tracking.domain.findings.therapy import find_therapy
from tracking.domain.rulebook import Lane

_LANES = tuple(Lane)


def find(facts: Facts) -> tuple[Finding, ...]:
    """By priority, lane and code; the order of rows in the history has no say."""
    found = [*find_estradiol(facts), *find_therapy(facts), *find_bone(facts)]
    return tuple(sorted(found, key=lambda f: (f.priority, _LANES.index(f.lane), f.code, f.inputs)))
