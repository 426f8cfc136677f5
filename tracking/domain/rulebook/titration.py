"""Rules on proposals of a change (CLINICAL 7)."""

from __future__ import annotations

from dataclasses import dataclass

from tracking.domain.rulebook.base import DaysRule


@dataclass(frozen=True, slots=True)
class TitrationRules:
    """``expiry``: for how many days after the day it was made a proposal can be confirmed."""

    expiry: DaysRule
