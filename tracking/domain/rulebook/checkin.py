"""What a man can be asked about himself: the items of a check-in, and the measures of his life that the sources name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracking.domain.rulebook.base import Limits, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInRule(Rule):
    """The items by code, with their names. Each is scored from 0 (none) to 10; a man chooses a few of them a day."""

    items: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifestyleRule(Rule):
    """One measure: its name, its unit, and the limits for entering it. It is shown; nothing is made of it.

    ``hard``: refuse outside; ``confirm``: ask outside.
    """

    name: str
    unit: str
    hard: Limits
    confirm: Limits


@dataclass(frozen=True, slots=True)
class CheckInRules:
    form: CheckInRule
    lifestyle: Mapping[str, LifestyleRule]
