"""One line about a man: the word, the value as reported, and why."""

from __future__ import annotations

from collections.abc import Iterable

from tracking.domain.estradiol import LOW
from tracking.domain.facts import Facts
from tracking.domain.findings.estradiol import bounds_text
from tracking.domain.findings.series_notes import headline_notes
from tracking.domain.missing import Missing
from tracking.domain.reading_notes import doubts
from tracking.domain.rulebook import Tier
from tracking.domain.verdict import CANNOT_SAY, NO_CURRENT_DATA, NO_DATA, NOT_BELOW, SUPERSEDED
from tracking.domain.words import fill, on_day


def headline(facts: Facts, missing: Iterable[Missing]) -> str:
    """The word, the value as reported, and why; then what the series adds to it."""
    return " ".join((_of_verdict(facts, missing), *headline_notes(facts)))


def _of_verdict(facts: Facts, missing: Iterable[Missing]) -> str:
    """One sentence about the result that decides."""
    verdict, reading, rulebook = facts.verdict, facts.reading, facts.rulebook
    sentences, today = rulebook.words.headline, facts.timeline.today
    if reading is None:
        return sentences[NO_DATA]
    limits = reading.thresholds
    needed = next((item.words for item in missing), rulebook.words.missing["estradiol_readable"])
    said = {
        "value": str(reading.value),
        "on": on_day(verdict.drawn_on, today),
        "assay": str(reading.lab.reported.assay),
        "floor": f"{limits.floor} {limits.unit}",
        "bounds": bounds_text(reading, facts),
        "needed": needed,
        "changed": on_day(verdict.changed_by.on, today) if verdict.changed_by else "",
    }
    if verdict.word == CANNOT_SAY and reading.tier is not Tier.INDETERMINATE:
        return fill(sentences["cannot_say_unconfirmed"], said)
    if verdict.word != NO_CURRENT_DATA:
        doubt = doubts(reading, rulebook) if verdict.word == NOT_BELOW else ""
        return fill(sentences["not_reassuring" if doubt else verdict.word], said | {"doubt": doubt})
    low = reading.tier in LOW
    if verdict.why_stale == "date_unknown":
        return fill(sentences["date_unknown_low" if low else "date_unknown"], said)
    if verdict.state == SUPERSEDED:
        return fill(sentences["superseded_low" if low else "superseded_by_change"], said)
    return fill(sentences["stale_low" if low else "stale"], said)
