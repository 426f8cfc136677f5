"""The checklist of what weakens bone (CLINICAL 5.1): a count with its sources, never a probability, and no FRAX."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from tracking.domain.bone import LOW_BONE_MASS, LOW_FOR_AGE, OSTEOPOROSIS, BoneStanding
from tracking.domain.history import RiskFactorRecord
from tracking.domain.rulebook import RuleBook
from tracking.domain.thresholds import is_below
from tracking.domain.timeline import Timeline
from tracking.domain.words import fill, listed, on_day

HIGH = "high"
MODERATE = "moderate"
STANDARD = "standard"
_FRACTURE = "fragility_fracture"
_LOW_BONE = "low_bone_mass"
_LOW_VITAMIN_D = "low_vitamin_d"


class Factor(Struct, frozen=True):
    """One factor, where it is known from (``key`` and in words), and whether it makes the level high by itself."""

    code: str
    name: str
    known_from: str
    key: str
    alone: bool = False


class Risk(Struct, frozen=True):
    """``level`` is high, moderate or standard. Each code counts once."""

    level: str
    factors: tuple[Factor, ...]
    words: str
    rules: tuple[str, ...]

    @property
    def count(self) -> int:
        return len({factor.code for factor in self.factors})


def risk_of(timeline: Timeline, bone: BoneStanding, recorded: tuple[RiskFactorRecord, ...], rulebook: RuleBook) -> Risk:
    """High: a fragility fracture, the lowest class of a scan, or enough factors. Moderate: one. Else standard."""
    factors = tuple(sorted(_factors(timeline, bone, recorded, rulebook), key=lambda f: (not f.alone, f.code, f.key)))
    codes = {factor.code for factor in factors}
    if any(factor.alone for factor in factors) or len(codes) >= rulebook.monitoring.dexa_follow_up.risk_factors_for_high:
        level = HIGH
    else:
        level = MODERATE if codes else STANDARD
    said = listed(dict.fromkeys(f"{factor.name.lower()} ({factor.known_from})" for factor in factors))
    rules = (rulebook.bone.risk_factors.id, rulebook.monitoring.dexa_follow_up.id)
    return Risk(level, factors, fill(rulebook.words.risk[level], {"factors": said}), rules)


def _factors(
    timeline: Timeline, bone: BoneStanding, recorded: tuple[RiskFactorRecord, ...], rulebook: RuleBook
) -> Iterator[Factor]:
    names, words, today = rulebook.bone.risk_factors.factors, rulebook.words.risk, timeline.today
    for record in recorded:
        if record.code in rulebook.bone.risk_factors.recorded:
            continue
        if (record.since is None or record.since <= today) and (record.until is None or today < record.until):
            name = names.get(record.code, record.code)
            yield Factor(record.code, name, words["recorded"], record.key, alone=record.code == _FRACTURE)
    for fracture in timeline.fractures:
        if fracture.fragility:
            known = fill(words["fracture"], {"on": str(fracture.occurred)})
            yield Factor(_FRACTURE, names[_FRACTURE], known, fracture.key, alone=True)
    scan = bone.classified
    if scan is not None and scan.bone_class in (OSTEOPOROSIS, LOW_FOR_AGE, LOW_BONE_MASS):
        known = fill(words["scan"], {"on": on_day(scan.on, date.min)})
        yield Factor(_LOW_BONE, names[_LOW_BONE], known, scan.key, alone=scan.bone_class != LOW_BONE_MASS)
    yield from _vitamin_d(timeline, rulebook)


def _vitamin_d(timeline: Timeline, rulebook: RuleBook) -> Iterator[Factor]:
    """The latest result that is known to the day."""
    limit = rulebook.monitoring.vitamin_d_low
    draw = next((d for d in reversed(timeline.draws.get(limit.analyte, ())) if d.dated), None)
    if draw is not None and is_below(draw.lab.reported.value, limit, rulebook):
        known = fill(rulebook.words.risk["vitamin_d"], {"value": str(draw.lab.reported.value), "on": on_day(draw.on, date.min)})
        yield Factor(_LOW_VITAMIN_D, rulebook.bone.risk_factors.factors[_LOW_VITAMIN_D], known, draw.lab.key)
