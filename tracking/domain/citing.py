"""The texts of rules, kept once per rulebook and joined to an evaluation when somebody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from tracking.domain.plain import plain
from tracking.domain.rulebook import Rule, RuleBook
from tracking.domain.words import fill

__all__ = ["content_of", "with_rules"]

_STATED = frozenset(field.name for field in fields(Rule))
_SHOWN = ("id", "reason", "contrary", "verified", "checked_by", "next_review")


def content_of(rulebook: RuleBook) -> dict[str, Any]:
    """JSON-able: every rule as read, with its sources and its own figures; the catalogue of sentences; what always stands."""
    return {
        "version": rulebook.version,
        "digest": rulebook.digest,
        "label": rulebook.label,
        "rules": {rule.id: _stored(rule, rulebook) for rule in rulebook.rules.values()},
        "words": plain(rulebook.words),
        "standing": _standing(rulebook),
    }


def with_rules(basis: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """A stored basis with the texts of its rules as they stood in its rulebook.

    Raises KeyError for a rule that this rulebook does not have: an evaluation is never read with the texts of another.
    """
    rules = content["rules"]
    return {
        **basis,
        "findings": [{**finding, **_citations(finding["rules"], rules)} for finding in basis["findings"]],
        "rules": [_cited(rules[rule_id]) for rule_id in basis["rules"]],
        "standing": list(content["standing"]),
    }


def _stored(rule: Rule, rulebook: RuleBook) -> dict[str, Any]:
    cited = [rulebook.sources[source] for source in rule.sources]
    own = (field.name for field in fields(rule) if field.name not in _STATED)
    return {
        **{name: plain(getattr(rule, name)) for name in _SHOWN},
        "sources": [{"id": source.id, "citation": source.citation, "verified": source.verified} for source in cited],
        "figures": {name: plain(getattr(rule, name)) for name in own},
    }


def _cited(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: rule[name] for name in _SHOWN}, "sources": [source["citation"] for source in rule["sources"]]}


def _citations(ids: Iterable[str], rules: Mapping[str, Any]) -> dict[str, list[str]]:
    """Each source and each contrary line once, in the order of the rules."""
    used = [rules[rule_id] for rule_id in ids]
    return {
        "sources": list(dict.fromkeys(source["citation"] for rule in used for source in rule["sources"])),
        "contrary": list(dict.fromkeys(line for rule in used for line in rule["contrary"])),
    }


def _standing(rulebook: RuleBook) -> list[str]:
    checkers = sorted({rule.checked_by for rule in rulebook.rules.values()})
    return [fill(sentence, {"checked_by": "; ".join(checkers)}) for sentence in rulebook.words.standing.values()]
