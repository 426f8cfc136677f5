"""How he lives, as far as the sources name it for bone (CLINICAL 5.1, 5.2): entered, dated and shown. No score, no advice."""

from __future__ import annotations

from types import MappingProxyType

from tracking.domain.entry import EntryCheck
from tracking.domain.problems import Issue, problem
from tracking.domain.reported import Comparator, Value, parse_value
from tracking.domain.rulebook import LifestyleRule, RuleBook


def measure(code: str, rulebook: RuleBook) -> LifestyleRule:
    """The rule of a measure; raises :class:`Problem` (``/code``), naming those there are."""
    rule = rulebook.checkin.lifestyle.get(code)
    if rule is None:
        raise problem(
            "/code",
            "measure-unknown",
            "'{received}' is not a measure. Accepted: {accepted}.",
            received=code[:40],
            accepted=", ".join(sorted(rulebook.checkin.lifestyle)),
        )
    return rule


def read_amount(sent: object, unit: str, rule: LifestyleRule) -> Value:
    """An amount as typed (``/value``), in the one unit of its measure (``/unit``): never guessed, never converted."""
    if unit != rule.unit:
        raise problem(
            "/unit",
            "unit-unknown" if unit else "unit-missing",
            "{name} is stated in {accepted}. Send that as the unit.",
            name=rule.name,
            accepted=rule.unit,
        )
    value = parse_value(sent, unit)
    if value.comparator is not Comparator.EQUAL:
        raise problem("/value", "amount-censored", "An amount is a plain number, without '{sign}'.", sign=value.comparator)
    return value


def check_amount(value: Value, rule: LifestyleRule) -> EntryCheck:
    """Hold an amount to its limits: they catch slips, and judge nothing."""
    said = {"received": value.text, "unit": rule.unit, "name": rule.name}
    if not rule.hard.low <= value.number <= rule.hard.high:
        text = "{received} {unit} is not accepted for {name}. Accepted: {low} to {high} {unit}."
        ends = {"low": str(rule.hard.low), "high": str(rule.hard.high)}
        return EntryCheck(refused=(Issue("/value", "value-out-of-limits", text, MappingProxyType(said | ends)),))
    if not rule.confirm.low <= value.number <= rule.confirm.high:
        text = "{received} {unit} is unusual for {name}. Check the number, or confirm."
        return EntryCheck(confirm=(Issue("/value", "value-unusual", text, MappingProxyType(said)),))
    return EntryCheck()
