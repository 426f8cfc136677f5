"""``?fields=``: the members of an answer that a reader wants, and no others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tracking.domain.problems import Issue, raise_all

__all__ = ["members_sent", "sparse"]

_MOST_ISSUES = 10


def members_sent(query: dict[str, str], known: Collection[str]) -> frozenset[str]:
    """The members asked for; none where all are wanted. Raises Problem for what the answer does not have."""
    if "fields" not in query:
        return frozenset()
    names = query["fields"].split(",")
    text = "There is no member '{received}' in this answer. Accepted: {accepted}, separated by commas."
    accepted = ", ".join(sorted(known))
    unknown = list(dict.fromkeys(name for name in names if name not in known))[:_MOST_ISSUES]
    raise_all(Issue("?fields", "member-unknown", text, {"received": name[:40], "accepted": accepted}) for name in unknown)
    return frozenset(names)


def sparse(data: Any, wanted: Collection[str]) -> Any:
    """An answer with these members alone; of a list it is its rows that have them."""
    if not wanted or not isinstance(data, dict):
        return data
    if isinstance(data.get("results"), list):
        return {**data, "results": [_only(row, wanted) for row in data["results"]]}
    return _only(data, wanted)


def _only(row: dict[str, Any], wanted: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in wanted}
