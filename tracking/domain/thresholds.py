"""Where one value stands against one threshold, comparator included. ``None``: the value does not say."""

from __future__ import annotations

from decimal import Decimal

from tracking.domain.reported import Comparator, Value
from tracking.domain.rulebook import AnalyteLimitRule, RuleBook
from tracking.domain.units import threshold


def is_below(value: Value, rule: AnalyteLimitRule, rulebook: RuleBook) -> bool | None:
    """Below the threshold; the threshold itself is not below. ``<x`` says so only where x is not above it."""
    return under(value, limit_in(value, rule, rulebook))


def is_above(value: Value, rule: AnalyteLimitRule, rulebook: RuleBook) -> bool | None:
    """Above the threshold; the threshold itself is not above."""
    return over(value, limit_in(value, rule, rulebook))


def is_at_least(value: Value, rule: AnalyteLimitRule, rulebook: RuleBook) -> bool | None:
    """At the threshold or above it."""
    below = is_below(value, rule, rulebook)
    return None if below is None else not below


def under(value: Value, limit: Decimal) -> bool | None:
    """Below a limit in the unit of the value."""
    match value.comparator:
        case Comparator.EQUAL:
            return value.number < limit
        case Comparator.LESS:
            return True if value.number <= limit else None
        case Comparator.AT_MOST:
            return True if value.number < limit else None
        case _:
            return False if value.number >= limit else None


def over(value: Value, limit: Decimal) -> bool | None:
    """Above a limit in the unit of the value."""
    match value.comparator:
        case Comparator.EQUAL:
            return value.number > limit
        case Comparator.GREATER:
            return True if value.number >= limit else None
        case Comparator.AT_LEAST:
            return True if value.number > limit else None
        case _:
            return False if value.number <= limit else None


def limit_in(value: Value, rule: AnalyteLimitRule, rulebook: RuleBook) -> Decimal:
    """The threshold in the unit of the value, rounded to its decimals."""
    return threshold(rulebook, rule.analyte, rule.value, rule.unit, value.unit, decimals=value.decimals)
