"""Where one value stands against one threshold, comparator included. ``None``: the value does not say."""

from __future__ import annotations

from decimal import Decimal

from tracking.domain.reported import Comparator, Value
from tracking.domain.rulebook import AnalyteThresholdRule, RuleBook
from tracking.domain.units import threshold


def is_below(value: Value, rule: AnalyteThresholdRule, rulebook: RuleBook) -> bool | None:
    """Below the threshold; the threshold itself is not below. ``<x`` says so only where x is not above it."""
    limit = _limit(value, rule, rulebook)
    match value.comparator:
        case Comparator.EQUAL:
            return value.number < limit
        case Comparator.LESS:
            return True if value.number <= limit else None
        case Comparator.AT_MOST:
            return True if value.number < limit else None
        case _:
            return False if value.number >= limit else None


def is_above(value: Value, rule: AnalyteThresholdRule, rulebook: RuleBook) -> bool | None:
    """Above the threshold; the threshold itself is not above."""
    limit = _limit(value, rule, rulebook)
    match value.comparator:
        case Comparator.EQUAL:
            return value.number > limit
        case Comparator.GREATER:
            return True if value.number >= limit else None
        case Comparator.AT_LEAST:
            return True if value.number > limit else None
        case _:
            return False if value.number <= limit else None


def _limit(value: Value, rule: AnalyteThresholdRule, rulebook: RuleBook) -> Decimal:
    return threshold(rulebook, rule.analyte, rule.value, rule.unit, value.unit, decimals=value.decimals)
