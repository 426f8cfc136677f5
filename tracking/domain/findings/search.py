"""All findings of one evaluation, the most urgent first."""

from __future__ import annotations

from tracking.domain.findings.bone import find_bone
from tracking.domain.findings.bone_therapy import find_bone_therapy
from tracking.domain.findings.comedication import find_comedication
from tracking.domain.findings.estradiol import find_estradiol
from tracking.domain.findings.finding import Facts, Finding
from tracking.domain.findings.log import find_log
from tracking.domain.findings.safety import find_safety
from tracking.domain.findings.series import find_series
from tracking.domain.findings.symptoms import find_symptoms
from tracking.domain.findings.therapy import find_therapy
from tracking.domain.rulebook import Lane

_LANES = tuple(Lane)


def find(facts: Facts) -> tuple[Finding, ...]:
    """By priority, lane and code; the order of rows in the history has no say."""
    searches = (
        find_estradiol,
        find_series,
        find_therapy,
        find_log,
        find_safety,
        find_comedication,
        find_symptoms,
        find_bone,
        find_bone_therapy,
    )
    found = [finding for search in searches for finding in search(facts)]
    return tuple(sorted(found, key=lambda f: (f.priority, _LANES.index(f.lane), f.code, f.inputs)))
