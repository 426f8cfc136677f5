"""Rulebooks are stored once, and evaluations are read back with the texts of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction

from tracking.domain.basis_parts import together
from tracking.domain.citing import content_of, with_rules
from tracking.domain.plain import plain
from tracking.domain.rulebook import RuleBook, Words
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, RulebookVersion

__all__ = ["basis_of", "remember", "words_of"]

# Versions that a committed transaction of this process has stored or found stored.
_stored: set[str] = set()


def remember(rulebook: RuleBook, *, now: datetime) -> None:
    """Store what this rulebook says, if nobody has; call it in the transaction of the evaluation that is made by it."""
    if rulebook.version in _stored:
        return
    if not RulebookVersion.objects.filter(version=rulebook.version).exists():
        row = RulebookVersion(
            version=rulebook.version,
            label=rulebook.label,
            digest=rulebook.digest,
            content=content_of(rulebook),
            first_used_at=now,
        )
        # Of two processes at once one waits for the other, and then finds it there.
        RulebookVersion.objects.bulk_create([row], ignore_conflicts=True)
    transaction.on_commit(lambda: _stored.add(rulebook.version))


def basis_of(row: Evaluation) -> dict[str, Any]:
    """The whole basis of an evaluation, its parts joined, with the texts of its rules as they stood.

    One from before rulebooks were stored holds all of it itself.
    """
    if row.placed is None or row.grounds is None:
        return dict(row.basis)
    whole = together(row.basis, row.placed.content, row.grounds.content)
    return with_rules(whole, _content(row.rulebook_version))


def words_of(row: Evaluation) -> Mapping[str, Mapping[str, str]]:
    """The sentences of its rulebook; one that it did not have yet is taken from the rules of this release."""
    own = {} if row.placed_id is None else _content(row.rulebook_version)["words"]
    return {group: {**ours, **own.get(group, {})} for group, ours in _ours().items()}


@lru_cache(maxsize=32)
def _content(version: str) -> dict[str, Any]:
    """What never changes is read once per process."""
    content: dict[str, Any] = RulebookVersion.objects.values_list("content", flat=True).get(version=version)
    return content


def _ours() -> dict[str, dict[str, str]]:
    words = load_rulebook().words
    return {group.name: plain(getattr(words, group.name)) for group in fields(Words)}
