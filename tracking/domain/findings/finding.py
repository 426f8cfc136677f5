"""One finding, and how it is made from its rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from msgspec import Struct

from tracking.domain.facts import Facts
from tracking.domain.reported import Value
from tracking.domain.rulebook import AnalyteLimitRule, FindingRule, Lane, Priority, RuleBook
from tracking.domain.thresholds import limit_in
from tracking.domain.words import fill

__all__ = ["Facts", "Finding", "limit_text", "make"]


class Finding(Struct, frozen=True):
    """Something that needs a person's eye.

    ``params`` are stable codes, figures and ISO dates; ``prescriber``, ``man``, ``notes`` and ``clears`` are sentences made of
    them, of ``said`` where a sentence prints one otherwise. ``family`` continues an episode across codes; ``margin`` is the
    upper bound over the floor, smaller is worse.
    """

    TOLD: ClassVar[tuple[str, ...]] = (
        *("code", "priority", "severity", "lane", "family", "params", "note_codes", "rules", "sources", "contrary", "inputs"),
        *("margin", "prescriber", "man", "clears", "notes"),
    )

    rule: FindingRule
    priority: Priority
    severity: str
    params: Mapping[str, str]
    said: Mapping[str, str]
    noted: Mapping[str, str]
    rules: tuple[str, ...]
    sources: tuple[str, ...]
    contrary: tuple[str, ...]
    inputs: tuple[str, ...]
    margin: Decimal | None

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def lane(self) -> Lane:
        return self.rule.lane

    @property
    def family(self) -> str:
        return self.rule.family

    @property
    def note_codes(self) -> tuple[str, ...]:
        return tuple(self.noted)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self.noted.values())

    @property
    def prescriber(self) -> str:
        return fill(self.rule.prescriber, self._words)

    @property
    def man(self) -> str:
        return fill(self.rule.man, self._words)

    @property
    def clears(self) -> str:
        return fill(self.rule.clears, self._words)

    @property
    def _words(self) -> Mapping[str, str]:
        return {**self.params, **self.said}


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
    return Finding(
        rule=rule,
        priority=priority or rule.priority,
        severity=rule.severity if priority is not Priority.P0 else "critical",
        params=params,
        said=said or {},
        noted=notes or {},
        rules=used,
        sources=sources,
        contrary=contrary,
        inputs=tuple(dict.fromkeys(inputs)),
        margin=margin,
    )


@lru_cache(maxsize=1024)
def _cited(rules: tuple[str, ...], rulebook: RuleBook) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands behind rules, and what speaks against them, each line once."""
    sources = dict.fromkeys(source for name in rules for source in rulebook.citations(name))
    return tuple(sources), tuple(dict.fromkeys(line for name in rules for line in rulebook.rules[name].contrary))


def limit_text(value: Value, rule: AnalyteLimitRule, rulebook: RuleBook) -> str:
    """The threshold as the value was held against it: ``6.93 nmol/L``."""
    return f"{limit_in(value, rule, rulebook)} {value.unit}"
