"""An evaluation for the man himself: the same facts without a judgement (CLINICAL 9.8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tracking.domain.explain import (
    BY_RULEBOOK,
    Basis,
    Section,
    Topic,
    Words,
    drug_text,
    phase_lines,
    sections,
    spelled,
    value_line,
)
from tracking.domain.words import fill

__all__ = ["explain_to_man"]


def explain_to_man(basis: Basis, words: Words, *, released: bool) -> tuple[Section, ...]:
    """What is known of his result and his draw, without a tier, a priority or the reason of a rule.

    What his result is held against, and what was noticed, only where it is ``released`` to him.
    """
    topics: Mapping[str, Topic] = {"result": _result, "drawn": _drawn, "taken": _taken}
    if released:
        topics = {**topics, "floor": _floor, "seen": _seen, "sources": _sources}
    return sections(topics, basis, words, words["explain_man"])


def _result(basis: Basis, words: Words) -> Iterator[str]:
    say, result = words["explain_man"], basis["result"]
    if result is None:
        yield say["no_result"]
        return
    yield value_line(result["lab"], words["explain"], say)
    if "for_man" in basis:  # not in what was stored before it was kept
        yield from basis["for_man"]["result"][1:]  # the range of his laboratory


def _drawn(basis: Basis, words: Words) -> Iterator[str]:
    timing = basis["timing"]
    if basis["result"] is None:
        return
    if timing is None or timing["on"] is None:
        yield words["explain_man"]["no_timing"]
        return
    yield from phase_lines(timing, words, words["explain_man"])


def _taken(basis: Basis, words: Words) -> Iterator[str]:
    say, now = words["explain_man"], basis["context"]["now"]
    drugs = [*now["ai"], *now["testosterone"]]
    if not drugs:
        yield say["nothing_taken"]
    for drug in drugs:
        said = {"text": drug_text(drug), "since": spelled(drug["since"]), "basis": say[f"basis_{drug['basis']}"]}
        yield fill(say["drug"], said)


def _floor(basis: Basis, words: Words) -> Iterator[str]:
    say, result = words["explain_man"], basis["result"]
    if result is None:
        return
    floor, limits = result["floor"], result["thresholds"]
    yield fill(say["level"], {"floor": f"{limits['floor']} {limits['unit']}"})
    if floor["kind"] in BY_RULEBOOK:
        yield fill(say["level_rulebook"], {"kind": words["explain"][f"kind_{floor['kind']}"]})
    else:
        yield fill(say["level_set"], {"whose": floor["whose"]})
    yield say["not_validated"]


def _seen(basis: Basis, _words: Words) -> Iterator[str]:
    return iter(dict.fromkeys(finding["man"] for finding in basis["findings"]))


def _sources(basis: Basis, words: Words) -> Iterator[str]:
    """Those of the level that his result is held against."""
    say, result = words["explain_man"], basis["result"]
    for rule in basis["rules"]:
        if result is not None and rule["id"] == result["floor"]["rule"]:
            yield fill(say["verified" if rule["verified"] else "not_verified"], {"checked_by": rule["checked_by"]})
            yield from (fill(say["source"], {"citation": citation}) for citation in rule["sources"])
