"""One finding, and how it is made from its rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from tracking.domain.facts import Facts
from tracking.domain.reported import Value
from tracking.domain.rulebook import AnalyteLimitRule, Lane, Priority, RuleBook
from tracking.domain.thresholds import limit_in
from tracking.domain.words import fill

__all__ = ["Facts", "Finding", "limit_text", "make"]


class Finding(Struct, frozen=True):
    """Something that needs a person's eye.

    ``params`` are stable codes, figures and ISO dates; ``prescriber``, ``man``, ``notes`` and ``clears`` are sentences made of
    them. ``family`` continues an episode across codes; ``margin`` is the upper bound over the floor, smaller is worse.
    """

    code: str
    priority: Priority
    severity: str
    lane: Lane
    family: str
    params: Mapping[str, str]
    note_codes: tuple[str, ...]
    rules: tuple[str, ...]
    sources: tuple[str, ...]
    contrary: tuple[str, ...]
    inputs: tuple[str, ...]
    margin: Decimal | None
    prescriber: str
    man: str
    clears: str
    notes: tuple[str, ...]


def make(
    facts: Facts,
    code: str,
    params: Mapping[str, str],
    *,
    inputs: Iterable[str],
    rules: Iterable[str] = (),
    notes: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
    priority: Priority | None = None,
    margin: Decimal | None = None,
) -> Finding:
    """A finding from its rule. ``said`` are the parameters as printed in sentences, where they differ from ``params``."""
    rulebook = facts.rulebook
    rule = rulebook.findings[code]
    used = tuple(dict.fromkeys((rule.id, *rules)))
    sources, contrary = _cited(used, rulebook)
    words = {**params, **(said or {})}
    return Finding(
        code=code,
        priority=priority or rule.priority,
        severity=rule.severity if priority is not Priority.P0 else "critical",
        lane=rule.lane,
        family=rule.family,
        params=params,
        note_codes=tuple(notes or ()),
        rules=used,
        sources=sources,
        contrary=contrary,
        inputs=tuple(dict.fromkeys(inputs)),
        margin=margin,
        prescriber=fill(rule.prescriber, words),
        man=fill(rule.man, words),
        clears=fill(rule.clears, words),
        notes=tuple((notes or {}).values()),
    )


@lru_cache(maxsize=1024)
def _cited(rules: tuple[str, ...], rulebook: RuleBook) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands behind rules, and what speaks against them, each line once."""
    sources = dict.fromkeys(source for name in rules for source in rulebook.citations(name))
    return tuple(sources), tuple(dict.fromkeys(line for name in rules for line in rulebook.rules[name].contrary))


def limit_text(value: Value, rule: AnalyteLimitRule, rulebook: RuleBook) -> str:
    """The threshold as the value was held against it: ``6.93 nmol/L``."""
    return f"{limit_in(value, rule, rulebook)} {value.unit}"
