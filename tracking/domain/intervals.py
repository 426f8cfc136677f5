"""How often a prescriber wants one kind of monitoring for this man, within the bounds of the rulebook (CLINICAL 9.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from tracking.domain.history import IntervalOverride
from tracking.domain.rulebook import RuleBook
from tracking.domain.words import fill, on_day


def own_intervals(intervals: Iterable[IntervalOverride], today: date, rulebook: RuleBook) -> Mapping[str, IntervalOverride]:
    """The one that counts for each kind: unexpired and within bounds; of several the shortest."""
    bounds = rulebook.monitoring.interval_bounds.kinds
    valid = [
        own
        for own in intervals
        if today <= own.expires_on
        and own.kind in bounds
        and bounds[own.kind].least <= own.every_months <= bounds[own.kind].most
    ]
    return {own.kind: own for own in sorted(valid, key=lambda own: (-own.every_months, own.key))}


def said_of(own: IntervalOverride | None, words: str, says: Mapping[str, str]) -> str:
    """The reason of a due item, with whose interval it is. ``says``: the sentences of what is due."""
    if own is None:
        return words
    said = {"words": words, "months": str(own.every_months), "whose": own.whose, "until": on_day(own.expires_on, date.min)}
    return fill(says["of_his_own"], said)
