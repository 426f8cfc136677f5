"""What changes from one rulebook to another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from tracking.domain.rulebook import Rule, RuleBook, Source
from tracking.evidence.readable import figures, title

__all__ = ["differences"]

# Sentences are set in quotation marks; whatever else is shown is a figure, a name or a code.
_LONGEST_BARE = 40


def differences(old: RuleBook, new: RuleBook) -> dict[str, tuple[str, ...]]:
    """Lines under headings, each from the old to the new; a heading under which nothing changed is left out."""
    found = {
        "Rules added": _named(new, old),
        "Rules removed": _named(old, new),
        "Rules changed": _changed(old, new),
        "Sentences changed": _between(_sentences(old), _sentences(new)),
        "Sources changed": _between(_sources(old), _sources(new)),
    }
    return {heading: lines for heading, of in found.items() if (lines := tuple(of))}


def _named(one: RuleBook, other: RuleBook) -> Iterator[str]:
    """The rules that only the one has."""
    yield from (f"{title(rule)}: {rule.reason}" for rule_id, rule in one.rules.items() if rule_id not in other.rules)


def _changed(old: RuleBook, new: RuleBook) -> Iterator[str]:
    for rule_id, before in old.rules.items():
        after = new.rules.get(rule_id)
        if after is None:
            continue
        for line in _between(_stated(before), _stated(after)):
            yield f"{title(after)}, {line}"
        if before.examples != after.examples:
            yield f"{title(after)}, boundary examples: others"


def _stated(rule: Rule) -> dict[str, str]:
    return {
        **figures(rule),
        "reason": rule.reason,
        "sources": ", ".join(rule.sources),
        "contrary evidence": " ".join(rule.contrary) or "none",
        "verified": "yes" if rule.verified else "no",
        "checked by": rule.checked_by,
        "next review": rule.next_review.isoformat(),
    }


def _sentences(rulebook: RuleBook) -> dict[str, str]:
    groups = ((group.name, getattr(rulebook.words, group.name)) for group in fields(rulebook.words))
    return {f"{name}.{code}": sentence for name, group in groups for code, sentence in group.items()}


def _sources(rulebook: RuleBook) -> dict[str, str]:
    return {source.id: _source(source) for source in rulebook.sources.values()}


def _source(source: Source) -> str:
    return f"{source.citation} {'Verified' if source.verified else 'Not verified'}: {source.checked}"


def _between(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name, said in old.items():
        if name not in new:
            yield f"{name} removed: {_quoted(said)}"
        elif new[name] != said:
            yield f"{name}: {_from_to(said, new[name])}"
    yield from (f"{name} added: {_quoted(said)}" for name, said in new.items() if name not in old)


def _from_to(old: str, new: str) -> str:
    """``20 to 22 pg/mL``: a unit that both have is said once."""
    before, _, unit = old.rpartition(" ")
    if before and new.endswith(f" {unit}") and len(old) <= _LONGEST_BARE and before.replace(".", "").isdigit():
        old = before
    return f"{_quoted(old)} to {_quoted(new)}"


def _quoted(said: str) -> str:
    return f'"{said}"' if len(said) > _LONGEST_BARE or said.endswith(".") else said
