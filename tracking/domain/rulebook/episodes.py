"""Rules on answering what was found (CLINICAL 9.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracking.domain.rulebook.base import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRule(Rule):
    """Within how many working days a prescriber answers, by priority."""

    working_days: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EpisodeRules:
    response: ResponseRule
