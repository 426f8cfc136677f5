"""What the commands on rulebooks share."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError

from tracking.domain.rulebook import RuleBook
from tracking.evidence import EvidenceError, load_rulebook

__all__ = ["loaded"]


def loaded(directory: Path | None) -> RuleBook:
    """The rules of a directory, or those in force; raises CommandError where they cannot be used."""
    try:
        return load_rulebook(directory)
    except EvidenceError as error:
        raise CommandError(f"The rulebook {directory or 'in force'} does not load: {error}") from error
