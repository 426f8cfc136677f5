"""What became of an evaluation that somebody looked at: in words, from the two as they are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tracking.domain.rulebook import RuleBook
from tracking.domain.words import fill


def what_changed(seen: Mapping[str, Any], stands: Mapping[str, Any], rulebook: RuleBook) -> tuple[str, ...]:
    """Never empty: where nothing that is named differs, it says so."""
    found = tuple(_changes(seen, stands, rulebook))
    return found or (rulebook.words.titration["evaluation_other"],)


def _changes(seen: Mapping[str, Any], stands: Mapping[str, Any], rulebook: RuleBook) -> Iterator[str]:
    words = rulebook.words.titration
    verdicts = [_verdict(basis) for basis in (seen, stands)]
    if verdicts[0] != verdicts[1]:
        yield fill(words["evaluation_word"], {"before": verdicts[0], "after": verdicts[1]})
    results = [_result(basis) or words["nothing"] for basis in (seen, stands)]
    if seen["verdict"]["reading"] != stands["verdict"]["reading"]:
        yield fill(words["evaluation_result"], {"before": results[0], "after": results[1]})
    before, after = (_findings(basis) for basis in (seen, stands))
    for code in sorted(after.keys() - before.keys()):
        yield fill(words["evaluation_appears"], {"finding": after[code]})
    for code in sorted(before.keys() - after.keys()):
        yield fill(words["evaluation_vanishes"], {"finding": before[code]})
    if seen["rulebook"]["digest"] != stands["rulebook"]["digest"]:
        yield words["evaluation_rules"]


def _verdict(basis: Mapping[str, Any]) -> str:
    tier = (basis["verdict"]["tier"] or "").replace("_", " ")
    return f"{basis['word']} ({tier})" if tier else str(basis["word"])


def _result(basis: Mapping[str, Any]) -> str:
    return str(basis["result"]["text"]) if basis["result"] else ""


def _findings(basis: Mapping[str, Any]) -> dict[str, str]:
    return {f"{finding['family']} {finding['code']}": finding["prescriber"] for finding in basis["findings"]}
