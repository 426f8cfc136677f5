"""What a write about treatment does to what is known already, in sentences."""

from __future__ import annotations

from tracking.admin import phrases
from tracking.domain.consequences import Consequences

__all__ = ["sentences"]


def sentences(found: Consequences) -> list[str]:
    """None where nothing that was known reads differently."""
    said = []
    was, now = found.verdict_was, found.verdict_now
    if (was.word, was.state) != (now.word, now.state):
        said.append(f"Verdict: was {phrases.spaced(was.word)} ({phrases.spaced(was.state)}), now {now.headline}")
    for result in found.results:
        marks = ", ".join(phrases.spaced(mark) for mark in result.now)
        said.append(f"Estradiol {result.text} of {phrases.day(result.drawn_on) or 'a day not known'} reads now: {marks}.")
    for move in found.due:
        when = f"due {phrases.day(move.now)}" if move.now else "no longer due"
        said.append(f"{phrases.spaced(move.kind).capitalize()}: {when}{f', was {phrases.day(move.was)}' if move.was else ''}.")
    return said
