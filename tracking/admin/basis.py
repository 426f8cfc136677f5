"""Reading a stored evaluation for people. The basis holds every sentence; nothing is concluded here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["findings_of", "sources_of"]


def findings_of(basis: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Worst first, as they were found."""
    return sorted(basis.get("findings", ()), key=lambda finding: finding["priority"])


def sources_of(basis: Mapping[str, Any]) -> list[str]:
    """Every citation once, in the order in which the rules name them."""
    return list(dict.fromkeys(source for rule in basis.get("rules", ()) for source in rule["sources"]))
