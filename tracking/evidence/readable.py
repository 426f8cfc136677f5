"""A rulebook in plain lines: what every rule is called, what it says, who stands behind it, and what is due for review."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tracking.domain.rulebook import BandsRule, Rule, RuleBook

__all__ = ["figures", "overdue", "readable", "title", "verified_and_not"]

_STATED = frozenset(field.name for field in fields(Rule))
# What tells the parts of one rule apart, where they are several.
_NAMES = ("name", "code", "tier")


def readable(rulebook: RuleBook, today: date) -> Iterator[str]:
    """The whole book, line by line; the rules whose review is overdue first."""
    verified, unverified = verified_and_not(rulebook)
    yield f"Rulebook {rulebook.version}: {verified + unverified} rules, {verified} verified, {unverified} not verified."
    late = overdue(rulebook, today)
    yield f"Overdue for review: {len(late) or 'none'}."
    yield from (f"  WARNING: {rule.id} was to be reviewed by {rule.next_review}, by: {rule.checked_by}." for rule in late)
    for rule in rulebook.rules.values():
        yield ""
        yield from _rule(rule, rulebook)


def overdue(rulebook: RuleBook, today: date) -> tuple[Rule, ...]:
    """Rules whose day of review has passed, the oldest first. On the day itself it is not overdue."""
    late = (rule for rule in rulebook.rules.values() if rule.next_review < today)
    return tuple(sorted(late, key=lambda rule: (rule.next_review, rule.id)))


def verified_and_not(rulebook: RuleBook) -> tuple[int, int]:
    """How many rules were read in a source, and how many were not."""
    verified = sum(rule.verified for rule in rulebook.rules.values())
    return verified, len(rulebook.rules) - verified


def title(rule: Rule) -> str:
    """``Estradiol, staleness``; with the name of the thing where it has one."""
    place = ", ".join(part.replace("_", " ") for part in rule.id.split("."))
    name = getattr(rule, "name", "")
    return f"{place[0].upper()}{place[1:]}{f' ({name})' if name and not place.endswith(name) else ''}"


def figures(rule: Rule) -> dict[str, str]:
    """Everything that is this rule's own, by what it is called, as a reader wants it."""
    if isinstance(rule, BandsRule):
        return _bands(rule)
    unit = getattr(rule, "unit", "")
    own = (field.name for field in fields(rule) if field.name not in _STATED)
    said: dict[str, str] = {}
    for name in own:
        said.update(_flat(name.replace("_", " "), getattr(rule, name), f" {unit}" if unit else ""))
    return said


def _rule(rule: Rule, rulebook: RuleBook) -> Iterator[str]:
    yield f"{rule.id}: {title(rule)}"
    yield from (f"  {name}: {said}" for name, said in figures(rule).items())
    yield f"  why: {rule.reason}"
    yield from (f"  source: {citation}" for citation in rulebook.citations(rule.id))
    yield from (f"  against it: {line}" for line in rule.contrary)
    state = "verified" if rule.verified else "NOT verified"
    yield f"  {state}; checked by: {rule.checked_by}; next review: {rule.next_review}"


def _bands(rule: BandsRule) -> dict[str, str]:
    """A limit that two bands share is one figure."""
    limits = {
        "critical": f"{rule.critical_operator} {rule.critical}",
        "floor": str(rule.floor),
        "in range from": str(rule.floor + rule.borderline_width),
        "upper limit": str(rule.upper),
    }
    return {"name": rule.name, **{name: f"{said} {rule.unit}" for name, said in limits.items()}}


def _flat(name: str, value: Any, unit: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name} {key}", inner, unit)
    elif isinstance(value, tuple) and any(is_dataclass(inner) for inner in value):
        for number, inner in enumerate(value, start=1):
            called = next((str(getattr(inner, known)) for known in _NAMES if hasattr(inner, known)), str(number))
            yield from _flat(f"{name} {called}", inner, unit)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _flat(f"{name} {field.name.replace('_', ' ')}", getattr(value, field.name), unit)
    else:
        yield name, _printed(value, unit)


def _printed(value: Any, unit: str) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value}{unit}"
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(_printed(inner, unit) for inner in value) or "none"
    return str(value) or "none"
